"""The record of what was administered, as far as it is about a person; their name goes out of it, the acts stay."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from assistant.personal.rows import AT_ONCE, Json, plain
from assistant.personal.subject import OF_THE_SYSTEM, Places, Subject
from assistant.storage.account_tables import api_keys, audit, erasures

SOMEBODY = "somebody else"
OF_PEOPLE = ("user.", "link.", "password.")
"""Acts whose target is a person; that of all others is a key, a widget or nothing."""
OWNER = "owner"
"""The one thing in the detail of an act that names a person: whose key it was."""


def acts_about(places: Places, subject: Subject) -> Iterator[Json]:
    """What they did, and what was done to them; who else it was is not said."""
    keys = _key_ids(places, subject)
    with places.database.read() as connection:
        query = sa.select(audit).order_by(audit.c.id)
        for row in connection.execution_options(yield_per=AT_ONCE).execute(query):
            own = _is_target(row, subject) or row.target in keys
            concerned = own or row.detail.get(OWNER) in subject.names
            if concerned or row.actor in subject.names:
                yield {
                    "at": plain(row.at),
                    "act": row.act,
                    "actor": row.actor if row.actor in subject.names | OF_THE_SYSTEM else SOMEBODY,
                    "target": row.target if own else SOMEBODY,
                    "detail": plain(row.detail) if concerned else {},
                }


def rename_acts(places: Places, subject: Subject) -> int:
    """Put the pseudonym where the person is named; returns in how many acts.

    So it is in the journal of deletions that they wanted, which writes no act before it is done.
    """
    changed = 0
    with places.database.write() as connection:
        for row in connection.execute(sa.select(audit)).all():
            values: Json = {}
            if row.actor in subject.names:
                values["actor"] = subject.pseudonym
            if _is_target(row, subject):
                values["target"] = subject.pseudonym
            if row.detail.get(OWNER) in subject.names:
                values["detail"] = {**row.detail, OWNER: subject.pseudonym}
            if values:
                connection.execute(sa.update(audit).where(audit.c.id == row.id).values(**values))
                changed += 1
        wanted = sa.update(erasures).where(erasures.c.actor.in_(subject.names))
        connection.execute(wanted.values(actor=subject.pseudonym))
    return changed


def _key_ids(places: Places, subject: Subject) -> frozenset[str]:
    with places.database.read() as connection:
        mine = sa.select(api_keys.c.id).where(api_keys.c.user_id == subject.id)
        return frozenset(connection.execute(mine).scalars())


def _is_target(row: sa.Row[Any], subject: Subject) -> bool:
    return row.act.startswith(OF_PEOPLE) and row.target in subject.names
