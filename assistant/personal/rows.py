"""Rows of one table that are a person's: as plain JSON, and gone."""

from collections.abc import Callable, Collection, Iterator
from datetime import date
from typing import Any

import sqlalchemy as sa

from assistant.personal.subject import Places, Subject
from assistant.storage.database import Database

Json = dict[str, Any]
AT_ONCE = 200
"""Rows that are in memory at the same time."""

Mine = Callable[[Subject], sa.ColumnElement[bool]]
"""Which rows of a table are somebody's."""


def read_rows(places: Places, query: sa.Select[Any], without: Collection[str] = ()) -> Iterator[Json]:
    """The rows of a query, as they are read: a big table is never in memory. Secrets and others' names are left out."""
    with places.database.read() as connection:
        found = connection.execution_options(yield_per=AT_ONCE).execute(query)
        for row in found.mappings():
            yield plain({name: value for name, value in row.items() if name not in without})


def delete_rows(database: Database, table: sa.Table, wanted: sa.ColumnElement[bool]) -> int:
    """Delete rows of one table; returns how many."""
    with database.write() as connection:
        return connection.execute(sa.delete(table).where(wanted)).rowcount


def plain(value: Any) -> Any:
    """The same in what JSON has: moments as ISO 8601."""
    if isinstance(value, date):  # and so a datetime
        return value.isoformat()
    if isinstance(value, dict):
        return {str(name): plain(each) for name, each in value.items()}
    return [plain(each) for each in value] if isinstance(value, list | tuple | set | frozenset) else value
