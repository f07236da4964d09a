"""How the link to each platform is: health is the age of the last event, not that a process is there."""

from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from connectors.store.inbox import once
from connectors.store.schema import links

LinkState = Literal["connected", "waiting", "stopped"]


@dataclass(frozen=True, slots=True)
class Link:
    """The link of a connector; times in seconds since 1970, None for never. `refused` counts forged deliveries."""

    connector: str
    state: LinkState
    since: float
    error: str = ""
    last_event: float | None = None
    last_sent: float | None = None
    refused: int = 0


def get(connection: Connection, connector: str) -> Link | None:
    """The link as it was last noted, or None for one that never was."""
    row = connection.execute(sa.select(links).where(links.c.connector == connector)).first()
    if row is None:
        return None
    return Link(row.connector, row.state, row.since, row.error, row.last_event, row.last_sent, row.refused)


def note(connection: Connection, connector: str, state: LinkState, now: float, error: str = "") -> None:
    """The link is in this state from now on."""
    _put(connection, connector, now, {"state": state, "since": now, "error": error})


def event_came(connection: Connection, connector: str, now: float) -> None:
    """Something came in."""
    _put(connection, connector, now, {"last_event": now})


def message_left(connection: Connection, connector: str, now: float) -> None:
    """Something was sent."""
    _put(connection, connector, now, {"last_sent": now})


def refused(connection: Connection, connector: str, now: float) -> None:
    """A delivery was refused."""
    _put(connection, connector, now, {"refused": links.c.refused + 1}, {"refused": 1})


def _put(
    connection: Connection, connector: str, now: float, changed: dict[str, Any], first: dict[str, Any] | None = None
) -> None:
    values = {"connector": connector, "state": "waiting", "since": now, **(first or changed)}
    statement = once(links, connection).values(**values)
    connection.execute(statement.on_conflict_do_update(index_elements=["connector"], set_=changed))
