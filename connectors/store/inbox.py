"""What came in: each event once, until it is done with."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from connectors.event import Event
from connectors.store.schema import inbox

_EVENT: TypeAdapter[Event] = TypeAdapter(Event)


@dataclass(frozen=True, slots=True)
class Received:
    """An event that waits; `preview` is the message that already shows its answer in the making."""

    id: int
    event: Event
    preview: str = ""


def receive(connection: Connection, connector: str, events: Sequence[Event], now: float) -> list[str]:
    """Store events, and give the conversations of those that are new; copies that come at the same time are one."""
    fresh = []
    for event in events:
        statement = once(inbox, connection).values(**_row(connector, event, now)).on_conflict_do_nothing()
        if connection.execute(statement).rowcount:
            fresh.append(event.place.conversation)
    return list(dict.fromkeys(fresh))


def conversations(connection: Connection, connector: str) -> list[str]:
    """Those in which something waits."""
    query = sa.select(inbox.c.conversation).where(inbox.c.state == "waiting", inbox.c.connector == connector).distinct()
    return list(connection.execute(query).scalars())


def waiting(connection: Connection, connector: str, conversation: str) -> list[Received]:
    """What waits in a conversation, in the order in which it was said."""
    query = (
        sa.select(inbox.c.id, inbox.c.payload, inbox.c.preview)
        .where(inbox.c.state == "waiting", inbox.c.connector == connector, inbox.c.conversation == conversation)
        .order_by(inbox.c.position, inbox.c.id)
    )
    return [Received(row.id, _EVENT.validate_python(row.payload), row.preview) for row in connection.execute(query)]


def finish(connection: Connection, ids: Iterable[int], now: float, passed_over: str = "") -> None:
    """These are done with; `passed_over` is why nothing was done about them."""
    state = "passed over" if passed_over else "done"
    values = {"state": state, "note": passed_over, "ended": now}
    connection.execute(sa.update(inbox).where(inbox.c.id.in_(list(ids))).values(**values))


def previewed(connection: Connection, received: int, message_id: str) -> None:
    """From now on this message shows the answer to it."""
    connection.execute(sa.update(inbox).where(inbox.c.id == received).values(preview=message_id))


def answered_since(connection: Connection, connector: str, conversation: str, since: float) -> int:
    """How many messages of a conversation were answered since then."""
    query = sa.select(sa.func.count()).where(
        inbox.c.connector == connector,
        inbox.c.conversation == conversation,
        inbox.c.kind == "message",
        inbox.c.state == "done",
        inbox.c.received >= since,
    )
    return int(connection.execute(query).scalar_one())


def heard(connection: Connection, connector: str, conversation: str) -> float | None:
    """When a person last wrote there."""
    query = sa.select(sa.func.max(inbox.c.received)).where(
        inbox.c.connector == connector, inbox.c.conversation == conversation, inbox.c.kind == "message"
    )
    found = connection.execute(query).scalar()
    return None if found is None else float(found)


def passed_over_since(connection: Connection, connector: str, conversation: str, reason: str, since: float) -> int:
    """How many events of a conversation were passed over for this reason since then."""
    query = sa.select(sa.func.count()).where(
        inbox.c.connector == connector,
        inbox.c.conversation == conversation,
        inbox.c.note == reason,
        inbox.c.received >= since,
    )
    return int(connection.execute(query).scalar_one())


def counts(connection: Connection, connector: str) -> dict[str, int]:
    """How many events are in which state; those passed over by their reason."""
    reason = sa.case((inbox.c.note != "", inbox.c.note), else_=inbox.c.state)
    query = sa.select(reason, sa.func.count()).where(inbox.c.connector == connector).group_by(reason)
    return {str(state): int(number) for state, number in connection.execute(query)}


def forget(connection: Connection, before: float) -> None:
    """Delete what was done with before then."""
    connection.execute(sa.delete(inbox).where(inbox.c.state != "waiting", inbox.c.ended < before))


def once(table: sa.Table, connection: Connection) -> sqlite.Insert | postgresql.Insert:
    """An insert that may find its row there already."""
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)


def _row(connector: str, event: Event, now: float) -> dict[str, Any]:
    return {
        "connector": connector,
        "event_id": event.event_id[:200],
        "conversation": event.place.conversation[:300],
        "kind": event.kind,
        "person": event.person.id[:200],
        "position": event.position if event.kind == "message" else now,
        "payload": _EVENT.dump_python(event, mode="json"),
        "state": "waiting",
        "received": now,
    }
