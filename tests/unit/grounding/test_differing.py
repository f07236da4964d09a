"""Documents that disagree, and questions that do not say which of them they are about."""

from dataclasses import replace
from typing import Any

import pytest

from assistant.grounding.differing import Differing, differing
from assistant.grounding.judge import JudgedLine, Sifted
from assistant.turn.answer import Evidence
from assistant.turn.differences import side_by_side
from knowledge.passage import Passage, Sentence

IRELAND = ("Leave policy, Ireland", "Full-time employees have 24 days of annual leave.")
SPAIN = ("Vacaciones y permisos (España)", "La plantilla tiene 23 días de vacaciones.")
OLD = ("Travel policy", "Hotels cost up to 120 euros a night.")
NEW = ("Travel policy", "A hotel may cost up to 140 euros a night.")


def line(source: tuple[str, str], number: int = 1, *, sure: float = 0.5, near: float = 0.8, **more: Any) -> JudgedLine:
    title, text = source
    sentence = Sentence(text, 0, len(text))
    passage = Passage(
        f"c{number}", f"d{number}", f"{number}.md", title, (), text, 0, len(text), None, "en", 1.0,
        sentences=(sentence,),
    )  # fmt: skip
    return JudgedLine(Evidence(number, replace(passage, **more), sentence, near, (sentence,)), sentence, 0, sure, near)


def sifted(*lines: JudgedLine, parts: int = 1, others: tuple[JudgedLine, ...] = ()) -> Sifted:
    return Sifted((), lines, parts, {"found": 0.9}, others=others)


def found(question: str, *lines: JudgedLine) -> Differing | None:
    return differing(question, sifted(*lines))


def test_a_question_that_names_no_case_is_asked_back() -> None:
    apart = found("How many days of leave do I have?", line(IRELAND), line(SPAIN, 2, sure=0.4))
    assert apart is not None
    assert apart.kind == "unspecified"
    text = side_by_side(apart, "en").text
    assert text.splitlines() == [
        "That depends on which of these applies:",
        "",
        "- **Leave policy, Ireland**: Full-time employees have 24 days of annual leave [1].",
        "- **Vacaciones y permisos (España)**: La plantilla tiene 23 días de vacaciones [2].",
        "",
        "Which one is it about?",
    ]
    assert side_by_side(apart, "es").text.startswith("Depende de cuál")


@pytest.mark.parametrize("named", ["in Ireland", "con contrato español", "en España"])
def test_a_question_that_names_its_case_is_answered(named: str) -> None:
    assert found(f"How many days of leave do I have {named}?", line(IRELAND), line(SPAIN, 2)) is None


def test_documents_about_the_same_that_state_other_figures_disagree_and_the_newest_comes_first() -> None:
    old, new = line(OLD, 1, sure=0.6, dated_at=1_700_000_000.0), line(NEW, 2, sure=0.3, dated_at=1_780_000_000.0)
    apart = found("How much may a hotel cost?", old, new)
    assert apart == Differing("disagree", (new, old), dated=True)
    shown = side_by_side(apart, "en")
    assert shown.text.startswith("The documents disagree about this; the newest comes first:")
    assert "- **Travel policy (2026-05-28)**: A hotel may cost up to 140 euros a night [2]." in shown.text
    assert [each.marker for each in shown.citations] == [2, 1]
    assert all(each.supported for each in shown.support)


def test_without_dates_nothing_is_said_of_which_is_newer() -> None:
    apart = found("How much may a hotel cost?", line(OLD, sure=0.3), line(NEW, 2, sure=0.6))
    assert apart is not None
    assert not apart.dated
    assert [each.evidence.number for each in apart.lines] == [2, 1]
    assert side_by_side(apart, "es").text.startswith("Los documentos no coinciden en esto:")


def test_the_year_in_a_title_is_a_date_and_a_question_that_names_it_is_answered() -> None:
    old, new = line(("Travel policy 2025", OLD[1])), line(("Travel policy 2026", NEW[1]), 2)
    apart = found("How much may a hotel cost?", old, new)
    assert apart is not None
    assert (apart.kind, apart.lines[0]) == ("disagree", new)
    assert found("How much could a hotel cost in 2025?", old, new) is None


def test_a_manual_and_a_price_list_that_name_the_same_thing_disagree() -> None:
    manual = line(("Brisa 300 manual", "The Brisa 300 costs 389 euros."))
    prices = line(("Price list", "Product: Brisa 300 | Price: 399 €"), 2)
    apart = found("What does the Brisa 300 cost?", manual, prices)
    assert apart is not None
    assert apart.kind == "disagree"


@pytest.mark.parametrize(
    "other",
    [
        line(SPAIN, 2, sure=0.05),
        line(SPAIN, 2, near=0.3),
        line(SPAIN, 1),
        line((SPAIN[0], "La plantilla tiene 24 días de vacaciones."), 2),
        line((SPAIN[0], "Se piden en el portal."), 2),
        line((SPAIN[0], "El permiso cuesta 23 €."), 2),
        line(SPAIN, 2, superseded_by="d1"),
    ],
    ids=["unlikely", "far", "same document", "same figure", "no figure", "other unit", "superseded"],
)
def test_other_lines_leave_the_answer_as_it_is(other: JudgedLine) -> None:
    assert found("How many days of leave do I have?", line(IRELAND), other) is None


def test_a_line_in_another_language_may_be_further_away() -> None:
    assert found("How many days of leave do I have?", line(IRELAND), line(SPAIN, 2, near=0.45)) is None
    assert found("How many days of leave do I have?", line(IRELAND), line(SPAIN, 2, near=0.45, language="es"))


def test_lines_that_were_not_chosen_are_compared_too() -> None:
    assert differing("How many days of leave?", sifted(line(IRELAND), others=(line(SPAIN, 2),))) is not None


def test_questions_of_several_parts_and_lines_that_no_reader_has_read_are_left_alone() -> None:
    both = (line(IRELAND), line(SPAIN, 2))
    assert differing("How many days, and where?", sifted(*both, parts=2)) is None
    assert differing("How many days of leave?", replace(sifted(*both), signals={"sure": 0.9})) is None
    assert differing("How many days of leave?", None) is None


def test_a_second_line_of_a_document_is_shown_when_it_is_likely_too() -> None:
    ireland = line(IRELAND, 1, sure=0.4)
    table = replace(ireland, sentence=Sentence("10 years or more: 27 days", 90, 115), sure=0.3)
    unlikely = replace(ireland, sentence=Sentence("5 years or more: 26 days", 60, 84), sure=0.1)
    apart = found("How many days of leave do I have?", line(SPAIN, 2), ireland, table, unlikely)
    assert apart is not None
    assert [each.sentence.text for each in apart.lines] == [SPAIN[1], IRELAND[1], "10 years or more: 27 days"]
    assert side_by_side(apart, "en").text.count("\n- **") == 3
