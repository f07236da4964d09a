"""Brings a database to the schema this version expects, or says why it cannot."""

from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from assistant.errors import StorageError
from assistant.storage.database import Database
from assistant.storage.schema import HEAD

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).parent / "migrations"
_ADVISORY_LOCK = 0x50494C41  # "PILA": one migration at a time on a PostgreSQL server


def migrate(database: Database) -> None:
    """Run the missing migrations in one transaction. One small query when nothing is missing.

    Raises StorageError when the database was written by a newer version of Pilares.
    """
    with database.read() as connection:
        if _revision(connection) == HEAD:
            return
    with database.write() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_ADVISORY_LOCK)))
        if (current := _revision(connection)) != HEAD:  # another process may have been faster
            _upgrade(connection, current, database.name)


def _revision(connection: Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()


def _upgrade(connection: Connection, current: str | None, name: str) -> None:
    # Alembic takes longer to import than a current database takes to open.
    from alembic import command

    if current is not None and current not in known_revisions():
        raise StorageError(
            f"The conversations in {name} were written by a newer version of Pilares (schema {current}, this version "
            f"knows up to {HEAD}). Install that version again, or restore a backup made with this one."
        )
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def known_revisions() -> set[str]:
    """Every schema this version can read, by migrating it if need be."""
    from alembic.script import ScriptDirectory

    return {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}


def _config() -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config
