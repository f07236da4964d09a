"""SQLite files as a backup needs them: copied at one moment, and looked into without changing them."""

import sqlite3
from collections.abc import Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path

from assistant.backup.manifest import CONNECTORS_DB, CONVERSATIONS_DB, KNOWLEDGE_DB
from assistant.errors import InvalidRequest

BUSY_TIMEOUT_S = 5.0

_COUNTS = {
    KNOWLEDGE_DB: {
        "documents": "SELECT count(*) FROM documents",
        "passages": "SELECT count(*) FROM chunks",
        "vectors": "SELECT count(vector) FROM chunks",
    },
    CONVERSATIONS_DB: {
        "conversations": "SELECT count(*) FROM conversations",
        "turns": "SELECT count(*) FROM turns",
        "answers": "SELECT count(*) FROM answers",
    },
    CONNECTORS_DB: {"messages": "SELECT count(*) FROM connector_inbox"},
}
_SCHEMA = {
    KNOWLEDGE_DB: "SELECT value FROM facts WHERE key = 'schema_version'",
    CONVERSATIONS_DB: "SELECT version_num FROM alembic_version",
    CONNECTORS_DB: "SELECT value FROM connector_facts WHERE key = 'version'",
}


@dataclass(frozen=True, slots=True)
class Contents:
    """The version of a database's tables, and how much is in them."""

    schema: str
    counts: dict[str, int] = field(default_factory=dict)
    embedder: str | None = None


def snapshot(copies: Mapping[Path, Path]) -> None:
    """Copy databases to new files, all as they are at one moment; others may read and write them meanwhile.

    Raises sqlite3.Error.
    """
    with ExitStack() as stack:
        sources = {source: stack.enter_context(closing(_connect(source, "mode=rw"))) for source in copies}
        for connection in sources.values():  # from here on each sees one state, until it is closed
            connection.execute("BEGIN")
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        for source, connection in sources.items():
            with closing(sqlite3.connect(copies[source])) as copy:
                connection.backup(copy)
                copy.execute("PRAGMA journal_mode = DELETE")  # one file, without a log beside it


def look_into(path: Path, name: str) -> Contents:
    """Check a copied database and count what it holds; `name` is its place in a backup. Raises sqlite3.Error."""
    with closing(_connect(path, "mode=ro&immutable=1")) as connection:
        (result,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        if result != "ok":
            raise sqlite3.DatabaseError(result)
        found = connection.execute(_SCHEMA[name]).fetchone()
        embedder = None
        if name == KNOWLEDGE_DB:
            embedder = connection.execute("SELECT value FROM facts WHERE key = 'model_id'").fetchone()
        return Contents(str(found[0]) if found else "", _counted(connection, name), embedder[0] if embedder else None)


def held(path: Path, name: str) -> str:
    """What a database in use holds, in words ("3 documents"); empty when it holds nothing or is not there."""
    what = next(iter(_COUNTS[name]))
    if not path.exists():
        return ""
    try:
        with closing(_connect(path, "mode=rw")) as connection:
            if not connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone():
                return ""
            (count,) = connection.execute(_COUNTS[name][what]).fetchone()
    except sqlite3.Error:
        return f"{what} that cannot be read"
    return in_numbers(count, what)


def in_numbers(count: int, what: str) -> str:
    """ "3 documents"; empty for none."""
    return "" if not count else f"1 {what.removesuffix('s')}" if count == 1 else f"{count} {what}"


def forget_index(path: Path) -> None:
    """Take out of a database of documents where its vector index was. Raises sqlite3.Error."""
    with closing(_connect(path, "mode=rw")) as connection:
        connection.execute("DELETE FROM facts WHERE key IN ('store_id', 'vector_folder')")


@dataclass(frozen=True, slots=True)
class Held:
    """What waited on chat platforms when a backup was made: questions to be answered, and messages to be sent."""

    questions: int = 0
    messages: int = 0


def hold(path: Path) -> Held:
    """Let nothing be answered or sent that waits in the tables of connectors. Raises sqlite3.Error.

    It waited when the backup was made; whether it was answered since then, no backup can know. Neither can it of what
    is said on a schedule, which begins anew, with its next time.
    """
    with closing(_connect(path, "mode=rw")) as connection:
        questions = connection.execute("UPDATE connector_inbox SET state = 'held' WHERE state = 'waiting'")
        unsent = "state IN ('waiting', 'sending')"
        messages = connection.execute(f"UPDATE connector_outbox SET state = 'held' WHERE {unsent}")
        if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'connector_told'").fetchone():
            connection.execute("DELETE FROM connector_told")
        return Held(questions.rowcount, messages.rowcount)


def check_schema(contents: Contents, name: str) -> None:
    """Refuse tables that only a newer version knows. Raises InvalidRequest."""
    if name == KNOWLEDGE_DB:
        from knowledge.store.schema import SCHEMA_VERSION

        newest, newer = str(SCHEMA_VERSION), _above(contents.schema, SCHEMA_VERSION)
    elif name == CONNECTORS_DB:
        from connectors.store.schema import VERSION

        newest, newer = str(VERSION), _above(contents.schema, VERSION)
    else:
        from assistant.storage.migrate import known_revisions
        from assistant.storage.schema import HEAD

        newest, newer = HEAD, contents.schema not in known_revisions()
    if newer:
        raise InvalidRequest(
            f"its {name} was written by a newer Pilares (schema {contents.schema or 'unknown'}, this one knows up to "
            f"{newest}). Update Pilares and restore again"
        )


def _above(schema: str, newest: int) -> bool:
    return not schema.isdigit() or int(schema) > newest


def _counted(connection: sqlite3.Connection, name: str) -> dict[str, int]:
    return {what: int(connection.execute(statement).fetchone()[0]) for what, statement in _COUNTS[name].items()}


def _connect(path: Path, options: str) -> sqlite3.Connection:
    uri = f"{path.absolute().as_uri()}?{options}"
    return sqlite3.connect(uri, uri=True, isolation_level=None, timeout=BUSY_TIMEOUT_S)
