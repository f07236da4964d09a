"""What is kept of one person of a platform: what they wrote, what was sent to them alone, their own conversations.

`own` are the ids that the assistant has for their conversations: a talk that is theirs alone is found by them, and by
what they wrote in it. What others wrote in a channel, and what was answered there for all to read, is not theirs.
"""

import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from connectors.store.database import Database
from connectors.store.schema import inbox, outbox, threads

PERSON = "person/"
"""Begins what follows the name of a connector in the id that the assistant has for a person (`core.parts`)."""
AT_ONCE = 400
_ANSWER = re.compile(r"in(\d+)\D")


@contextmanager
def opened(url: str) -> Iterator[Database]:
    """The tables of connectors, also while connectors run. Raises StoreError."""
    database = Database(url)
    try:
        yield database
    finally:
        database.close()


def kept_of(connection: Connection, connector: str, person: str, own: Collection[str]) -> Iterator[dict[str, Any]]:
    """Everything kept of a person, a row at a time, with what it is (`kept`). Numbers of ours are left out."""
    for kept, table, wanted in _theirs(connection, connector, person, own):
        for row in connection.execute(sa.select(table).where(wanted)).mappings():
            yield {"kept": kept, **{name: value for name, value in row.items() if name not in ("id", "own_id")}}


def forget_person(connection: Connection, connector: str, person: str, own: Collection[str]) -> int:
    """Delete it; returns how many rows."""
    found = list(_theirs(connection, connector, person, own))
    _set_apart(connection, connector, next(wanted for _, table, wanted in found if table is inbox))
    return sum(connection.execute(sa.delete(table).where(wanted)).rowcount for _, table, wanted in found)


def _set_apart(connection: Connection, connector: str, received: sa.ColumnElement[bool]) -> None:
    """Give what was answered to rows that are deleted keys of its own.

    SQLite gives the number of the newest row to the next one once it is gone, and that one's answer would seem to be
    there already.
    """
    gone = {str(number) for number in connection.execute(sa.select(inbox.c.id).where(received)).scalars()}
    keys = connection.execute(sa.select(outbox.c.id, outbox.c.key).where(outbox.c.connector == connector)).all()
    for number, key in keys:
        answered = _ANSWER.match(key)
        if answered and answered[1] in gone:
            connection.execute(sa.update(outbox).where(outbox.c.id == number).values(key=f"gone{number}"))


def _theirs(
    connection: Connection, connector: str, person: str, own: Collection[str]
) -> Iterator[tuple[str, sa.Table, sa.ColumnElement[bool]]]:
    """The rows of each table that are theirs, as conditions."""
    talks = sorted(_talks(connection, connector, person, own))
    said, only_for = inbox.c.person == person, outbox.c.payload["only_for"].as_string() == person
    for kept, table, alone in (("received", inbox, said), ("sent", outbox, only_for), ("conversation", threads, None)):
        mine = table.c.conversation.in_(talks)
        wanted = mine if alone is None or not person else sa.or_(mine, alone)
        yield kept, table, sa.and_(table.c.connector == connector, wanted)


def _talks(connection: Connection, connector: str, person: str, own: Collection[str]) -> set[str]:
    """The keys of conversations that are theirs alone."""
    direct = sa.select(inbox.c.conversation).where(
        inbox.c.connector == connector, inbox.c.person == person, inbox.c.payload["place"]["direct"].as_boolean()
    )
    found = set(connection.execute(direct).scalars()) if person else set[str]()
    ids = sorted(own)
    for start in range(0, len(ids), AT_ONCE):
        known = threads.c.own_id.in_(ids[start : start + AT_ONCE])
        query = sa.select(threads.c.conversation).where(threads.c.connector == connector, known)
        found.update(connection.execute(query).scalars())
    return found


def named(user: str) -> tuple[str, str] | None:
    """Connector and platform's id of a person, out of the assistant's id; the id is empty for that of a channel.

    None for what is no id of a connector.
    """
    connector, _, rest = user.partition(":")
    if not connector or not rest:
        return None
    return connector, rest.removeprefix(PERSON) if rest.startswith(PERSON) else ""
