"""Opens what the settings name: the database with the documents, and the places for vector indexes."""

from pathlib import Path
from uuid import uuid4

from knowledge.settings import KnowledgeSettings
from knowledge.store.database import Database, fact, set_fact
from knowledge.vectors.places import Folders, OpenIndex, Places

DATABASE_FILE = "knowledge.db"
STORE_ID = "store_id"


def open_database(folder: Path, settings: KnowledgeSettings, *, owner: bool = True) -> Database:
    """PostgreSQL where an address is set, else the SQLite file in the folder.

    Without `owner` it is only read, also while another process owns it. Raises StoreError, and StoreLocked when another
    process owns the PostgreSQL database (a folder has its own lock).
    """
    if settings.database_url is not None:
        from knowledge.store.postgres import PostgresDatabase

        return PostgresDatabase(settings.database_url.get_secret_value(), owner=owner)
    from knowledge.store.sqlite import SqliteDatabase

    return SqliteDatabase(folder / DATABASE_FILE)


def places(database: Database, folder: Path, settings: KnowledgeSettings, open_index: OpenIndex | None) -> Places:
    """A Chroma server where an address is set, else folders beside the database; `open_index` opens other indexes."""
    if open_index is None and settings.chroma_url is not None:
        from knowledge.vectors.chroma_server import Collections

        return Collections(settings.chroma_url, settings.chroma_token, store_id(database))
    return Folders(folder, open_index)


def store_id(database: Database) -> str:
    """What tells this store's indexes from those of others on the same server; made once, and anew by a restore."""
    with database.read() as connection:
        found = fact(connection, STORE_ID)
    if found is None:
        found = uuid4().hex[:12]
        with database.write() as connection:
            set_fact(connection, STORE_ID, found)
    return found
