"""What the store needs of a database, and the small things that are the same on each."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Protocol
from uuid import uuid4

from sqlalchemy import Connection, Dialect, Table, delete, insert, inspect, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.schema import CreateColumn

from knowledge.errors import StoreError
from knowledge.store import schema
from knowledge.store.batches import batched

# Tells this store's indexes from those of others on the same Chroma server; a restored store gets one of its own.
STORE_ID = "store_id"
COMMITS = "commits"  # under this name a connection for reading carries how many there had been

__all__ = [
    "COMMITS",
    "STORE_ID",
    "Database",
    "batched",
    "bring_up_to_date",
    "commits_before",
    "fact",
    "mark_unindexed",
    "set_fact",
    "upsert",
]


class Database(Protocol):
    """Any number of reading threads, one writing at a time; raises StoreError, never its library's exceptions.

    `name` is what people call it: a path, or a database on a server. It never holds a password.
    """

    name: str

    def read(self) -> AbstractContextManager[Connection]:
        """A connection that sees one consistent state from its first query to its last."""

    def write(self) -> AbstractContextManager[Connection]:
        """A transaction that is committed as a whole when the block ends, or rolled back."""

    def compact(self) -> None:
        """Give deleted space back and overwrite what was deleted."""

    def close(self) -> None:
        """Close every connection."""


def upsert(table: Table, dialect: Dialect) -> sqlite.Insert | postgresql.Insert:
    """An insert that may say what happens to rows that are there already."""
    return postgresql.insert(table) if dialect.name == "postgresql" else sqlite.insert(table)


def commits_before(connection: Connection) -> int:
    """How many commits a connection of `read` sees at least: whoever saw as many saw the same, or newer.

    One process owns a store, so it is enough to count the commits of this one.
    """
    return int(connection.info[COMMITS])


def fact(connection: Connection, key: str) -> str | None:
    """A stored fact about the store, or None."""
    return connection.execute(select(schema.facts.c.value).where(schema.facts.c.key == key)).scalar()


def set_fact(connection: Connection, key: str, value: str) -> None:
    """Store a fact, replacing an earlier value."""
    statement = upsert(schema.facts, connection.dialect).values(key=key, value=value)
    connection.execute(statement.on_conflict_do_update(index_elements=["key"], set_={"value": value}))


def remove_fact(connection: Connection, key: str) -> None:
    """Forget a fact."""
    connection.execute(delete(schema.facts).where(schema.facts.c.key == key))


def mark_unindexed(connection: Connection, document_ids: Sequence[str]) -> None:
    """Remember that the vector index has yet to follow these documents."""
    if document_ids:
        connection.execute(insert(schema.unindexed), [{"document_id": each} for each in document_ids])


def bring_up_to_date(connection: Connection, name: str) -> None:
    """Create the tables and columns that are not there yet. Raises StoreError for a store of a newer version."""
    schema.facts.create(connection, checkfirst=True)
    found = fact(connection, "schema_version")
    if found is not None and int(found) > schema.SCHEMA_VERSION:
        raise StoreError(
            f"{name} was written by a newer Pilares (schema {found}, this one knows {schema.SCHEMA_VERSION}). "
            "Update Pilares, or point PILARES_HOME to another folder."
        )
    schema.metadata.create_all(connection)
    _add_missing_columns(connection)
    set_fact(connection, "schema_version", str(schema.SCHEMA_VERSION))
    if fact(connection, STORE_ID) is None:
        set_fact(connection, STORE_ID, uuid4().hex[:12])


def _add_missing_columns(connection: Connection) -> None:
    """Bring tables of an older version up to date: every column that came later may be NULL or has a default."""
    present = inspect(connection)
    for table in schema.metadata.sorted_tables:
        there = {column["name"] for column in present.get_columns(table.name)}
        for column in table.columns:
            if column.name not in there:
                definition = CreateColumn(column).compile(dialect=connection.dialect)
                connection.exec_driver_sql(f"ALTER TABLE {table.name} ADD COLUMN {definition}")
