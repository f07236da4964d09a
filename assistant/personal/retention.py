"""How long things are kept: what is due by the settings, and its deletion.

A conversation in which something is going on is kept until it is done, however old it is: one that waits for a person,
one with a task or an answer in the making.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from assistant.personal.rows import delete_rows
from assistant.personal.settings import RetentionSettings
from assistant.personal.subject import Places
from assistant.security.audit import Audit
from assistant.security.visitors import VISITOR_IDS
from assistant.storage.account_tables import audit, spending, visitors
from assistant.storage.lately import lately_of
from assistant.storage.rows import erase
from assistant.storage.schema import appointments, conversations, handoffs, turns

ACTOR, ACT = "retention", "retention.run"
AT_ONCE = 25


@dataclass(frozen=True, slots=True)
class Tidied:
    """How much of each kind was deleted, or would be, and how many conversations are due and kept for now."""

    counts: Mapping[str, int] = field(default_factory=dict)
    kept: int = 0

    @property
    def total(self) -> int:
        """Of all kinds."""
        return sum(self.counts.values())


def tidy(places: Places, *, dry_run: bool = False) -> Tidied:
    """Delete what is older than the settings say; with `dry_run` only count it. Raises the errors of the stores."""
    settings, now = places.settings.retention, places.now()
    due, kept = _due_conversations(places, settings, now)
    counts = {"conversations": len(due) if dry_run else _erase(places, due, settings, now)}
    for kind, table, wanted in _old_rows(settings, now):
        counts[kind] = _counted(places, table, wanted) if dry_run else delete_rows(places.database, table, wanted)
    done = Tidied(counts, kept)
    if done.total and not dry_run:
        Audit(places.database, places.now).note(ACTOR, ACT, "", **{kind: each for kind, each in counts.items() if each})
        places.database.settle()
    return done


def _counted(places: Places, table: sa.Table, wanted: sa.ColumnElement[bool]) -> int:
    with places.database.read() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(table).where(wanted)).scalar_one()


def _due_conversations(places: Places, settings: RetentionSettings, now: datetime) -> tuple[list[str], int]:
    """The ids of those to delete, and how many are as old and are kept for what is going on in them."""
    wanted = _is_old(settings, now)
    with places.database.read() as connection:
        old = list(connection.execute(sa.select(conversations.c.id).where(wanted)).scalars())
        due = [each for each in old if not _goes_on(places, connection, each)]
    return due, len(old) - len(due)


def _is_old(settings: RetentionSettings, now: datetime) -> sa.ColumnElement[bool]:
    """The condition on conversations; those of visitors are due by either setting."""
    conditions = list[sa.ColumnElement[bool]]()
    if settings.conversations_days:
        conditions.append(conversations.c.updated < now - timedelta(days=settings.conversations_days))
    if settings.visitors_days:
        old = conversations.c.updated < now - timedelta(days=settings.visitors_days)
        visits = sa.or_(*(conversations.c.user_id.startswith(each, autoescape=True) for each in VISITOR_IDS))
        conditions.append(sa.and_(old, visits))
    return sa.and_(conversations.c.deleted.is_(None), sa.or_(sa.false(), *conditions))


def _goes_on(places: Places, connection: Connection, conversation_id: str) -> bool:
    """Whether something is going on in a conversation."""
    waits = sa.select(handoffs.c.id).where(handoffs.c.conversation_id == conversation_id, handoffs.c.state != "closed")
    runs = sa.select(turns.c.id).where(turns.c.conversation_id == conversation_id, turns.c.state == "running")
    if connection.execute(waits.limit(1)).first() or connection.execute(runs.limit(1)).first():
        return True
    task = lately_of(connection, conversation_id).task
    return task is not None and task.since >= places.now() - timedelta(minutes=places.settings.tools.task_minutes)


def _erase(places: Places, due: list[str], settings: RetentionSettings, now: datetime) -> int:
    """Withdraw what was to be learnt from them, then erase them as when people delete them; returns how many.

    Whatever somebody went on with meanwhile stays. Killed in between, the next run finds the same ones.
    """
    gone, wanted = 0, _is_old(settings, now)
    for start in range(0, len(due), AT_ONCE):
        some = due[start : start + AT_ONCE]
        places.withdrawals.conversations(some)
        with places.database.write() as connection:
            still = sa.select(conversations.c.id).where(conversations.c.id.in_(some), wanted)
            for each in connection.execute(still).scalars().all():
                if not _goes_on(places, connection, each):
                    erase(connection, each, now)
                    gone += 1
    return gone


def _old_rows(settings: RetentionSettings, now: datetime) -> Iterator[tuple[str, sa.Table, sa.ColumnElement[bool]]]:
    """Kind, table and condition of whatever else is due."""

    def before(days: int) -> datetime:
        return now - timedelta(days=days)

    if settings.visitors_days:
        talks = sa.select(conversations.c.user_id).where(conversations.c.deleted.is_(None))
        unseen = sa.and_(visitors.c.seen < before(settings.visitors_days), visitors.c.id.not_in(talks))
        yield "visitors", visitors, unseen
    if settings.conversations_days:
        # What is left of those that were deleted; no answer is so late that it could still come.
        remains = conversations.c.deleted < before(settings.conversations_days)
        yield "remains", conversations, remains
    if settings.appointments_days:
        yield "appointments", appointments, appointments.c.ends < before(settings.appointments_days)
    if settings.usage_days:
        yield "usage", spending, spending.c.began < before(settings.usage_days)
    if settings.audit_days:
        yield "audit", audit, audit.c.at < before(settings.audit_days)
