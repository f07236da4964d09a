"""The database of connectors: a SQLite file by default, PostgreSQL by its address."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.schema import CreateColumn

from connectors.errors import StoreError
from connectors.store import schema

BUSY_TIMEOUT_MS = 5_000


class Database:
    """Transactions that write, one at a time in SQLite."""

    def __init__(self, url: str) -> None:
        parsed = sa.make_url(url)
        self.name = parsed.render_as_string(hide_password=True)
        with _guarded(self.name):
            self._engine = _engine(parsed)
            with self._engine.begin() as connection:
                _bring_up_to_date(connection, self.name)

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that commits when the block ends, and rolls back when it raises. Raises StoreError."""
        with _guarded(self.name), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that sees one state, whatever others write meanwhile. Raises StoreError."""
        with _guarded(self.name), self._engine.connect() as connection:
            if self._engine.dialect.name == "postgresql":
                connection.execution_options(isolation_level="REPEATABLE READ")
            with connection.begin():
                yield connection

    def close(self) -> None:
        """Give every connection back."""
        self._engine.dispose()


@contextmanager
def _guarded(name: str) -> Iterator[None]:
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error, OSError) as error:
        reason = (str(getattr(error, "orig", None) or error).splitlines() or ["no reason given"])[0]
        raise StoreError(
            f"What connectors keep in {name} cannot be read or written: {reason}. Check the free disk space and the "
            "rights on the file, or that the server runs; then start again."
        ) from error


def _engine(url: sa.URL) -> Engine:
    if url.get_backend_name() == "postgresql":
        return sa.create_engine(url.set(drivername="postgresql+psycopg"), pool_pre_ping=True)
    if url.database:
        Path(url.database).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    engine = sa.create_engine(url, connect_args={"check_same_thread": False})
    sa.event.listen(engine, "connect", _prepare)
    sa.event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    return engine


def _prepare(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    _write_ahead(connection)
    cursor.execute("PRAGMA synchronous = FULL")  # a delivery is acknowledged because it is on the disk
    cursor.close()


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Switch a fresh file to its log. Of two that do so at once SQLite refuses one without waiting: it asks again."""
    until = time.monotonic() + BUSY_TIMEOUT_MS / 1000
    while True:
        try:
            return connection.execute("PRAGMA journal_mode = WAL").close()
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > until:
                raise
            time.sleep(0.01)


def _bring_up_to_date(connection: Connection, name: str) -> None:
    """Create what is missing. Raises StoreError for a database of a newer version."""
    schema.facts.create(connection, checkfirst=True)
    query = sa.select(schema.facts.c.value).where(schema.facts.c.key == "version")
    found = connection.execute(query).scalar()
    if found is not None and int(found) > schema.VERSION:
        raise StoreError(
            f"{name} was written by a newer Pilares (connectors {found}, this one knows {schema.VERSION}). "
            "Install that version again."
        )
    schema.metadata.create_all(connection)
    present = sa.inspect(connection)
    for table in schema.metadata.sorted_tables:
        there = {column["name"] for column in present.get_columns(table.name)}
        for column in [each for each in table.columns if each.name not in there]:
            definition = CreateColumn(column).compile(dialect=connection.dialect)
            connection.exec_driver_sql(f"ALTER TABLE {table.name} ADD COLUMN {definition}")
    connection.execute(sa.delete(schema.facts).where(schema.facts.c.key == "version"))
    connection.execute(sa.insert(schema.facts).values(key="version", value=str(schema.VERSION)))
