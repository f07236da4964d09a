"""What is damaged is found at the start: the index is built again, a damaged truth is refused with a way out."""

import logging
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from knowledge.embedder import Vectors
from knowledge.errors import StoreError, StoreLocked
from knowledge.library import Library
from knowledge.settings import KnowledgeSettings
from knowledge.testing.embedder import HashingEmbedder
from knowledge.testing.reader import InlineReader
from knowledge.vectors.chroma import ChromaIndex
from knowledge.vectors.exact import ExactIndex
from knowledge.vectors.places import OpenIndex

TEXTS = [(f"d{number}", "Animals", f"This one is about the zebra{number:02d}.") for number in range(30)]


def open_library(home: Path, open_index: OpenIndex = ChromaIndex) -> Library:
    return Library(home, HashingEmbedder(), KnowledgeSettings(), reader=InlineReader(), open_index=open_index)


def dense(library: Library) -> list[str]:
    return [library.search(f"Animals about zebra{number:02d}", mode="dense")[0].document for number in range(30)]


EXPECTED = [f"d{number}" for number in range(30)]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    with open_library(tmp_path / "home") as library:
        library.add_texts(TEXTS)
        assert dense(library) == EXPECTED
    return tmp_path / "home"


def index_folder(home: Path) -> Path:
    (folder,) = home.glob("vectors-*")
    return folder


def run(program: str) -> None:
    """In a process of its own: Chroma keeps in memory, by path, what it once opened."""
    start = f"import sys; sys.path[:0] = {sys.path!r}\nfrom pathlib import Path\n"
    subprocess.run([sys.executable, "-c", start + program], check=True)


