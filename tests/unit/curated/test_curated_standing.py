"""A curated answer stands while its sentences do, for those who may read all of its documents."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.curated.record import Curated
from assistant.curated.standing import mark_stale, standing
from assistant.curated.writing import still_there, written
from assistant.errors import InvalidRequest
from assistant.storage.conversations import Conversations
from knowledge.library import Library
from knowledge.testing.embedder import HashingEmbedder

LINE = "The warranty of the pump lasts three years."


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.open(tmp_path / "knowledge", HashingEmbedder()) as found:
        found.add_texts(
            [("warranty", "Warranty", f"{LINE} It does not cover rust."), ("prices", "Prices", "It costs 9 €.")]
        )
        yield found


@pytest.fixture
def curated(library: Library) -> Curated:
    made = written(library, "How long does it last?", "Three years.", "warranty", [LINE], by="Eva", days=90)
    other = written(library, "What does it cost?", "9 €.", "prices", ["It costs 9 €."], by="Eva", days=90)
    return replace(made, grounds=(*made.grounds, *other.grounds))


def test_it_stands_with_evidence_and_exact_citations(library: Library, curated: Curated) -> None:
    found = standing(curated, library, ["everyone"])
    assert found.verdict == "stands"
    for citation in found.citations:
        assert library.text(citation.document_id)[citation.start : citation.end] == citation.quote
    assert [each.number for each in found.evidence] == [each.marker for each in found.citations] == [1, 2]


def test_a_reader_of_one_of_two_documents_gets_nothing(library: Library, curated: Curated) -> None:
    library.set_audience("prices", ["sales"])
    assert standing(curated, library, ["everyone"]).verdict == "unreadable"
    assert standing(curated, library, ["everyone", "sales"]).verdict == "stands"


def test_those_that_no_longer_stand_wait_for_review(library: Library, curated: Curated, tmp_path: Path) -> None:
    with Conversations.open(f"sqlite:///{tmp_path / 'pilares.db'}") as conversations:
        store = conversations.curated
        store.add(curated)
        assert mark_stale(store, library) == []
        library.delete("prices")
        (marked,) = mark_stale(store, library)
        assert (marked.state, marked.why) == ("review", "prices was deleted")
        assert mark_stale(store, library) == []


def test_hidden_changed_and_deleted_documents_are_named(library: Library, curated: Curated) -> None:
    library.set_hidden("prices")
    assert standing(curated, library, ["everyone"]).why == "prices is hidden"
    library.set_hidden("prices", False)
    library.add_texts([("warranty", "Warranty", "The warranty of the pump lasts four years.")])
    assert standing(curated, library, ["everyone"]).why == "warranty no longer has its sentence"
    with pytest.raises(InvalidRequest, match="warranty no longer has the sentence"):
        still_there(curated, library)
    library.delete("warranty")
    assert standing(curated, library, ["everyone"]).why == "warranty was deleted"
