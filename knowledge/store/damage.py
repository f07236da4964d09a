"""What a database can say about itself."""

from collections import Counter

from sqlalchemy import Connection

_ROWS_SHOWN = 20


def damage(connection: Connection) -> list[str]:
    """What SQLite finds wrong with its file; PostgreSQL has nothing of the kind (its checksums fail on reading)."""
    if connection.dialect.name != "sqlite":
        return []
    said = list(connection.exec_driver_sql(f"PRAGMA integrity_check({_ROWS_SHOWN})").scalars())
    return [] if said == ["ok"] else said


def orphans(connection: Connection) -> dict[str, int]:
    """How many rows of each table belong to no document: SQLite takes some from a program that does not forbid them."""
    if connection.dialect.name != "sqlite":
        return {}
    return Counter(row[0] for row in connection.exec_driver_sql("PRAGMA foreign_key_check"))
