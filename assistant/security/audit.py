"""The record of what was administered: who did what to whom, when.

It is added to and read. Only names go out of it, for pseudonyms, when everything of somebody is deleted, and whole acts
when they are older than the settings keep them (`assistant.personal`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from assistant.storage.account_tables import audit
from assistant.storage.database import Database


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that was done. `actor` is the name of an account, or "console" for the command line."""

    at: datetime
    actor: str
    act: str
    target: str
    detail: Mapping[str, Any]


class Audit:
    """Writes acts down."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database, self._now = database, clock

    def note(self, actor: str, act: str, target: str, **detail: Any) -> None:
        """Write one act down. No secret belongs into `detail`."""
        with self._database.write() as connection:
            self.write(connection, self._now(), actor, act, target, **detail)

    @staticmethod
    def write(connection: Connection, at: datetime, actor: str, act: str, target: str, **detail: Any) -> None:
        """The same in a transaction that has more to it."""
        row = {"at": at, "actor": actor[:128], "act": act, "target": target[:200], "detail": detail}
        connection.execute(sa.insert(audit).values(**row))

    def latest(self, limit: int = 100) -> list[Act]:
        """The newest acts first."""
        query = sa.select(audit).order_by(audit.c.id.desc()).limit(limit)
        with self._database.read() as connection:
            return [Act(row.at, row.actor, row.act, row.target, row.detail) for row in connection.execute(query)]
