"""`Library.verify`: each inconsistency is seen, told in a sentence, and mended by the command in it."""

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from knowledge.care import Verification
from knowledge.embedder import Embedder
from knowledge.library import Library
from knowledge.settings import KnowledgeSettings
from knowledge.testing.embedder import HashingEmbedder
from knowledge.testing.reader import InlineReader
from knowledge.vectors.chroma import ChromaIndex
from knowledge.vectors.exact import ExactIndex

LONG = "\n\n".join(f"Paragraph {number} has words of its own. " * 20 for number in range(9))
TEXTS = [("refunds", "Refunds", "Customers get their money back."), ("long", "Long", LONG)]


class Indexes:
    """Exact indexes that outlive the library, as files do, one per folder."""

    def __init__(self) -> None:
        self.by_folder: dict[Path, ExactIndex] = {}

    def __call__(self, folder: Path) -> ExactIndex:
        folder.mkdir(exist_ok=True)
        return self.by_folder.setdefault(folder, ExactIndex())

    @property
    def last(self) -> ExactIndex:
        return list(self.by_folder.values())[-1]


@pytest.fixture
def indexes() -> Indexes:
    return Indexes()


@pytest.fixture
def reopen(tmp_path: Path, indexes: Indexes) -> Callable[..., Library]:
    def opened(embedder: Embedder | None = None) -> Library:
        made = embedder or HashingEmbedder()
        return Library(tmp_path, made, KnowledgeSettings(), reader=InlineReader(), open_index=indexes)

    return opened


@pytest.fixture
def library(reopen: Callable[..., Library]) -> Iterator[Library]:
    with reopen() as opened:
        opened.add_texts(TEXTS)
        opened.search("money back")
        yield opened


def sql(library: Library, *statements: str) -> None:
    connection = sqlite3.connect(library.folder / "knowledge.db")
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


def kinds(found: Verification) -> set[str]:
    return {finding.kind for finding in found.findings}


def test_a_sound_store_is_counted(library: Library) -> None:
    found = library.verify("hashing-256")
    assert found.sound, found.findings
    stats = library.stats()
    assert (found.documents, found.chunks, found.vectors) == (2, stats.chunks, stats.vectors)
    assert found.words == found.indexed == stats.chunks > 2
    assert (found.pending, found.unindexed, found.embedder) == (0, 0, "hashing-256")


def test_an_empty_store_is_sound(reopen: Callable[..., Library]) -> None:
    with reopen() as library:
        found = library.verify("hashing-256")
    assert found.sound
    assert (found.documents, found.indexed, found.embedder) == (0, None, None)


def test_chunks_that_wait_for_their_vector_are_pending(reopen: Callable[..., Library]) -> None:
    class Off(HashingEmbedder):
        def embed_passages(self, texts: object) -> object:  # type: ignore[override]
            raise RuntimeError("off")

    with reopen(Off()) as library:
        with pytest.raises(RuntimeError):
            library.add_texts(TEXTS)
        found = library.verify()
    assert found.sound, found.findings
    assert (found.pending, found.vectors) == (found.chunks, 0)


def test_an_index_that_has_yet_to_follow_is_no_inconsistency(reopen: Callable[..., Library], library: Library) -> None:
    library.close()
    with reopen() as again:  # nobody has asked it anything, so its index is not followed
        again.set_audience("refunds", ["board"])
        again.delete("long")
        found = again.verify()
        assert found.sound, found.findings
        assert found.unindexed == 1
        again.warm()
        assert again.verify().unindexed == 0


FIRST = "(SELECT number FROM chunks ORDER BY number LIMIT 1)"
DAMAGES = {
    "offsets": f'UPDATE chunks SET start = start + 1, "end" = "end" + 1 WHERE number = {FIRST}',
    "words": f"UPDATE words SET body = 'others' WHERE rowid = {FIRST}",
    "no_vector": f"UPDATE chunks SET vector = NULL WHERE number = {FIRST}",
    "vector": f"UPDATE chunks SET vector = x'00' WHERE number = {FIRST}",
    "audience": "UPDATE grants SET group_name = 'guests' WHERE document_id IN (SELECT id FROM documents LIMIT 1)",
    "stray_rows": "INSERT INTO grants VALUES ('nobody', 'everyone')",
    "stray_words": "INSERT INTO words(rowid, title, body) VALUES (4711, 'a', 'b')",
    "word_index": "DELETE FROM words_data WHERE id > 10",
    "embedder": "DELETE FROM facts WHERE key = 'model_id'",
}


@pytest.mark.parametrize("kind", DAMAGES)
def test_what_is_wrong_in_sql_is_found_and_mended(library: Library, kind: str) -> None:
    sql(library, DAMAGES[kind])
    found = library.verify("hashing-256")
    assert kind in kinds(found), found.findings
    assert all("`pilares documents reindex`" in finding.message for finding in found.findings)
    if kind in ("offsets", "words", "no_vector", "vector"):
        assert [(each.document, each.count) for each in found.findings if each.kind == kind] == [("refunds", 1)]
    mended(library)


