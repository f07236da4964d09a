"""Hand-offs in the database. A person reaches their own through their conversation; the operator reaches all."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.engine import Connection, Row

from assistant.errors import InvalidRequest, NotFound
from assistant.handoff.record import HandedOver, Handoff, Message, State, Summary
from assistant.handoff.settings import Reason
from assistant.storage.database import Database
from assistant.storage.folding import storable
from assistant.storage.rows import owned
from assistant.storage.schema import answers, turns
from assistant.storage.schema import handoffs as table

MOST_MESSAGES, LONGEST_MESSAGE, LONGEST_REPLY, LOOKED_BACK = 200, 4_000, 20_000, 20
_SUMMARY = TypeAdapter(Summary)
_MESSAGES = TypeAdapter(tuple[Message, ...])
_OPENS: tuple[State, ...] = ("open", "taken")
SHORTEST_ID = 6


@dataclass(frozen=True, slots=True)
class Circumstances:
    """In which language and mood a conversation was handed over, and why."""

    language: str
    reason: Reason
    urgency: str
    sentiment: str


class Handoffs:
    """Hand-offs of one database. Safe to use from several threads."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._now = clock

    # For the person

    def waiting(self, user_id: str, conversation_id: str) -> Handoff | None:
        """The hand-off of a conversation that is not closed. Raises NotFound for a conversation of someone else."""
        with self._database.read() as connection:
            owned(connection, user_id, conversation_id)
            return _waiting(connection, conversation_id)

    def latest(self, user_id: str, conversation_id: str) -> Handoff | None:
        """The newest hand-off of a conversation, closed or not. Raises NotFound for a conversation of someone else."""
        query = sa.select(table).where(table.c.conversation_id == conversation_id)
        with self._database.read() as connection:
            owned(connection, user_id, conversation_id)
            row = connection.execute(query.order_by(table.c.created.desc(), table.c.id).limit(1)).first()
        return None if row is None else _handoff(row)

    def begin(self, user_id: str, conversation_id: str, why: Circumstances, summary: Summary) -> Handoff:
        """Hand a conversation over, durably; one that is already is given back as it is. Raises NotFound."""
        now = self._now()
        with self._database.write() as connection:
            owned(connection, user_id, conversation_id, lock=True)
            if (there := _waiting(connection, conversation_id)) is not None:
                return there
            new = Handoff(
                uuid4().hex, conversation_id, user_id, why.language, why.reason, why.urgency, why.sentiment, "open",
                summary, (), now, now,
            )  # fmt: skip
            connection.execute(sa.insert(table).values(**{**asdict(new), "messages": []}))
        return new

    def add(self, user_id: str, handoff_id: str, text: str) -> Handoff:
        """Add what the person wrote after it. Raises NotFound."""
        now = self._now()
        with self._database.write() as connection:
            found = _found(connection, handoff_id, lock=True)
            owned(connection, user_id, found.conversation_id)
            said = Message(storable(text)[:LONGEST_MESSAGE], now)
            messages = (*found.messages, said)[-MOST_MESSAGES:]
            return _changed(connection, found, now, messages=_MESSAGES.dump_python(messages, mode="json"))

    def withdraw(self, user_id: str, handoff_id: str) -> Handoff:
        """Close it because the person needs nobody any more. Raises NotFound."""
        with self._database.write() as connection:
            found = _found(connection, handoff_id, lock=True)
            owned(connection, user_id, found.conversation_id)
            return _changed(connection, found, self._now(), state="closed")

    # For the operator

    def find(self, state: State | None = None, limit: int = 100) -> list[Handoff]:
        """Everybody's, those that wait longest first; without a `state` those that are not closed."""
        wanted = table.c.state.in_(_OPENS) if state is None else table.c.state == state
        query = sa.select(table).where(wanted).order_by(table.c.created, table.c.id).limit(limit)
        with self._database.read() as connection:
            return [_handoff(row) for row in connection.execute(query)]

    def get(self, handoff_id: str) -> Handoff:
        """One by its id, or by the beginning of it. Raises NotFound."""
        with self._database.read() as connection:
            return _found(connection, handoff_id)

    def take(self, handoff_id: str) -> Handoff:
        """A colleague sees to it; one that is closed stays so. Raises NotFound."""
        return self._move(handoff_id, "taken", ("open",))

    def close(self, handoff_id: str, reply: str = "", operator: str = "") -> Handoff:
        """It is done; the assistant answers again. `reply` is what `operator` answered, to be learnt from.

        Raises NotFound, and InvalidRequest for a reply that is too long.
        """
        if len(reply) > LONGEST_REPLY:
            raise InvalidRequest(f"The answer is longer than {LONGEST_REPLY} characters. Shorten it and close again.")
        closed = self._move(handoff_id, "closed", _OPENS)
        if not reply.strip():
            return closed
        with self._database.write() as connection:
            values = {"reply": storable(reply.strip()), "operator": storable(operator)}
            return _changed(connection, _found(connection, closed.id, lock=True), self._now(), **values)

    def answered(self) -> list[HandedOver]:
        """What people answered, each with the assistant's last answer from documents before the hand-off."""
        query = sa.select(table).where(table.c.state == "closed", table.c.reply != "").order_by(table.c.created)
        with self._database.read() as connection:
            found = [(row, _answer_before(connection, row)) for row in connection.execute(query).all()]
        return [
            HandedOver(before, row.user_id, row.operator, row.reply, row.updated) for row, before in found if before
        ]

    def _move(self, handoff_id: str, state: State, out_of: tuple[State, ...]) -> Handoff:
        with self._database.write() as connection:
            found = _found(connection, handoff_id, lock=True)
            return _changed(connection, found, self._now(), state=state) if found.state in out_of else found


