"""What goes out: in the order of each channel, until the platform has taken it."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.engine import Connection

from connectors.adapter import Post
from connectors.event import Place
from connectors.store.inbox import once
from connectors.store.schema import outbox

WHY = "why."
"""The keys of messages that ask what was wrong begin with it."""
_POST: TypeAdapter[Post] = TypeAdapter(Post)


@dataclass(frozen=True, slots=True)
class Letter:
    """A message to be sent. `edits` is the message it replaces, `answer` the answer it is (a part of)."""

    post: Post
    edits: str = ""
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A letter that waits; `attempts` counts the times it was tried."""

    id: int
    letter: Letter
    attempts: int
    created: float


def put(connection: Connection, connector: str, letters: Sequence[Letter], now: float) -> None:
    """Add letters; one whose key is there already is there already."""
    for letter in letters:
        row = {
            "connector": connector,
            "key": letter.post.key,
            "channel": letter.post.place.channel,
            "conversation": letter.post.place.conversation,
            "payload": _POST.dump_python(letter.post, mode="json"),
            "edits": letter.edits,
            "answer": letter.answer,
            "state": "waiting",
            "created": now,
        }
        connection.execute(once(outbox, connection).values(**row).on_conflict_do_nothing())


def channels(connection: Connection, connector: str) -> list[str]:
    """Those with something to send, or something whose last try failed."""
    unsent = outbox.c.state.in_(("waiting", "sending"))
    query = sa.select(outbox.c.channel).where(outbox.c.connector == connector, unsent).distinct()
    return list(connection.execute(query).scalars())


def waits(connection: Connection, connector: str, conversation: str) -> bool:
    """Whether something of a conversation has still to be sent."""
    query = sa.select(outbox.c.id).where(
        outbox.c.connector == connector,
        outbox.c.conversation == conversation,
        outbox.c.state.in_(("waiting", "sending")),
    )
    return connection.execute(query.limit(1)).first() is not None


def recover(connection: Connection, connector: str) -> int:
    """What was being sent when the process died is sent again; how many these are."""
    mine = sa.and_(outbox.c.connector == connector, outbox.c.state == "sending")
    return connection.execute(sa.update(outbox).where(mine).values(state="waiting")).rowcount


def take(connection: Connection, connector: str, channel: str) -> Waiting | None:
    """The oldest letter of a channel, marked as being sent."""
    query = (
        sa.select(outbox)
        .where(outbox.c.connector == connector, outbox.c.channel == channel, outbox.c.state.in_(("waiting", "sending")))
        .order_by(outbox.c.id)
        .limit(1)
    )
    row = connection.execute(query).first()
    if row is None:
        return None
    changed = {"state": "sending", "attempts": row.attempts + 1}
    connection.execute(sa.update(outbox).where(outbox.c.id == row.id).values(**changed))
    letter = Letter(_POST.validate_python(row.payload), row.edits, row.answer)
    return Waiting(row.id, letter, row.attempts + 1, row.created)


def sent(connection: Connection, waiting: int, message_id: str, now: float) -> None:
    """The platform has taken it, as this message."""
    values = {"state": "sent", "message_id": message_id, "ended": now}
    connection.execute(sa.update(outbox).where(outbox.c.id == waiting).values(**values))


def change(connection: Connection, waiting: int, post: Post, edits: str) -> None:
    """It is sent in another form from now on."""
    values = {"payload": _POST.dump_python(post, mode="json"), "edits": edits}
    connection.execute(sa.update(outbox).where(outbox.c.id == waiting).values(**values))


def give_up(connection: Connection, waiting: int, reason: str, now: float) -> None:
    """It is not sent any more."""
    values = {"state": "failed", "note": reason, "ended": now}
    connection.execute(sa.update(outbox).where(outbox.c.id == waiting).values(**values))


def answer_of(connection: Connection, connector: str, channel: str, message_id: str) -> tuple[str, Place | None]:
    """The answer that a message is, or is a part of, and where it was said; empty and None when it is none."""
    query = (
        sa.select(outbox.c.answer, outbox.c.payload)
        .where(outbox.c.connector == connector, outbox.c.channel == channel, outbox.c.message_id == message_id)
        .order_by(outbox.c.id.desc())
        .limit(1)
    )
    row = connection.execute(query).first()
    return (row.answer, _POST.validate_python(row.payload).place) if row is not None else ("", None)


def asks_why(connection: Connection, connector: str, channel: str, message_id: str) -> bool:
    """Whether this message of ours asked what was wrong with an answer."""
    query = sa.select(outbox.c.id).where(
        outbox.c.connector == connector,
        outbox.c.channel == channel,
        outbox.c.message_id == message_id,
        outbox.c.key.startswith(WHY, autoescape=True),
    )
    return connection.execute(query.limit(1)).first() is not None


def said_since(connection: Connection, connector: str, conversation: str, since: float) -> set[str]:
    """The plain texts that were sent to a conversation since then."""
    query = sa.select(outbox.c.payload).where(
        outbox.c.connector == connector, outbox.c.conversation == conversation, outbox.c.created >= since
    )
    return {" ".join(str(payload["plain"]).split()) for payload in connection.execute(query).scalars()}


def counts(connection: Connection, connector: str) -> dict[str, int]:
    """How many letters are in which state."""
    query = sa.select(outbox.c.state, sa.func.count()).where(outbox.c.connector == connector).group_by(outbox.c.state)
    return {str(state): int(number) for state, number in connection.execute(query)}


def forget(connection: Connection, before: float) -> None:
    """Delete what was sent or given up before then."""
    connection.execute(sa.delete(outbox).where(outbox.c.state.in_(("sent", "failed")), outbox.c.ended < before))
