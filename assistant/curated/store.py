"""Curated answers in the database, all the operator's; what a person may read is asked when one is served."""

from collections.abc import Callable, Collection
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.engine import Connection, Row

from assistant.curated.record import Curated, Ground, State
from assistant.errors import NotFound
from assistant.storage.database import Database
from assistant.storage.schema import curated_answers as table

SHORTEST_ID = 6
REPLACED = "replaced by a newer answer to the same question"
_GROUNDS = TypeAdapter(tuple[Ground, ...])


class CuratedAnswers:
    """The curated answers of one database. Safe to use from several threads and processes."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._now = clock

    def add(self, new: Curated) -> None:
        """Keep a new one; a served one to the very same question is retired."""
        with self._database.write() as connection:
            same = sa.and_(
                table.c.language == new.language, table.c.state != "retired", table.c.question == new.question
            )
            connection.execute(sa.update(table).where(same).values(state="retired", why=REPLACED, updated=self._now()))
            connection.execute(sa.insert(table).values(**_values(new)))

    def find(self, *states: State) -> list[Curated]:
        """Those in these states (of none: all), newest first."""
        query = sa.select(table).order_by(table.c.created.desc(), table.c.id)
        query = query.where(table.c.state.in_(states)) if states else query
        with self._database.read() as connection:
            return [_curated(row) for row in connection.execute(query)]

    def get(self, curated_id: str) -> Curated:
        """One by its id, or by the beginning of it. Raises NotFound."""
        with self._database.read() as connection:
            return _found(connection, curated_id)

    def retire(self, curated_id: str, why: str) -> Curated:
        """Serve it no more, from the next turn on. Raises NotFound."""
        return self._change(curated_id, state="retired", why=why)

    def mark(self, curated_id: str, why: str) -> Curated:
        """Do not serve it until somebody has looked at it; one that is retired stays so. Raises NotFound."""
        with self._database.write() as connection:
            found = _found(connection, curated_id)
            if found.state != "served":
                return found
            return _changed(connection, found, self._now(), state="review", why=why)

    def confirm(self, curated_id: str, grounds: Collection[Ground], approver: str, expires: date) -> Curated:
        """Somebody has looked at it: it is served again, resting on these sentences. Raises NotFound."""
        return self._change(
            curated_id, state="served", why="", grounds=_json(grounds), approver=approver,
            reviewed=self._now().date(), expires=expires,
        )  # fmt: skip

    def stamp(self) -> tuple[int, str]:
        """Changes whenever any of them does; one small query."""
        query = sa.select(sa.func.count(), sa.func.max(table.c.updated)).select_from(table)
        with self._database.read() as connection:
            count, latest = connection.execute(query).one()
        return int(count), str(latest)

    def _change(self, curated_id: str, **values: Any) -> Curated:
        with self._database.write() as connection:
            return _changed(connection, _found(connection, curated_id), self._now(), **values)


def _found(connection: Connection, curated_id: str) -> Curated:
    query = sa.select(table).where(table.c.id == curated_id)
    if SHORTEST_ID <= len(curated_id) < 32:
        query = sa.select(table).where(table.c.id.startswith(curated_id, autoescape=True)).limit(2)
    rows = connection.execute(query).all()
    if len(rows) != 1:
        raise NotFound(f"There is no curated answer {curated_id[:64]}. `pilares curated list` shows those there are.")
    return _curated(rows[0])


def _changed(connection: Connection, found: Curated, now: datetime, **values: Any) -> Curated:
    connection.execute(sa.update(table).where(table.c.id == found.id).values(updated=now, **values))
    return _curated(connection.execute(sa.select(table).where(table.c.id == found.id)).one())


def _json(grounds: Collection[Ground]) -> Any:
    return [asdict(each) for each in grounds]


def _values(curated: Curated) -> dict[str, Any]:
    return {**asdict(curated), "grounds": _json(curated.grounds), "groups": list(curated.groups)}


def _curated(row: Row[Any]) -> Curated:
    values = dict(row._mapping)
    return Curated(
        **{**values, "grounds": _GROUNDS.validate_python(values["grounds"]), "groups": tuple(values["groups"])}
    )
