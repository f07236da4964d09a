"""Databases that are on a PostgreSQL server: in a backup they are SQLite files like all others.

So a backup can be restored wherever the settings say, whatever it was made of.
"""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from assistant.backup.databases import in_numbers
from assistant.backup.manifest import CONNECTORS_DB, CONVERSATIONS_DB, KNOWLEDGE_DB
from assistant.storage import schema as conversations
from assistant.storage.database import Database as ConversationsDatabase
from assistant.storage.migrate import migrate
from connectors.store import schema as connectors
from connectors.store.database import Database as ConnectorsDatabase
from knowledge.store import copying
from knowledge.store import schema as documents
from knowledge.store.database import Database as DocumentsDatabase

if TYPE_CHECKING:
    from assistant.settings import Settings

_FIRST = {
    KNOWLEDGE_DB: documents.documents,
    CONVERSATIONS_DB: conversations.conversations,
    CONNECTORS_DB: connectors.inbox,
}
_CALLED = {CONNECTORS_DB: "messages"}
_TABLES = {CONVERSATIONS_DB: conversations.metadata, CONNECTORS_DB: connectors.metadata}
_Opened = DocumentsDatabase | ConversationsDatabase | ConnectorsDatabase


@dataclass(frozen=True, slots=True)
class Servers:
    """The addresses of the databases that are on a server, by their place in a backup."""

    urls: Mapping[str, str] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, settings: "Settings") -> "Servers":
        """Those that the settings name. Without connectors there are no tables of theirs."""
        named = {KNOWLEDGE_DB: settings.knowledge.database_url, CONVERSATIONS_DB: settings.database_url}
        if settings.connectors:
            named[CONNECTORS_DB] = settings.database_url
        return cls({name: url.get_secret_value() for name, url in named.items() if url is not None})


@contextmanager
def reading(servers: Servers) -> Iterator[dict[str, Connection]]:
    """Every database on a server as it is at one moment; others may read and write meanwhile.

    Raises StoreError and StorageError.
    """
    with ExitStack() as stack:
        found = {}
        for name, url in servers.urls.items():
            opened = stack.enter_context(closing(_open_to_read(name, url)))
            found[name] = stack.enter_context(opened.read())
            found[name].execute(sa.select(1))  # from here on it sees one state
        yield found


@contextmanager
def writing(servers: Servers) -> Iterator[dict[str, Connection]]:
    """A transaction in each, committed when the block ends, or rolled back.

    Raises StoreLocked while a server of Pilares is running on the documents, StoreError and StorageError.
    """
    with ExitStack() as stack:
        found = {}
        for name, url in servers.urls.items():
            opened = stack.enter_context(closing(_open_to_write(name, url)))
            found[name] = stack.enter_context(opened.write())
        yield found


def save(source: Connection, name: str, path: Path) -> None:
    """Write what a database holds into a new SQLite file."""
    with closing(_open_file(name, path)) as file, file.write() as target:
        _copy(source, target, name)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")  # one file, without a log beside it


def load(path: Path, name: str, target: Connection) -> None:
    """Make a database hold what a SQLite file holds; nothing where there is no such file."""
    if path.exists():
        with closing(_open_file(name, path)) as file, file.read() as source:
            _copy(source, target, name)
    elif name == KNOWLEDGE_DB:
        copying.empty_store(target)
    else:
        copying.empty_tables(_TABLES[name], target)


def held(connection: Connection, name: str) -> str:
    """What a database holds, in words ("3 documents"); empty when it holds nothing."""
    count = connection.execute(sa.select(sa.func.count()).select_from(_FIRST[name])).scalar() or 0
    return in_numbers(count, _CALLED.get(name, _FIRST[name].name))


def _copy(source: Connection, target: Connection, name: str) -> None:
    if name == KNOWLEDGE_DB:
        copying.copy_store(source, target)
    else:
        copying.copy_tables(_TABLES[name], source, target)


def _open_to_read(name: str, url: str) -> _Opened:
    if name == KNOWLEDGE_DB:
        from knowledge.store.postgres import PostgresDatabase

        return PostgresDatabase(url, owner=False)
    return ConnectorsDatabase(url) if name == CONNECTORS_DB else ConversationsDatabase(url)


def _open_to_write(name: str, url: str) -> _Opened:
    if name == KNOWLEDGE_DB:
        from knowledge.store.postgres import PostgresDatabase

        return PostgresDatabase(url)
    return ConnectorsDatabase(url) if name == CONNECTORS_DB else _migrated(url)


def _open_file(name: str, path: Path) -> _Opened:
    if name == KNOWLEDGE_DB:
        from knowledge.store.sqlite import SqliteDatabase

        return SqliteDatabase(path)
    url = f"sqlite:///{path}"
    return ConnectorsDatabase(url) if name == CONNECTORS_DB else _migrated(url)


def _migrated(url: str) -> ConversationsDatabase:
    database = ConversationsDatabase(url)
    try:
        migrate(database)
    except BaseException:
        database.close()
        raise
    return database
