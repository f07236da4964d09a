"""One database: its engine, its read and write transactions, its errors in our words."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from assistant.errors import ConfigurationError, StorageError

BUSY_TIMEOUT_MS = 5_000


class Database:
    """A SQLite file (default) or a PostgreSQL server, by URL.

    `read` and `write` are the only ways in. A write takes SQLite's write lock when it begins (BEGIN IMMEDIATE):
    a transaction that starts reading and then wants to write would be refused without waiting when another one wrote
    in between (https://www.sqlite.org/lang_transaction.html), and the busy timeout would not help.
    """

    def __init__(self, url: str) -> None:
        self._engine = _engine(url)
        self.name = self._engine.url.render_as_string(hide_password=True)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that only reads."""
        with self._guarded(), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that commits when the block ends, and rolls back when it raises."""
        writing = self._engine.execution_options(pilares_write=True)
        with self._guarded(), writing.begin() as connection:
            yield connection

    def close(self) -> None:
        """Give every connection back."""
        self._engine.dispose()

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        try:
            yield
        except (SQLAlchemyError, sqlite3.Error) as error:
            reason = str(getattr(error, "orig", None) or error).splitlines()[0]
            raise StorageError(
                f"The conversations in {self.name} cannot be read or written: {reason}. "
                "Check the free disk space and the rights on the file, then try again; `pilares doctor` looks into it."
            ) from error


def _engine(url: str) -> Engine:
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() != "sqlite":
            return sa.create_engine(parsed, pool_pre_ping=True)
        if parsed.database:
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        engine = sa.create_engine(parsed, connect_args={"check_same_thread": False})
    except OSError as error:
        raise StorageError(
            f"The folder of {url} cannot be created: {error}. Check its rights, or set another home."
        ) from error
    except (ArgumentError, ImportError) as error:
        raise ConfigurationError(
            f"The database address {url!r} is not usable: {error}. "
            "Use sqlite:///PATH, or postgresql+psycopg://USER@HOST/NAME with `pip install psycopg`."
        ) from None
    sa.event.listen(engine, "connect", _prepare_sqlite)
    sa.event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    """Take transactions into our own hands (the driver's are implicit) and set what each connection needs."""
    connection.isolation_level = None
    cursor = connection.cursor()
    # busy_timeout first: switching a fresh file to WAL needs a lock that another opener may hold.
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA synchronous = FULL")  # NORMAL may lose the last questions at a power cut
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    writing = connection.get_execution_options().get("pilares_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
