"""Opens what the settings name: the database with the documents, and the places for vector indexes."""

from pathlib import Path

from knowledge.settings import KnowledgeSettings
from knowledge.store.database import STORE_ID, Database, fact
from knowledge.vectors.places import Folders, OpenIndex, Places

DATABASE_FILE = "knowledge.db"


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

        with database.read() as connection:
            store = fact(connection, STORE_ID) or ""
        return Collections(settings.chroma_url, settings.chroma_token, store)
    return Folders(folder, open_index)
