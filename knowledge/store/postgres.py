"""The store in a PostgreSQL database: connections, transactions, and errors in our own words."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from threading import RLock
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, func, select, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from knowledge.errors import StoreError
from knowledge.lexical import postings
from knowledge.store import schema
from knowledge.store.database import COMMITS, bring_up_to_date
from knowledge.store.ownership import Ownership, application_name
from knowledge.store.postgres_errors import host_of, in_words

_CONNECT_S = 5
_WRITERS = 0x77726974  # "writ": the advisory lock of whoever writes
# A peer that is gone without a word (power cut, cable) is noticed after a minute, not after two hours.
_KEEP_ALIVE = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}


class PostgresDatabase:
    """One database, owned by one Pilares process at a time. Connections that a restart of the server cut are replaced.

    Readers see one snapshot (REPEATABLE READ). Writers take turns through an advisory lock; each sees what the one
    before it committed.
    """

    def __init__(self, url: str, *, owner: bool = True) -> None:
        """Connect, and create what is not there yet.

        Without `owner` it can only be read, also while another process owns it. Raises StoreLocked when another process
        owns it; StoreError when the server does not answer, refuses, or holds a store of a newer version.
        """
        self._url = _usable(url)
        self.name = named(self._url)
        self._write_lock = RLock()
        self._commits = 0
        self._engine = _engine(self._url)
        self._ownership = Ownership(self._engine, self.name) if owner else None
        try:
            if owner:
                with self.write() as connection:
                    bring_up_to_date(connection, self.name)
                    postings.metadata.create_all(connection)
            else:
                with self.read() as connection:
                    connection.execute(select(schema.facts.c.key).limit(1))
        except BaseException:
            self.close()
            raise

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection that sees one consistent state from its first query to its last."""
        with self._translated(), self._engine.connect() as plain:
            plain.info[COMMITS] = self._commits  # before its first query: that is when it takes its snapshot
            yield plain.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that is committed as a whole when the block ends, or rolled back."""
        with self._write_lock, self._translated():
            if self._ownership is None:
                raise StoreError(f"{self.name} was opened for reading only.")
            self._ownership.assert_held()
            with self._engine.begin() as connection:
                connection.execute(select(func.pg_advisory_xact_lock(_WRITERS, func.hashtext(func.current_schema()))))
                yield connection
            self._commits += 1

    def compact(self) -> None:
        """Write every table anew without what was deleted; needs as much free space as the largest table takes."""
        with self._write_lock, self._translated(), self._engine.connect() as plain:
            connection = plain.execution_options(isolation_level="AUTOCOMMIT")
            for table in (*schema.metadata.sorted_tables, *postings.metadata.sorted_tables):
                connection.execute(text(f"VACUUM (FULL, ANALYZE) {table.name}"))

    def close(self) -> None:
        """Close every connection and let the next process in."""
        if self._ownership is not None:
            self._ownership.release()
        self._engine.dispose()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            if isinstance(error.orig, sqlite3.Error):
                raise  # of another database, which is written to from this one
            raise StoreError(in_words(error.orig, self._url, self.name)) from error
        except SQLAlchemyError as error:
            raise StoreError(in_words(error, self._url, self.name)) from error


def named(url: URL) -> str:
    """What people call the database: without user and password."""
    return f"the PostgreSQL database {url.database} at {host_of(url)}"


def _usable(url: str) -> URL:
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise StoreError(_NOT_USABLE) from None  # the message must not repeat a password
    if parsed.get_backend_name() != "postgresql" or not parsed.database:
        raise StoreError(_NOT_USABLE)
    return parsed.set(drivername="postgresql+psycopg")


_NOT_USABLE = (
    "knowledge.database_url is not the address of a PostgreSQL database. "
    "Write it as postgresql+psycopg://USER:PASSWORD@HOST/DATABASE."
)


def _engine(url: URL) -> Engine:
    arguments: dict[str, Any] = {
        "connect_timeout": _CONNECT_S,
        "application_name": application_name(),
        **_KEEP_ALIVE,
    }
    try:
        return create_engine(url, pool_pre_ping=True, pool_size=8, max_overflow=16, connect_args=arguments)
    except ImportError as error:
        raise StoreError(
            f"PostgreSQL needs the package psycopg ({error}). Run `pip install 'pilares[postgres]'`."
        ) from None
