"""Passages that people found helpful, with the question they helped with; each counts as long as its feedback does."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

import sqlalchemy as sa

from assistant.storage.database import Database
from assistant.storage.schema import feedback
from assistant.storage.schema import raised_passages as table


@dataclass(frozen=True, slots=True)
class Helped:
    """A sentence of a document that answered a question, by the feedback that says so."""

    feedback_id: str
    question: str
    language: str
    document_id: str
    quote: str
    created: datetime


class RaisedPassages:
    """The helpful passages of one database. Safe to use from several threads and processes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def replace(self, helped: Sequence[Helped]) -> None:
        """Put these in the place of all that were there."""
        with self._database.write() as connection:
            known = frozenset(connection.execute(sa.select(feedback.c.id)).scalars())
            connection.execute(sa.delete(table))
            rows = [{"id": uuid4().hex, **_values(each)} for each in helped if each.feedback_id in known]
            if rows:
                connection.execute(sa.insert(table), rows)

    def current(self) -> list[Helped]:
        """Those whose feedback stands: neither taken back nor replaced by another verdict."""
        with self._database.read() as connection:
            rows = connection.execute(_standing(*(column for column in table.c if column.name != "id"))).all()
        return [Helped(**row._mapping) for row in rows]

    def stamp(self) -> tuple[int, str]:
        """Changes with what `current` returns; one small query."""
        with self._database.read() as connection:
            count, ids = connection.execute(_standing(sa.func.count(), sa.func.max(table.c.id))).one()
        return int(count), str(ids)


def _standing(*columns: Any) -> sa.Select[Any]:
    joined = table.join(feedback, feedback.c.id == table.c.feedback_id)
    return sa.select(*columns).select_from(joined).where(feedback.c.is_current)


def _values(helped: Helped) -> dict[str, object]:
    return {name: getattr(helped, name) for name in Helped.__slots__}