def _answer_before(connection: Connection, handoff: Row[Any]) -> str | None:
    """The id of the last answer of the conversation, before it was handed over, that was looked for in documents."""
    query = (
        sa.select(answers.c.id, answers.c.evidence)
        .join(turns, turns.c.id == answers.c.turn_id)
        .where(turns.c.conversation_id == handoff.conversation_id, turns.c.state == "finished")
        .where(answers.c.created <= handoff.created)
        .order_by(turns.c.position.desc())
        .limit(LOOKED_BACK)
    )
    return next((row.id for row in connection.execute(query) if row.evidence), None)


def _waiting(connection: Connection, conversation_id: str) -> Handoff | None:
    query = sa.select(table).where(table.c.conversation_id == conversation_id, table.c.state.in_(_OPENS))
    row = connection.execute(query).first()
    return None if row is None else _handoff(row)


def _found(connection: Connection, handoff_id: str, *, lock: bool = False) -> Handoff:
    query = sa.select(table).where(table.c.id == handoff_id)
    if SHORTEST_ID <= len(handoff_id) < 32:
        query = sa.select(table).where(table.c.id.startswith(handoff_id, autoescape=True)).limit(2)
    rows = connection.execute(query.with_for_update() if lock else query).all()
    if len(rows) != 1:
        raise NotFound(f"There is no hand-off {handoff_id[:64]}. `pilares handoffs list` shows those there are.")
    return _handoff(rows[0])


def _changed(connection: Connection, found: Handoff, now: datetime, **values: Any) -> Handoff:
    connection.execute(sa.update(table).where(table.c.id == found.id).values(updated=now, **values))
    return _handoff(connection.execute(sa.select(table).where(table.c.id == found.id)).one())


def _handoff(row: Row[Any]) -> Handoff:
    values = dict(row._mapping)
    summary, messages = (_SUMMARY.validate_python(values["summary"]), _MESSAGES.validate_python(values["messages"]))
    return Handoff(**{**values, "summary": summary, "messages": messages})