def mended(library: Library) -> None:
    library._embedding._checked = False  # as in the process that runs the command
    library.reindex()
    found = library.verify("hashing-256")
    assert found.sound, found.findings
    assert found.indexed == found.words == found.chunks == library.stats().vectors
    assert library.search("money back", mode="dense")[0].document == "refunds"
    assert library.search("money back", mode="lexical")[0].document == "refunds"


def test_a_chunk_without_words_is_found_and_mended(library: Library) -> None:
    sql(library, f"DELETE FROM words WHERE rowid = {FIRST}")
    (finding,) = library.verify().findings
    assert finding.kind == "words"
    assert "1 passage of refunds is not in the full-text index" in finding.message
    mended(library)


def test_a_vector_that_is_no_number_is_found_and_mended(library: Library) -> None:
    connection = sqlite3.connect(library.folder / "knowledge.db")
    broken = np.full(256, np.nan, dtype=np.float16).tobytes()
    connection.execute("UPDATE chunks SET vector = ?", [broken])
    connection.commit()
    connection.close()
    assert kinds(library.verify()) == {"vector"}
    mended(library)


def forget_an_entry(library: Library, index: ExactIndex) -> None:
    index.delete([library.passages_of(library.document("refunds").id)[0].chunk_id])


def add_a_stranger(library: Library, index: ExactIndex) -> None:
    index.upsert(["stranger"], HashingEmbedder().embed_passages(["x"]))


def turn_every_vector(library: Library, index: ExactIndex) -> None:
    library.add_texts([(f"more{number}", "More", f"Something else about zebra{number}.") for number in range(30)])
    ids = sorted(index.ids())
    index.upsert(ids, -HashingEmbedder().embed_passages(["other"] * len(ids)))


@pytest.mark.parametrize(
    ("damage", "kind"),
    [
        (forget_an_entry, "not_indexed"),
        (add_a_stranger, "stray_vectors"),
        (turn_every_vector, "lost"),
    ],
)
def test_what_is_wrong_in_the_vector_index_is_found_and_mended(
    library: Library, indexes: Indexes, damage: Callable[[Library, ExactIndex], None], kind: str
) -> None:
    damage(library, indexes.last)
    (finding,) = library.verify().findings
    assert (finding.kind, finding.count) == (kind, 1)
    assert "`pilares documents reindex`" in finding.message
    mended(library)


def test_looking_mends_nothing(reopen: Callable[..., Library], indexes: Indexes, library: Library) -> None:
    indexes.last.delete(sorted(indexes.last.ids()))
    library.close()
    with reopen() as again:
        assert kinds(again.verify()) == {"not_indexed"}
        assert kinds(again.verify()) == {"not_indexed"}
        assert indexes.last.ids() == set()


def test_another_embedder_is_named(library: Library) -> None:
    (finding,) = library.verify("e5-1234").findings
    assert finding.kind == "embedder"
    assert "hashing-256, but e5-1234 is configured" in finding.message


def test_a_lost_text_names_what_to_delete(library: Library) -> None:
    sql(library, f"DELETE FROM texts WHERE document_id = '{library.document('refunds').id}'")
    (finding,) = library.verify().findings
    assert finding.kind == "no_text"
    assert f"`pilares documents delete {library.document('refunds').id}`" in finding.message


def test_damage_that_opening_does_not_see_names_the_backup(library: Library) -> None:
    # An index that lacks a row: quick_check does not compare indexes with their tables, integrity_check does.
    connection = sqlite3.connect(library.folder / "knowledge.db")
    connection.execute("PRAGMA writable_schema = ON")
    definition = "CREATE INDEX chunks_by_document ON chunks (document_id, position)"
    connection.execute("UPDATE sqlite_master SET sql = ? WHERE name = 'chunks_by_document'", [f"{definition} WHERE 0"])
    connection.commit()
    connection.close()
    connection = sqlite3.connect(library.folder / "knowledge.db")
    connection.execute("REINDEX chunks_by_document")
    connection.execute("PRAGMA writable_schema = ON")
    connection.execute("UPDATE sqlite_master SET sql = ? WHERE name = 'chunks_by_document'", [definition])
    connection.commit()
    connection.close()
    library.close()
    with Library(library.folder, HashingEmbedder(), KnowledgeSettings(), reader=InlineReader()) as again:
        found = again.verify()
    assert "damaged" in kinds(found)
    assert "`pilares restore FILE.tar.gz`" in next(each.message for each in found.findings if each.kind == "damaged")


def test_the_same_with_chroma(tmp_path: Path) -> None:
    def opened() -> Library:
        return Library(tmp_path, HashingEmbedder(), KnowledgeSettings(), reader=InlineReader())

    with opened() as library:
        library.add_texts(TEXTS)
        library.add_texts([("secret", "Secret", "Nobody may read this.")], source="none", audience=[])
        (chunk,) = library.passages_of(library.document("refunds").id)
        assert library.verify().sound, library.verify().findings
    with opened() as library:
        (folder,) = tmp_path.glob("vectors-*")
        index = ChromaIndex(folder)
        index.delete([chunk.chunk_id])
        add_a_stranger(library, index)  # type: ignore[arg-type]
        assert kinds(library.verify()) == {"not_indexed", "stray_vectors"}
        library.reindex()
        assert library.verify().sound
