"""A curated answer stands while its sentences do, for those who may read all of its documents."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.curated.record import Curated
from assistant.curated.standing import standing
from assistant.curated.writing import still_there, written
from assistant.errors import InvalidRequest
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
