"""Up to when each schedule is done with."""

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from connectors.store.inbox import once
from connectors.store.schema import told


def done(connection: Connection, connector: str, name: str, now: float) -> float:
    """Up to when a schedule is done with; one that is new begins now."""
    query = sa.select(told.c.at).where(told.c.connector == connector, told.c.name == name)
    found = connection.execute(query).scalar()
    if found is None:
        put(connection, connector, name, now)
    return float(now if found is None else found)


def put(connection: Connection, connector: str, name: str, at: float) -> None:
    """This time of a schedule is done with, and all before it."""
    statement = once(told, connection).values(connector=connector, name=name, at=at)
    connection.execute(statement.on_conflict_do_update(index_elements=["connector", "name"], set_={"at": at}))
