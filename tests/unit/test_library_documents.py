"""The library as the web page has it: what not everyone may read is out of its reach."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.documents import LibraryDocuments
from assistant.errors import InvalidRequest
from knowledge.errors import DocumentNotFound
from knowledge.library import Library
from knowledge.testing.embedder import HashingEmbedder


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.open(tmp_path, HashingEmbedder()) as opened:
        opened.add_upload("board.txt", b"The merger is planned for May.", ["board"])
        yield opened


@pytest.fixture
def documents(library: Library) -> LibraryDocuments:
    return LibraryDocuments(library, lambda: None, lambda _: None)


def test_a_restricted_document_is_not_shown_read_or_deleted(library: Library, documents: LibraryDocuments) -> None:
    restricted = library.document("board.txt").id
    assert documents.list() == []
    for name in ("board.txt", restricted):
        with pytest.raises(DocumentNotFound):
            documents.text(name)
        with pytest.raises(DocumentNotFound):
            documents.delete(name)
    assert library.document("board.txt", ["board"]).id == restricted


def test_a_restricted_document_is_not_replaced_by_an_upload_of_its_name(
    library: Library, documents: LibraryDocuments
) -> None:
    with pytest.raises(InvalidRequest, match="another name"):
        documents.add_upload("board.txt", b"Nothing is planned.")
    assert "May" in library.text("board.txt", ["board"])


def test_what_everyone_may_read_is_replaced_and_deleted(library: Library, documents: LibraryDocuments) -> None:
    documents.add_upload("hours.txt", b"Open from nine.")
    documents.add_upload("hours.txt", b"Open from ten.")
    (shown,) = documents.list()
    assert documents.text(shown.id) == "Open from ten."
    documents.delete(shown.id)
    assert documents.list() == []


def test_who_may_read_an_upload_may_replace_it_and_it_stays_theirs(
    documents: LibraryDocuments, library: Library
) -> None:
    board = frozenset({"everyone", "board"})
    assert [each.name for each in documents.list(board)] == ["board.txt"]
    documents.add_upload("board.txt", b"The merger is off.", groups=board)
    assert documents.list() == []
    assert "off" in library.text("board.txt", ["board"])
    documents.add_upload("board.txt", b"The merger is off for good.", groups=board, audience=frozenset({"everyone"}))
    assert len(documents.list()) == 1


def test_a_search_finds_what_its_groups_may_read(documents: LibraryDocuments) -> None:
    documents.add_upload("hours.txt", b"The merger of the offices is over. Open from nine.")
    assert {each.document for each in documents.search("merger")} == {"hours.txt"}
    everything = documents.search("merger", frozenset({"everyone", "board"}))
    assert {each.document for each in everything} == {"hours.txt", "board.txt"}
    assert len(documents.search("merger", frozenset({"everyone", "board"}), 1)) == 1
    assert documents.search("merger", frozenset()) == []


def test_the_list_says_what_replaces_a_document_only_to_who_may_read_that(
    documents: LibraryDocuments, library: Library
) -> None:
    old = "# Travel policy 2025\n\nThe limit for a hotel is 130 euros a night, breakfast included, in every city.\n"
    library.add_upload("travel_2025.md", old.encode())
    library.add_upload("travel_2026.md", old.replace("2025", "2026").replace("130", "150").encode(), ["board"])
    (shown,) = documents.list()
    assert (shown.name, shown.source, shown.superseded_by, shown.duplicate_of) == ("travel_2025.md", "", None, None)
    seen = {each.name: each for each in documents.list(frozenset({"everyone", "board"}))}
    assert seen["travel_2025.md"].superseded_by == "Travel policy 2026"
    assert seen["travel_2026.md"].superseded_by is None
