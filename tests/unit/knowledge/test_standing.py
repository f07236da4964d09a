"""Versions, pins and hidden documents in a search."""

from pathlib import Path

import pytest

from knowledge.errors import DocumentNotFound
from knowledge.library import Library
from knowledge.search.standing import Standing, by_standing

OLD = ("travel_2025.md", "Travel policy 2025", "A hotel night may cost 110 euros. Valid from 1 January 2025.")
NEW = ("travel_2026.md", "Travel policy 2026", "A hotel night may cost 120 euros. Valid from 1 January 2026.")
PARKING = ("parking.md", "Parking", "Guests park for free behind the house.")


def _names(library: Library, question: str, **asked: object) -> list[str]:
    return [hit.document for hit in library.search(question, **asked)]  # type: ignore[arg-type]


def _ids(library: Library) -> dict[str, str]:
    return {document.name: document.id for document in library.documents()}


def test_the_current_version_comes_first_and_the_old_one_is_marked(library: Library) -> None:
    library.add_texts([NEW, PARKING, OLD])
    hits = library.search("what may a hotel night cost in the travel policy, 110 euros?")
    assert [hit.document for hit in hits[:2]] == ["travel_2026.md", "travel_2025.md"]
    assert [hit.superseded_by for hit in hits[:2]] == [None, _ids(library)["travel_2026.md"]]
    assert library.document("travel_2025.md").superseded_by == _ids(library)["travel_2026.md"]
    ranked = library.search_documents("what may a hotel night cost in the travel policy, 110 euros?")
    assert [hit.document for hit in ranked[:2]] == ["travel_2026.md", "travel_2025.md"]


def test_an_old_version_is_found_by_its_year(library: Library) -> None:
    library.add_texts([OLD, NEW])
    assert _names(library, "what could a hotel night cost in the travel policy of 2025?")[0] == "travel_2025.md"


def test_who_may_not_read_the_new_version_still_has_the_old_one(library: Library) -> None:
    library.add_texts([OLD, NEW])
    library.set_audience("travel_2026.md", ["board"])
    (hit,) = library.search("what may a hotel night cost?")
    assert (hit.document, hit.superseded_by) == ("travel_2025.md", None)


def test_the_old_version_stands_again_when_the_new_one_goes(library: Library) -> None:
    library.add_texts([OLD, NEW])
    library.delete("travel_2026.md")
    assert library.document("travel_2025.md").superseded_by is None
    library.add_texts([NEW])
    assert library.document("travel_2025.md").superseded_by == _ids(library)["travel_2026.md"]


def test_a_later_document_may_say_that_it_replaces_an_earlier_one(library: Library) -> None:
    library.add_texts([("rules.md", "Home working rules", "Ask your manager before working from home.")])
    library.add_texts([("hybrid.md", "Hybrid work", "This replaces the Home Working Rules. Two days from home.")])
    assert library.document("rules.md").superseded_by == _ids(library)["hybrid.md"]
    library.add_texts([("hybrid.md", "Hybrid work", "Two days from home.")])
    assert library.document("rules.md").superseded_by is None


def test_and_an_earlier_one_is_recognised_when_it_comes_in_later(library: Library) -> None:
    library.add_texts([("hybrid.md", "Hybrid work", "This replaces the Home Working Rules. Two days from home.")])
    library.add_texts([("rules.md", "Home working rules", "Ask your manager before working from home.")])
    assert library.document("rules.md").superseded_by == _ids(library)["hybrid.md"]


def test_an_older_store_learns_its_versions_when_it_is_indexed_again(library: Library) -> None:
    library.add_texts([OLD, NEW])
    with library._database.write() as connection:
        connection.exec_driver_sql("DELETE FROM editions")
        connection.exec_driver_sql("UPDATE documents SET superseded_by = NULL, dated_at = NULL")
    library.reindex()
    assert library.document("travel_2025.md").superseded_by == _ids(library)["travel_2026.md"]
    assert library.document("travel_2025.md").dated_at is not None


def test_the_day_of_a_document_is_kept(library: Library) -> None:
    library.add_texts([NEW, PARKING])
    day = library.document("travel_2026.md").dated_at
    assert (day.isoformat() if day else "") == "2026-01-01T00:00:00+00:00"
    assert library.document("parking.md").dated_at is None


