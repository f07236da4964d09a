"""What is held back after a restore: it waited when the backup was made, and may have been answered or sent since."""

from dataclasses import dataclass
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from connectors.store.schema import inbox, outbox


@dataclass(frozen=True, slots=True)
class HeldBack:
    """One question, or one message of ours; `at` in seconds since 1970."""

    kind: Literal["question", "message"]
    connector: str
    conversation: str
    text: str
    at: float


def held_back(connection: Connection) -> list[HeldBack]:
    """Everything that is held back, the oldest first."""
    asked = sa.select(inbox.c.connector, inbox.c.conversation, inbox.c.payload, inbox.c.received)
    said = sa.select(outbox.c.connector, outbox.c.conversation, outbox.c.payload, outbox.c.created)
    found = [
        HeldBack("question", row.connector, row.conversation, str(row.payload.get("text", "")), row.received)
        for row in connection.execute(asked.where(inbox.c.state == "held"))
    ]
    found += [
        HeldBack("message", row.connector, row.conversation, str(row.payload["plain"]), row.created)
        for row in connection.execute(said.where(outbox.c.state == "held"))
    ]
    return sorted(found, key=lambda each: each.at)


def release(connection: Connection) -> None:
    """Answer and send it after all."""
    for table in (inbox, outbox):
        connection.execute(sa.update(table).where(table.c.state == "held").values(state="waiting"))


def drop(connection: Connection, now: float) -> None:
    """Do nothing about it, ever; it is known from now on that it is done with."""
    for table, state in ((inbox, "passed over"), (outbox, "failed")):
        gone = {"state": state, "note": "held back and dropped", "ended": now}
        connection.execute(sa.update(table).where(table.c.state == "held").values(**gone))
