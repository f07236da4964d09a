"""A fresh SQLite file that another process is just writing to: every store of ours waits until it is its turn.

SQLite does not wait there by itself: an opener that wants the write-ahead log holds the shared lock already, and is
told "database is locked" at once, whatever its busy timeout.
"""

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from threading import Timer

import pytest

from assistant.grounding.vectors import SentenceVectors
from assistant.storage.database import Database as Conversations
from connectors.errors import StoreError
from connectors.store.database import Database as Deliveries
from knowledge.store.sqlite import SqliteDatabase
from knowledge.testing.embedder import HashingEmbedder

Open = Callable[[Path], object]


def _conversations(file: Path) -> None:
    database = Conversations(f"sqlite:///{file}")
    with database.write() as connection:
        connection.exec_driver_sql("CREATE TABLE kept (a)")
    database.close()


def _sentences(file: Path) -> None:
    SentenceVectors(HashingEmbedder(), file).close()


def _documents(file: Path) -> None:
    SqliteDatabase(file).close()


def _deliveries(file: Path) -> None:
    Deliveries(f"sqlite:///{file}").close()


@pytest.mark.parametrize("opens", [_conversations, _sentences, _documents, _deliveries])
def test_a_fresh_file_that_is_being_written_is_waited_for(opens: Open, tmp_path: Path) -> None:
    file = tmp_path / "fresh.db"
    with closing(sqlite3.connect(file, check_same_thread=False, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with (
            closing(sqlite3.connect(file, timeout=5)) as plain,
            pytest.raises(sqlite3.OperationalError, match="locked"),
        ):
            plain.execute("PRAGMA journal_mode = WAL")
        released = Timer(0.2, other.execute, ("COMMIT",))
        released.start()
        opens(file)
        released.join()
    with closing(sqlite3.connect(file)) as after:
        assert after.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert after.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] > 0


def test_sentences_are_kept_in_memory_while_their_file_is_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "held.db"
    monkeypatch.setattr("knowledge.store.wal._PATIENCE_S", 0.05)
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        SentenceVectors(HashingEmbedder(), file).close()
        other.execute("CREATE TABLE theirs (a)")
        other.execute("COMMIT")
    with closing(sqlite3.connect(file)) as after:
        assert after.execute("SELECT name FROM sqlite_master").fetchall() == [("theirs",)]


@pytest.mark.parametrize("damage", [b"not a database", None])
def test_a_damaged_file_of_sentences_is_replaced(tmp_path: Path, damage: bytes | None) -> None:
    file = tmp_path / "damaged.db"
    if damage is not None:
        file.write_bytes(damage * 100)
    else:
        with closing(sqlite3.connect(file)) as other:
            other.execute("CREATE TABLE facts (other)")
    SentenceVectors(HashingEmbedder(), file).close()
    with closing(sqlite3.connect(file)) as after:
        assert after.execute("SELECT count(*) FROM facts").fetchone() == (1,)


def test_a_file_that_may_not_be_written_is_said_at_once(tmp_path: Path) -> None:
    file, began = tmp_path / "read-only.db", time.monotonic()
    with closing(sqlite3.connect(file)) as other:
        other.execute("CREATE TABLE kept (a)")
    with pytest.raises(StoreError, match="readonly"):
        Deliveries(f"sqlite:///file:{file}?mode=ro&uri=true")
    assert time.monotonic() - began < 3