def test_two_contracts_that_say_nearly_the_same_supersede_nothing(library: Library) -> None:
    clauses = " ".join(f"Clause {number} binds both sides for the whole term." for number in range(120))
    for name, day in (("ana", "5 January 2024"), ("luis", "1 March 2025")):
        library.add_texts([(f"{name}.md", "Contract", f"Dated {day}. {clauses}")])
    assert library.document("luis.md").duplicate_of == library.document("ana.md").id
    assert [library.document(f"{name}.md").superseded_by for name in ("ana", "luis")] == [None, None]


def test_a_renamed_document_is_the_version_that_its_new_name_says(library: Library, folder: Path) -> None:
    for year, price in (("2025", "ninety"), ("2026", "a hundred")):
        (folder / f"travel_{year}.md").write_text(f"# Travel\n\nA hotel night costs {price} euros.")
    library.ingest(folder)
    assert library.document("travel_2025.md").superseded_by == library.document("travel_2026.md").id
    (folder / "travel_2026.md").rename(folder / "travel_2024.md")
    library.ingest(folder)
    assert library.document("travel_2025.md").superseded_by is None
    assert library.document("travel_2024.md").superseded_by == library.document("travel_2025.md").id


def test_a_hidden_document_is_found_by_nobody_and_listed_to_the_operator(library: Library) -> None:
    library.add_texts([OLD, PARKING])
    library.set_hidden("parking.md")
    for mode in ("hybrid", "dense", "lexical"):
        assert "parking.md" not in _names(library, "where do guests park for free?", mode=mode)
    assert [document.name for document in library.documents(["everyone"])] == ["travel_2025.md"]
    assert [document.hidden for document in library.documents()] == [True, False]
    assert library.count_documents() == 1
    with pytest.raises(DocumentNotFound):
        library.text("parking.md", ["everyone"])
    assert library.verify("hashing-256").sound
    library.set_hidden("parking.md", False)
    for mode in ("hybrid", "dense", "lexical"):
        assert _names(library, "where do guests park for free?", mode=mode)[0] == "parking.md"


def test_a_hidden_version_supersedes_nothing(library: Library) -> None:
    library.add_texts([OLD, NEW])
    library.set_hidden("travel_2026.md")
    assert [hit.superseded_by for hit in library.search("hotel night")] == [None]


def test_being_hidden_and_pinned_outlives_a_new_content(library: Library) -> None:
    library.add_texts([OLD, PARKING])
    library.set_hidden("parking.md")
    library.set_pinned("travel_2025.md")
    library.add_texts([("parking.md", "Parking", "Guests park for ten euros."), OLD])
    assert library.document("parking.md").hidden
    assert library.document("travel_2025.md").pinned


def test_a_pinned_document_comes_up_where_it_is_relevant_only(library: Library) -> None:
    same = "The pool is open from nine to five."
    library.add_texts([("a.md", "Pool", same), ("b.md", "Pool", same), PARKING])
    assert _names(library, "when is the pool open?")[0] in ("a.md", "b.md")
    for name in ("a.md", "b.md"):
        library.set_pinned(name)
        assert _names(library, "when is the pool open?")[0] == name
        library.set_pinned(name, False)
    library.set_pinned("parking.md")
    assert _names(library, "when is the pool open?")[0] != "parking.md"


def test_unknown_documents_cannot_be_pinned_or_hidden(library: Library) -> None:
    with pytest.raises(DocumentNotFound):
        library.set_pinned("nothing.md")
    with pytest.raises(DocumentNotFound):
        library.set_hidden("nothing.md")


def test_recent_documents_come_first_only_when_they_are_asked_for() -> None:
    scores = {"old": 0.80, "new": 0.76}
    standings = {"old": Standing("a", day=1.0e9), "new": Standing("b", day=1.7e9)}
    assert by_standing(scores, standings, "what is the limit?") == scores
    recent = by_standing(scores, standings, "what is the latest limit?")
    assert recent["new"] > recent["old"]
    assert by_standing(scores, standings, "¿cuál es el límite vigente?")["new"] > 0.80


def test_a_superseded_document_stays_below_whatever_its_lead() -> None:
    standings = {"old": Standing("a", superseded_by="b"), "new": Standing("b")}
    placed = by_standing({"old": 1.0, "new": 0.1}, standings, "?")
    assert 0 < placed["old"] < placed["new"]
