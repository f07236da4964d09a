"""Appointments in the database. No two of a calendar overlap; each is reached by the person whose it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from assistant.errors import NotFound
from assistant.storage.database import Database
from assistant.storage.folding import storable
from assistant.storage.migrate import migrate
from assistant.storage.schema import appointments as table

_ADVISORY_LOCK = 0x50494C42


@dataclass(frozen=True, slots=True)
class Appointment:
    """An appointment. `sequence` counts its changes (RFC 5545, 3.8.7.4); times are in UTC."""

    id: str
    user_id: str
    calendar: str
    service: str
    starts: datetime
    ends: datetime
    name: str
    contact: str
    cancelled: bool
    sequence: int
    created: datetime
    updated: datetime


class SlotTaken(Exception):
    """Somebody else has an appointment at that time."""


class AppointmentStore:
    """Appointments in one database. Safe to use from several threads."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @classmethod
    def open(cls, url: str) -> Self:
        """Open the database at a SQLAlchemy URL, migrated to this version's schema. Raises as `Conversations.open`."""
        store = cls(Database(url))
        try:
            migrate(store._database)
        except BaseException:
            store.close()
            raise
        return store

    def close(self) -> None:
        """Give the database connections back."""
        self._database.close()

    def book(
        self, user_id: str, *, calendar: str, service: str, starts: datetime, ends: datetime, name: str, contact: str
    ) -> Appointment:
        """Book a time; one that this person has for this service already is given back. Raises SlotTaken."""
        now = datetime.now(UTC)
        new = Appointment(
            uuid4().hex, user_id, calendar, storable(service)[:200], starts.astimezone(UTC), ends.astimezone(UTC),
            storable(name)[:200], storable(contact)[:200], False, 0, now, now,
        )  # fmt: skip
        with self._database.write() as connection:
            for other in _overlapping(connection, calendar, starts, ends):
                if (other.user_id, other.starts, other.service) == (user_id, new.starts, new.service):
                    return other
                raise SlotTaken
            connection.execute(sa.insert(table).values(**{name: getattr(new, name) for name in new.__slots__}))
        return new

    def move(self, user_id: str, appointment_id: str, starts: datetime, ends: datetime) -> Appointment:
        """Give an appointment another time. Raises NotFound and SlotTaken; then it stays where it was."""
        with self._database.write() as connection:
            current = _owned(connection, user_id, appointment_id)
            others = _overlapping(connection, current.calendar, starts, ends)
            if any(other.id != appointment_id for other in others):
                raise SlotTaken
            return _changed(connection, current, starts=starts.astimezone(UTC), ends=ends.astimezone(UTC))

    def cancel(self, user_id: str, appointment_id: str) -> Appointment:
        """Cancel an appointment; it stays in the database. Raises NotFound."""
        with self._database.write() as connection:
            return _changed(connection, _owned(connection, user_id, appointment_id), cancelled=True)

    def get(self, user_id: str, appointment_id: str) -> Appointment:
        """One appointment of a person, also a cancelled one. Raises NotFound."""
        query = sa.select(table).where(table.c.id == appointment_id, table.c.user_id == user_id)
        with self._database.read() as connection:
            row = connection.execute(query).first()
        if row is None:
            raise NotFound(f"There is no appointment {appointment_id[:64]} of yours.")
        return _appointment(row)

    def upcoming(self, user_id: str, now: datetime) -> Sequence[Appointment]:
        """A person's appointments that have not begun, in order of time."""
        query = _standing().where(table.c.user_id == user_id, table.c.starts >= now).order_by(table.c.starts)
        with self._database.read() as connection:
            return [_appointment(row) for row in connection.execute(query)]

    def busy(self, calendar: str, begins: datetime, ends: datetime) -> Sequence[tuple[datetime, datetime]]:
        """The stretches of a calendar that are taken between two moments."""
        with self._database.read() as connection:
            return [(each.starts, each.ends) for each in _overlapping(connection, calendar, begins, ends)]


def _standing() -> sa.Select[Any]:
    return sa.select(table).where(sa.not_(table.c.cancelled))


def _overlapping(connection: Connection, calendar: str, starts: datetime, ends: datetime) -> list[Appointment]:
    if connection.dialect.name == "postgresql" and connection.get_execution_options().get("pilares_write"):
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_ADVISORY_LOCK)))  # SQLite has one writer anyway
    query = _standing().where(table.c.calendar == calendar, table.c.starts < ends, table.c.ends > starts)
    return [_appointment(row) for row in connection.execute(query.order_by(table.c.starts))]


def _owned(connection: Connection, user_id: str, appointment_id: str) -> Appointment:
    query = _standing().where(table.c.id == appointment_id, table.c.user_id == user_id)
    row = connection.execute(query).first()
    if row is None:
        raise NotFound(f"There is no appointment {appointment_id[:64]} of yours.")
    return _appointment(row)


def _changed(connection: Connection, current: Appointment, **values: Any) -> Appointment:
    changed = {**values, "sequence": current.sequence + 1, "updated": datetime.now(UTC)}
    connection.execute(sa.update(table).where(table.c.id == current.id).values(**changed))
    return _appointment(connection.execute(sa.select(table).where(table.c.id == current.id)).one())


def _appointment(row: Row[Any]) -> Appointment:
    return Appointment(**row._mapping)
