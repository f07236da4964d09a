"""Which document replaces which."""

import pytest

from knowledge.versions import asked_marks, edition_of, successor_of


def _successors(*documents: tuple[str, str, str]) -> dict[str, str | None]:
    """By name, of (name, title, text)."""
    editions = [edition_of(name, name, title, text) for name, title, text in documents]
    return {each.document_id: successor_of(each, editions) for each in editions}


def _named(*names: str) -> list[str]:
    """The names that are superseded."""
    return [name for name, new in _successors(*((name, f"About {name}", "x") for name in names)).items() if new]


@pytest.mark.parametrize(
    ("names", "superseded"),
    [
        (["travel-policy-2024.md", "travel-policy-2025.md"], ["travel-policy-2024.md"]),
        (["travel_2025_en.md", "travel_2026_en.md"], ["travel_2025_en.md"]),
        (["manual-v1.2.pdf", "manual-v1.10.pdf"], ["manual-v1.2.pdf"]),
        (["handbook version 2.docx", "handbook version 3.docx"], ["handbook version 2.docx"]),
        (["t_2025_es.md", "t_2026_en.md"], []),
        (["1987", "2014"], []),
        (["m/2026-01.md", "m/2025-12.md"], []),
        (["brisa_300.pdf", "brisa_500.pdf"], []),
        (["minutes_2025.md", "minutes_2026.md"], []),
        (["annual-report-2024.pdf", "annual-report-2025.pdf"], []),
        (["informe_ventas_2024.pdf", "informe_ventas_2025.pdf"], []),
        (["report_2025.md"], []),
        (["tarifas2025.xlsx", "tarifas2026.xlsx"], ["tarifas2025.xlsx"]),
        (["d1904", "d1905"], []),
        (["IMG2010.txt", "IMG2011.txt"], []),
        ([f"ticket-{number}.md" for number in range(2000, 2020)], []),
    ],
)
def test_by_name(names: list[str], superseded: list[str]) -> None:
    assert _named(*names) == superseded


def test_the_newest_of_several_takes_the_place_of_all() -> None:
    found = _successors(*((f"fees_{year}.md", f"Fees {year}", "") for year in (2023, 2025, 2024)))
    assert found == {"fees_2023.md": "fees_2025.md", "fees_2024.md": "fees_2025.md", "fees_2025.md": None}


def test_by_title_where_names_say_nothing() -> None:
    found = _successors(("8f3a.pdf", "Travel policy 2024", ""), ("91cc.pdf", "Travel policy 2025", ""))
    assert found == {"8f3a.pdf": "91cc.pdf", "91cc.pdf": None}


def test_another_title_is_another_document() -> None:
    assert not any(_successors(("wiki_1987.txt", "Tea", ""), ("wiki_2014.txt", "Coffee", "")).values())


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("Remote work policy", "# Remote work\n\nThis policy replaces the Home Working Rules of 2021."),
        ("Teletrabajo", "Esta norma sustituye a las antiguas Home Working Rules, que dejan de aplicarse."),
        ("Hybrid work", "It supersedes the “Home working rules” and all letters sent before."),
    ],
)
def test_by_what_a_document_says(title: str, text: str) -> None:
    found = _successors(("old.md", "Home working rules", "Ask first."), ("new.md", title, text))
    assert found == {"old.md": "new.md", "new.md": None}


@pytest.mark.parametrize(
    "text",
    [
        "The new filter replaces the old one every year.",
        "Working from home replaces the office on Fridays.",
        "x" * 3_000 + " replaces the Home Working Rules.",
    ],
)
def test_what_only_sounds_like_it_replaces_nothing(text: str) -> None:
    assert not any(_successors(("old.md", "Home working rules", ""), ("new.md", "Something", text)).values())


def test_two_that_claim_to_replace_each_other_both_stand() -> None:
    first = ("a.md", "Expense rules", "This replaces the Travel Rules.")
    second = ("b.md", "Travel rules", "This replaces the Expense Rules.")
    assert not any(_successors(first, second).values())


def test_the_years_and_versions_a_question_names() -> None:
    assert asked_marks("what did the 2024 policy say?") == {2024}
    assert asked_marks("reset in v1.2, and in version 3?") == {1, 2, 3}
    assert asked_marks("does it cost 20240 euros?") == frozenset()
