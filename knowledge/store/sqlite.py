"""The store in one SQLite file: connections, transactions, and errors in our own words."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import Any

from sqlalchemy import Connection, create_engine, event
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from knowledge.errors import StoreError
from knowledge.lexical import fts5
from knowledge.store.database import COMMITS, bring_up_to_date
from knowledge.store.wal import write_ahead

_CHECKED_UP_TO = 512_000_000  # bytes: a quick_check of more would delay every start


class SqliteDatabase:
    """A file in WAL mode. Whoever opens it makes sure that no other process writes to it."""

    def __init__(self, path: Path) -> None:
        """Open or create the file.

        Raises StoreError when it is damaged, not writable, or was written by a newer version of Pilares.
        """
        self.path = path
        self.name = str(path)
        self._write_lock = RLock()
        self._commits = 0
        self._engine = create_engine(f"sqlite:///{path}", pool_size=8, max_overflow=-1)
        event.listen(self._engine, "connect", _prepare)
        event.listen(self._engine, "begin", _begin)
        try:
            with self.write() as connection:
                bring_up_to_date(connection, self.name)
                connection.exec_driver_sql(fts5.DDL)
            self._check_damage()
        except StoreError:
            self.close()
            raise

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection that sees one consistent state from its first query to its last."""
        with self._translated(), self._engine.connect() as connection:
            connection.info[COMMITS] = self._commits
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that is committed as a whole when the block ends, or rolled back."""
        with self._write_lock, self._translated(), self._engine.connect() as plain:
            connection = plain.execution_options(immediate=True)
            with connection.begin():
                yield connection
            self._commits += 1

    def compact(self) -> None:
        """Give deleted space back to the file system and overwrite what was deleted."""
        with self._write_lock, self._translated(), self._engine.connect() as plain:
            raw: Any = plain.connection.dbapi_connection
            raw.execute("INSERT INTO words(words) VALUES ('optimize')")
            raw.execute("VACUUM")
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()

    def _check_damage(self) -> None:
        if self.path.stat().st_size > _CHECKED_UP_TO:
            return
        with self.read() as connection:
            result = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
        if result != "ok":
            raise self._error(str(result))

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            if not isinstance(error.orig, sqlite3.Error):
                raise  # of another database, which is written to from this one
            raise self._error(str(error.orig)) from error
        except SQLAlchemyError as error:
            raise self._error(str(error)) from error

    def _error(self, reason: str) -> StoreError:
        if "full" in reason:
            return StoreError(
                f"The disk that holds {self.path} is full. Nothing was changed; free some space and try again."
            )
        if "readonly" in reason or "unable to open" in reason:
            return StoreError(f"{self.path} cannot be written ({reason}). Check the folder's permissions.")
        if "locked" in reason:
            return StoreError(f"{self.path} is busy in another program. Close that program and try again.")
        return StoreError(
            f"{self.path} is damaged or not readable ({reason}). "
            "Restore a backup (`pilares restore`), or move the file away and ingest the documents again."
        )


def _prepare(raw: Any, _record: Any) -> None:
    raw.isolation_level = None  # we begin transactions ourselves; sqlite3 would not begin one for a SELECT
    write_ahead(raw)
    for pragma in ("busy_timeout=5000", "foreign_keys=ON", "synchronous=FULL", "secure_delete=ON"):
        raw.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    immediate = connection.get_execution_options().get("immediate")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")
