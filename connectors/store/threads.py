"""Conversations: which one of the assistant's each is, and whether the bot follows it."""

from dataclasses import asdict, dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from connectors.store.inbox import once
from connectors.store.schema import threads


@dataclass(frozen=True, slots=True)
class Thread:
    """A conversation. `own_id` is the assistant's, `question` and `answer` the last ones; a new one has none.

    `following` is that the bot was called into it; `handed_over` that a person has it. `language` is the one that was
    asked for, `spoken` that of the last answer.
    """

    own_id: str = ""
    following: bool = False
    question: str = ""
    answer: str = ""
    language: str = ""
    handed_over: bool = False
    spoken: str = ""


def get(connection: Connection, connector: str, conversation: str) -> Thread:
    """A conversation as it was left, or a new one."""
    query = sa.select(threads).where(threads.c.connector == connector, threads.c.conversation == conversation)
    row = connection.execute(query).first()
    if row is None:
        return Thread()
    return Thread(row.own_id, row.following, row.question, row.answer, row.language, row.handed_over, row.spoken)


def keep(connection: Connection, connector: str, conversation: str, thread: Thread, now: float) -> None:
    """Remember a conversation as it is now."""
    values = {**asdict(thread), "updated": now}
    statement = once(threads, connection).values(connector=connector, conversation=conversation, **values)
    connection.execute(statement.on_conflict_do_update(index_elements=["connector", "conversation"], set_=values))


def forget(connection: Connection, before: float) -> None:
    """Delete conversations in which nothing was said since then."""
    connection.execute(sa.delete(threads).where(threads.c.updated < before))
