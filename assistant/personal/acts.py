"""The record of what was administered, as far as it is about a person; their name goes out of it, the acts stay."""

from collections.abc import Collection, Iterator
from typing import Any

import sqlalchemy as sa

from assistant.personal.rows import AT_ONCE, Json, plain
from assistant.personal.subject import OF_THE_SYSTEM, Places, Subject
from assistant.storage.account_tables import api_keys, audit

SOMEBODY = "somebody else"


def acts_about(places: Places, subject: Subject) -> Iterator[Json]:
    """What they did, and what was done to them; who else it was is not said."""
    own = subject.names | _key_ids(places, subject)
    with places.database.read() as connection:
        query = sa.select(audit).order_by(audit.c.id)
        for row in connection.execution_options(yield_per=AT_ONCE).execute(query):
            concerned = row.target in own or _names(row.detail, subject.names)
            if concerned or row.actor in subject.names:
                yield {
                    "at": plain(row.at),
                    "act": row.act,
                    "actor": row.actor if row.actor in own | OF_THE_SYSTEM else SOMEBODY,
                    "target": row.target if row.target in own else SOMEBODY,
                    "detail": plain(row.detail) if concerned else {},
                }


def rename_acts(places: Places, subject: Subject) -> int:
    """Put the pseudonym where the person is named; returns in how many acts."""
    changed = 0
    with places.database.write() as connection:
        for row in connection.execute(sa.select(audit)).all():
            values = {
                "actor": _renamed(row.actor, subject), "target": _renamed(row.target, subject),
                "detail": _renamed(row.detail, subject),
            }  # fmt: skip
            if values != {"actor": row.actor, "target": row.target, "detail": row.detail}:
                connection.execute(sa.update(audit).where(audit.c.id == row.id).values(**values))
                changed += 1
    return changed


def _key_ids(places: Places, subject: Subject) -> frozenset[str]:
    with places.database.read() as connection:
        mine = sa.select(api_keys.c.id).where(api_keys.c.user_id == subject.id)
        return frozenset(connection.execute(mine).scalars())


def _names(value: Any, names: Collection[str]) -> bool:
    """Whether one of the names is a value in it."""
    if isinstance(value, dict):
        return any(_names(each, names) for each in value.values())
    return any(_names(each, names) for each in value) if isinstance(value, list) else value in names


def _renamed(value: Any, subject: Subject) -> Any:
    if isinstance(value, dict):
        return {name: _renamed(each, subject) for name, each in value.items()}
    if isinstance(value, list):
        return [_renamed(each, subject) for each in value]
    return subject.pseudonym if isinstance(value, str) and value in subject.names else value
