"""A Chroma server that is away, comes back, has lost what it held, or lets nobody in."""

from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
from pydantic import SecretStr, ValidationError

from knowledge.errors import IndexUnreachable, StoreError
from knowledge.library import Library
from knowledge.settings import KnowledgeSettings
from knowledge.testing.embedder import HashingEmbedder
from knowledge.testing.reader import InlineReader
from knowledge.testing.servers import Server, chroma, free_port
from knowledge.vectors import follower
from knowledge.vectors.chroma_server import Collections, ServedChromaIndex, answers
from knowledge.vectors.exact import ExactIndex

TEXTS = [(f"d{number}", "Title", f"Common words and word{number} alone.") for number in range(12)]
Open = Callable[[], Library]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """One of its own: it is stopped and started."""
    (tmp_path / "server").mkdir()
    with chroma(tmp_path / "server") as started:
        yield started


@pytest.fixture
def open_library(tmp_path: Path, server: Server) -> Open:
    settings = KnowledgeSettings(chroma_url=f"http://127.0.0.1:{server.port}")
    return lambda: Library(tmp_path / "knowledge", HashingEmbedder(), settings, reader=InlineReader())


def found(library: Library, words: str, *groups: str) -> list[str]:
    return [hit.document for hit in library.search(words, groups=groups or ["everyone"], mode="dense", k=3)]


def collections_of(library: Library) -> Collections:
    places = library._index._places
    assert isinstance(places, Collections)
    return places


def test_searches_are_answered_while_the_server_is_away_and_by_it_when_it_is_back(
    open_library: Open, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_library() as library:
        library.add_texts(TEXTS)
        assert found(library, "word3 alone")[0] == "d3"
        assert isinstance(library._index.opened(), ServedChromaIndex)
        server.stop(kill=True)
        assert found(library, "word3 alone")[0] == "d3"
        assert isinstance(library._index.opened(), ExactIndex)
        library.add_texts([("late", "Late", "Added without the server.")])
        library.set_audience("d3", ["board"])
        library.delete("d4")
        assert found(library, "added without the server")[0] == "late"
        assert "d3" not in found(library, "word3 alone")
        finding = next(each for each in library.verify().findings if each.kind == "index")
        assert "does not answer" in finding.message
        server.start()
        monkeypatch.setattr(follower, "_TRIED_AGAIN_S", 0.0)
        assert found(library, "added without the server")[0] == "late"
        index = library._index.opened()
        assert isinstance(index, ServedChromaIndex)
        assert found(library, "word3 alone", "board") == ["d3"]
        assert library.verify().sound, library.verify().findings
        assert len(collections_of(library).names()) == 1  # nothing was built anew


def test_a_library_opens_without_its_server(open_library: Open, server: Server) -> None:
    with open_library() as library:
        library.add_texts(TEXTS)
    server.stop()
    with open_library() as library:
        assert found(library, "word3 alone")[0] == "d3"
        library.delete("d3")
    server.start()
    with open_library() as library:
        assert "d3" not in found(library, "word3 alone")
        assert library.verify().sound


def test_indexing_again_without_the_server_never_goes_back_to_the_old_index(
    open_library: Open, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_library() as library:
        library.add_texts(TEXTS)
        server.stop()
        library.compact()
        server.start()
        monkeypatch.setattr(follower, "_TRIED_AGAIN_S", 0.0)
        assert found(library, "word3 alone")[0] == "d3"
        assert isinstance(library._index.opened(), ServedChromaIndex)
        assert collections_of(library).names() == {"vectors-3"}


def test_a_collection_somebody_deleted_is_built_again(open_library: Open, server: Server) -> None:
    with open_library() as library:
        library.add_texts(TEXTS)
        (name,) = collections_of(library).names()
        collections_of(library).remove(name)
        assert found(library, "word3 alone")[0] == "d3"
        assert collections_of(library).names() == {"vectors-2"}
        assert library.verify().sound


def test_stores_share_a_server_without_seeing_each_other(tmp_path: Path, open_library: Open, server: Server) -> None:
    settings = KnowledgeSettings(chroma_url=f"http://127.0.0.1:{server.port}")
    with open_library() as one, Library(tmp_path / "other", HashingEmbedder(), settings, reader=InlineReader()) as two:
        one.add_texts(TEXTS)
        two.add_texts([("only", "Only", "The only text here.")])
        assert found(two, "word3 alone") == ["only"]
        two.reindex()
        assert len(found(one, "word3 alone")) == 3
        assert collections_of(one)._prefix != collections_of(two)._prefix


def test_moving_between_folder_and_server_builds_the_index_where_it_belongs(
    tmp_path: Path, open_library: Open, server: Server
) -> None:
    def embedded() -> Library:
        return Library(tmp_path / "knowledge", HashingEmbedder(), KnowledgeSettings(), reader=InlineReader())

    for opened in (embedded, open_library, embedded, open_library):
        with opened() as library:
            library.add_texts(TEXTS)
            library.set_audience("d5", ["board"] if opened is embedded else ["everyone"])
            assert found(library, "word3 alone")[0] == "d3"
            assert ("d5" in found(library, "word5 alone")) == (opened is open_library)
            assert library.verify().sound


def test_nobody_listens() -> None:
    with pytest.raises(IndexUnreachable, match=r"does not answer .*`chroma run --path FOLDER`.*knowledge\.chroma_url"):
        answers(f"http://127.0.0.1:{free_port()}", None)


@pytest.mark.parametrize(
    ("status", "error", "words"),
    [
        (401, StoreError, "refuses the token.*knowledge.chroma_token"),
        (403, StoreError, "refuses the token"),
        (503, IndexUnreachable, "does not answer"),
        (404, StoreError, "cannot be used"),
        (200, StoreError, "cannot be used"),
    ],
)
def test_what_is_no_usable_chroma_server_is_told_apart(status: int, error: type[StoreError], words: str) -> None:
    seen: list[str | None] = []

    class Refusing(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(self.headers["Authorization"])
            self.send_response(status)
            self.end_headers()
            self.wfile.write(b"<html>not chroma</html>")

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Refusing) as refusing:
        Thread(target=refusing.serve_forever, daemon=True).start()
        with pytest.raises(error, match=words) as caught:
            answers(f"http://127.0.0.1:{refusing.server_port}", SecretStr("geheim"))
        refusing.shutdown()
    assert type(caught.value) is error
    assert "geheim" not in str(caught.value)
    assert "Bearer geheim" in seen


@pytest.mark.parametrize("url", ["127.0.0.1:8000", "ftp://host", "http://", "http://user:pw@host:8000"])
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(ValidationError, match="chroma"):
        KnowledgeSettings(chroma_url=url)