def empty_folder(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.mkdir()


def remove_folder(folder: Path) -> None:
    shutil.rmtree(folder)


def garbage_everywhere(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            path.write_bytes(os.urandom(max(100, path.stat().st_size)))


def truncated_files(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            os.truncate(path, path.stat().st_size // 2)


def another_store(folder: Path) -> None:
    shutil.rmtree(folder)
    run(f"""
from knowledge.testing.embedder import HashingEmbedder
from knowledge.vectors.chroma import ChromaIndex
ChromaIndex(Path({str(folder)!r})).upsert(["stranger"], HashingEmbedder().embed_passages(["x"]))
""")


def vectors_without_metadata(folder: Path) -> None:
    """What was seen after kills: the graph holds a vector of which Chroma's own tables know nothing."""
    connection = sqlite3.connect(folder / "chroma.sqlite3")
    for table in ("embedding_metadata", "embedding_metadata_array", "embeddings"):
        connection.execute(f"DELETE FROM {table} WHERE id % 3 = 0")
    connection.commit()
    connection.close()


@pytest.mark.parametrize(
    "damage",
    [empty_folder, remove_folder, garbage_everywhere, truncated_files, another_store, vectors_without_metadata],
)
def test_a_damaged_index_is_built_again(home: Path, damage: Callable[[Path], None]) -> None:
    damage(index_folder(home))
    run(f"""
from test_damaged_stores import EXPECTED, dense, open_library
with open_library(Path({str(home)!r})) as library:
    assert dense(library) == EXPECTED, dense(library)
    assert library.stats().vectors == 30
""")
    assert len(list(home.glob("vectors-*"))) == 1


class FailingIndex(ExactIndex):
    """Fails to read or write while told to."""

    fails: frozenset[str] = frozenset()

    def upsert(self, ids: Sequence[str], vectors: Vectors) -> None:
        if "write" in FailingIndex.fails:
            raise StoreError("no space left on device")
        super().upsert(ids, vectors)

    def query(self, vector: Vectors, k: int) -> list[tuple[str, float]]:
        if "read" in FailingIndex.fails:
            FailingIndex.fails = frozenset()
            raise StoreError("error loading hnsw index")
        return super().query(vector, k)


@pytest.fixture(autouse=True)
def _sound_again() -> None:
    FailingIndex.fails = frozenset()


def test_an_index_that_fails_while_in_use_is_built_again(tmp_path: Path) -> None:
    with open_library(tmp_path, lambda _: FailingIndex()) as library:
        library.add_texts(TEXTS)
        FailingIndex.fails = frozenset({"read"})
        assert dense(library) == EXPECTED


def test_an_index_that_cannot_be_written_does_not_stop_ingest_or_search(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with open_library(tmp_path, lambda _: FailingIndex()) as library:
        library.add_texts(TEXTS[:10])
        FailingIndex.fails = frozenset({"write"})
        with caplog.at_level(logging.ERROR):
            library.add_texts(TEXTS)
        assert "searching without it" in caplog.text
        assert dense(library) == EXPECTED
    FailingIndex.fails = frozenset()
    with open_library(tmp_path, lambda _: FailingIndex()) as library:
        assert dense(library) == EXPECTED


def test_an_index_that_lost_entries_silently_is_built_again(home: Path) -> None:
    class Forgetful(ExactIndex):
        """Knows all ids, finds only some: what was seen of Chroma after kills and deletes (#7678, #7758)."""

        def query(self, vector: Vectors, k: int) -> list[tuple[str, float]]:
            return [hit for hit in super().query(vector, k) if hash(hit[0]) % 2]

    made: list[ExactIndex] = []

    def open_index(folder: Path) -> ExactIndex:
        made.append(ExactIndex() if made else Forgetful())
        return made[-1]

    with open_library(home, open_index) as library:
        assert dense(library) == EXPECTED
    assert len(made) == 2


def losing(home: Path, lost: str) -> tuple[list[ExactIndex], OpenIndex]:
    """The first index that is opened takes an entry again and never finds it (chroma #7678); later ones are sound."""

    class Wedged(ExactIndex):
        def __init__(self) -> None:
            super().__init__()
            with closing(sqlite3.connect(home / "knowledge.db")) as connection:
                for chunk_id, vector in connection.execute("SELECT id, vector FROM chunks"):
                    self.upsert([chunk_id], np.frombuffer(vector, np.float16).astype(np.float32)[None])

        def query(self, vector: Vectors, k: int) -> list[tuple[str, float]]:
            return [hit for hit in super().query(vector, k) if hit[0] != lost]

    made: list[ExactIndex] = []

    def open_index(folder: Path) -> ExactIndex:
        made.append(ExactIndex() if made else Wedged())
        return made[-1]

    return made, open_index


def changed(home: Path, statement: str, *values: str) -> str:
    """Run a statement; returns the id of the last chunk, which the sample taken at a start does not hold."""
    with closing(sqlite3.connect(home / "knowledge.db")) as connection, connection:
        chunk, document = connection.execute("SELECT id, document_id FROM chunks ORDER BY id DESC LIMIT 1").fetchone()
        connection.execute(statement, [document if value == "document" else value for value in values])
    return str(chunk)


def test_entries_lost_while_they_were_written_over_are_noticed(home: Path) -> None:
    """Of what was under way when a process was killed, every entry is asked for, not only a sample."""
    lost = changed(home, "INSERT INTO unindexed(document_id) VALUES (?)", "document")
    made, open_index = losing(home, lost)
    with open_library(home, open_index) as library:
        library.warm()
        assert dense(library) == EXPECTED
    assert len(made) == 2


KILLED = ("INSERT INTO facts(key, value) VALUES (?, ?)", "vector_index_written", "yes")


def test_after_a_kill_every_entry_is_asked_for(home: Path) -> None:
    """Chroma writes its graph some time after it has taken an entry, so what is lost need not have been under way."""
    lost = changed(home, *KILLED)
    made, open_index = losing(home, lost)
    with open_library(home, open_index) as library:
        assert dense(library) == EXPECTED
    assert len(made) == 2


def test_a_large_index_is_examined_besides_other_work(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("knowledge.vectors.follower._CHECKED", 5)
    lost = changed(home, *KILLED)
    made, open_index = losing(home, lost)
    with open_library(home, open_index) as library:
        library.warm()
        assert len(made) == 1
        library.finish()
        assert dense(library) == EXPECTED
    assert len(made) == 2


def test_what_a_small_index_has_lost_is_found_all_the_same(home: Path) -> None:
    made, open_index = losing(home, changed(home, "SELECT 1"))
    with open_library(home, open_index) as library:
        assert dense(library) == EXPECTED
    assert len(made) == 1


def test_an_index_is_examined_after_many_changes(home: Path) -> None:
    """Writing over entries and deleting them cuts others off, without any kill."""
    made, open_index = losing(home, changed(home, "SELECT 1"))
    with open_library(home, open_index) as library:
        library.warm()
        library.delete("d0")
        library.examine()
        assert len(made) == 1, "one change of thirty is not many"
        library.delete("d1")
        library.examine()
        assert len(made) == 2


def test_an_index_that_was_closed_is_trusted(home: Path) -> None:
    lost = changed(home, "DELETE FROM facts WHERE key = ?", "vector_index_written")
    made, open_index = losing(home, lost)
    with open_library(home, open_index) as library:
        library.add_texts([("more", "Plants", "This one is about the quagga.")])
        library.warm()
    with open_library(home, open_index) as library:
        library.warm()
    assert len(made) == 2, "closed, and opened once more, not built again"


def test_a_full_disk_is_said_and_changes_nothing(tmp_path: Path) -> None:
    with open_library(tmp_path, lambda _: ExactIndex()) as library:
        library.add_texts(TEXTS)
        before = (library.documents(), library.stats())
        pages = library._database
        with pages.read() as connection:
            count = connection.exec_driver_sql("PRAGMA page_count").scalar()

        def limit(to: int) -> None:
            for connection in connections:
                connection.exec_driver_sql(f"PRAGMA max_page_count = {to}")

        # Every pooled connection gets the limit: SQLite then fails as on a full disk (SQLITE_FULL).
        connections = [pages._engine.connect() for _ in range(1)]
        limit(int(count or 0) + 2)
        for connection in connections:
            connection.rollback()
            connection.close()
        with pytest.raises(StoreError, match=r"disk .* is full\. Nothing was changed"):
            library.add_texts([("big", "Big", "Many words here. " * 20_000)])
        assert (library.documents(), library.stats()) == before
        assert dense(library) == EXPECTED
    with open_library(tmp_path, lambda _: ExactIndex()) as library:
        assert (library.documents(), library.stats()) == before
        assert library.add_texts([("big", "Big", "Many words here. " * 20_000)]).added == ["big"]


@pytest.mark.parametrize("part", ["header", "middle"])
def test_a_damaged_truth_is_refused_with_a_way_out(home: Path, part: str) -> None:
    path = home / "knowledge.db"
    data = bytearray(path.read_bytes())
    start = 0 if part == "header" else len(data) // 2
    data[start : start + 20_000] = os.urandom(20_000)
    path.write_bytes(data)
    for other in ("knowledge.db-wal", "knowledge.db-shm"):
        (home / other).unlink(missing_ok=True)
    with pytest.raises(StoreError, match=r"pilares restore"):
        open_library(home)


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreError, match="cannot be written"):
        open_library(tmp_path / "file" / "home")


def test_a_second_process_is_refused_and_told_who_holds_the_folder(tmp_path: Path) -> None:
    with open_library(tmp_path, lambda _: ExactIndex()) as library:
        program = f"""
import sys; sys.path[:0] = {sys.path!r}
from pathlib import Path
from knowledge.errors import StoreLocked
from test_damaged_stores import open_library
try:
    open_library(Path({str(tmp_path)!r}))
except StoreLocked as error:
    print(error)
"""
        said = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout
        assert f"in use by process {os.getpid()}. Stop that process first" in said
        library.add_texts(TEXTS)
        assert dense(library) == EXPECTED


def test_the_folder_of_a_killed_process_is_free(tmp_path: Path) -> None:
    program = f"""
import os, sys; sys.path[:0] = {sys.path!r}
from pathlib import Path
from test_damaged_stores import open_library
open_library(Path({str(tmp_path)!r}))
os.kill(os.getpid(), 9)
"""
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == -9
    open_library(tmp_path).close()


def test_the_lock_is_given_back_when_opening_fails(tmp_path: Path) -> None:
    (tmp_path / "knowledge.db").write_bytes(os.urandom(50_000))
    for _ in range(2):
        with pytest.raises(StoreError):
            open_library(tmp_path)
    (tmp_path / "knowledge.db").unlink()
    with open_library(tmp_path), pytest.raises(StoreLocked):
        open_library(tmp_path)


def test_another_program_that_writes_for_long_makes_us_wait_and_then_say_so(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_library(home) as library:
        other = sqlite3.connect(home / "knowledge.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        assert library.search("zebra07", mode="lexical")[0].document == "d7"  # reading goes on
        with library._database._engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA busy_timeout = 50")
        with pytest.raises(StoreError, match="busy in another program"):
            library.delete("d1")
        other.execute("ROLLBACK")
        other.close()
        library.delete("d1")
