"""The SQLite file: connections, transactions, schema version, and errors in our own words."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import Any, TypeVar

from sqlalchemy import Connection, create_engine, event, insert, inspect, select
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.schema import CreateColumn

from knowledge.errors import StoreError
from knowledge.store import schema

_AT_ONCE = 500
_Value = TypeVar("_Value", str, int)
_CHECKED_UP_TO = 512_000_000  # bytes: a quick_check of more would delay every start


class Database:
    """One SQLite file in WAL mode: any number of reading threads, one writing at a time."""

    def __init__(self, path: Path) -> None:
        """Open or create the file.

        Raises StoreError when it is damaged, not writable, or was written by a newer version of Pilares.
        """
        self.path = path
        self._write_lock = RLock()
        self._engine = create_engine(f"sqlite:///{path}", pool_size=8, max_overflow=-1)
        event.listen(self._engine, "connect", _prepare)
        event.listen(self._engine, "begin", _begin)
        try:
            with self.write() as connection:
                self._create(connection)
            self._check_damage()
        except StoreError:
            self.close()
            raise

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection that sees one consistent state from its first query to its last."""
        with self._translated(), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that is committed as a whole when the block ends, or rolled back."""
        with self._write_lock, self._translated(), self._engine.connect() as plain:
            connection = plain.execution_options(immediate=True)
            with connection.begin():
                yield connection

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

    def _create(self, connection: Connection) -> None:
        connection.exec_driver_sql("CREATE TABLE IF NOT EXISTS facts (key TEXT PRIMARY KEY, value TEXT NOT NULL)")
        found = fact(connection, "schema_version")
        if found is not None and int(found) > schema.SCHEMA_VERSION:
            raise StoreError(
                f"{self.path} was written by a newer Pilares (schema {found}, this one knows {schema.SCHEMA_VERSION}). "
                "Update Pilares, or point PILARES_HOME to another folder."
            )
        schema.metadata.create_all(connection)
        _add_missing_columns(connection)
        connection.exec_driver_sql(schema.WORDS_DDL)
        connection.exec_driver_sql(schema.TERMS_DDL)
        set_fact(connection, "schema_version", str(schema.SCHEMA_VERSION))

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


def fact(connection: Connection, key: str) -> str | None:
    """A stored fact about the store, or None."""
    return connection.execute(select(schema.facts.c.value).where(schema.facts.c.key == key)).scalar()


def set_fact(connection: Connection, key: str, value: str) -> None:
    """Store a fact, replacing an earlier value."""
    statement = upsert(schema.facts).values(key=key, value=value)
    connection.execute(statement.on_conflict_do_update(index_elements=["key"], set_={"value": value}))


def mark_unindexed(connection: Connection, document_ids: list[str]) -> None:
    """Remember that the vector index has yet to follow these documents."""
    if document_ids:
        connection.execute(insert(schema.unindexed), [{"document_id": each} for each in document_ids])


def batched(values: Sequence[_Value]) -> Iterator[Sequence[_Value]]:
    """The values in portions that fit one statement's bound parameters."""
    for start in range(0, len(values), _AT_ONCE):
        yield values[start : start + _AT_ONCE]


def _add_missing_columns(connection: Connection) -> None:
    """Bring tables of an older version up to date: every column that came later may be NULL or has a default."""
    present = inspect(connection)
    for table in schema.metadata.sorted_tables:
        there = {column["name"] for column in present.get_columns(table.name)}
        for column in table.columns:
            if column.name not in there:
                definition = CreateColumn(column).compile(dialect=connection.dialect)
                connection.exec_driver_sql(f"ALTER TABLE {table.name} ADD COLUMN {definition}")


def _prepare(raw: Any, _record: Any) -> None:
    raw.isolation_level = None  # we begin transactions ourselves; sqlite3 would not begin one for a SELECT
    for pragma in ("journal_mode=WAL", "busy_timeout=5000", "foreign_keys=ON", "synchronous=FULL", "secure_delete=ON"):
        raw.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    immediate = connection.get_execution_options().get("immediate")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")
