"""One database: its engine, its read and write transactions, its errors in our words."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from assistant.errors import ConfigurationError, StorageError
from knowledge.store.wal import write_ahead

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
            if connection.dialect.name == "postgresql":
                connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that commits when the block ends, and rolls back when it raises."""
        writing = self._engine.execution_options(pilares_write=True)
        with self._guarded(), writing.begin() as connection:
            yield connection

    def settle(self) -> None:
        """Leave nothing of what was deleted in SQLite's log, unless somebody still reads from it."""
        if self._engine.dialect.name == "sqlite":
            with self._guarded(), closing(self._engine.raw_connection()) as connection:
                connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").close()

    def close(self) -> None:
        """Give every connection back."""
        self._engine.dispose()

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        try:
            yield
        except (SQLAlchemyError, sqlite3.Error) as error:
            if isinstance(error, DBAPIError) and not isinstance(error.orig, self._engine.dialect.loaded_dbapi.Error):
                raise  # of another database, which is written to from this one
            reason = (str(getattr(error, "orig", None) or error).splitlines() or ["no reason given"])[0]
            check = "the free disk space and the rights on the file"
            if self._engine.dialect.name == "postgresql":
                check = "that the server runs, and user, password and database in `database_url`"
            raise StorageError(
                f"The conversations in {self.name} cannot be read or written: {reason}. "
                f"Check {check}, then try again; `pilares doctor` looks into it."
            ) from error


def _engine(url: str) -> Engine:
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() != "sqlite":
            return _postgres(parsed)
        if parsed.database:
            Path(parsed.database).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        engine = sa.create_engine(parsed, connect_args={"check_same_thread": False})
    except OSError as error:
        raise StorageError(
            f"The folder of {url} cannot be created: {error}. Check its rights, or set another home."
        ) from error
    except (ArgumentError, ImportError, ValueError) as error:
        raise ConfigurationError(
            f"The database address is not usable: {_without_address(error)}. "
            "Use sqlite:///PATH, or postgresql+psycopg://USER:PASSWORD@HOST/DATABASE with "
            "`pip install 'pilares[postgres]'`."
        ) from None
    sa.event.listen(engine, "connect", _prepare_sqlite)
    sa.event.listen(engine, "begin", _begin_sqlite)
    return engine


def _postgres(url: URL) -> Engine:
    """Connections that a restart of the server cut are replaced."""
    if url.get_backend_name() != "postgresql":
        raise ArgumentError(f"{url.get_backend_name()} is not supported")
    driver = url.set(drivername="postgresql+psycopg")
    return sa.create_engine(driver, pool_pre_ping=True, connect_args={"connect_timeout": 5})


def _without_address(error: Exception) -> str:
    """What is wrong, without the address: SQLAlchemy repeats one that it cannot parse, with the password."""
    return "it is no address of a database" if isinstance(error, ValueError) or "parse" in str(error) else str(error)


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    """Take transactions into our own hands (the driver's are implicit) and set what each connection needs."""
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    write_ahead(connection)
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA secure_delete = ON")  # what is deleted is overwritten, too
    cursor.execute("PRAGMA synchronous = FULL")  # NORMAL may lose the last questions at a power cut
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    writing = connection.get_execution_options().get("pilares_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
