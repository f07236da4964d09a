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
    """The link of a connector; times in seconds since 1970, None for never. `refused` counts forged deliveries.

    `error` is what is wrong now, `last_error` what was wrong last. A link that is `paused` takes events, and nothing is
    answered or sent.
    """

    connector: str
    state: LinkState
    since: float
    error: str = ""
    last_event: float | None = None
    last_sent: float | None = None
    refused: int = 0
    paused: bool = False
    last_error: str = ""
    last_error_at: float | None = None


def get(connection: Connection, connector: str) -> Link | None:
    """The link as it was last noted, or None for one that never was."""
    row = connection.execute(sa.select(links).where(links.c.connector == connector)).first()
    if row is None:
        return None
    return Link(
        row.connector, row.state, row.since, row.error, row.last_event, row.last_sent, row.refused, row.paused,
        row.last_error, row.last_error_at,
    )  # fmt: skip


def note(connection: Connection, connector: str, state: LinkState, now: float, error: str = "") -> None:
    """The link is in this state from now on."""
    _put(connection, connector, now, {"state": state, "since": now, "error": error})
    if error:
        trouble(connection, connector, error, now)


def trouble(connection: Connection, connector: str, error: str, now: float) -> None:
    """Something went wrong, with the link or with a message."""
    _put(connection, connector, now, {"last_error": error, "last_error_at": now})


def paused(connection: Connection, connector: str) -> bool:
    """Whether nothing may be answered or sent."""
    return bool(connection.execute(sa.select(links.c.paused).where(links.c.connector == connector)).scalar())


def pause(connection: Connection, connector: str, now: float, *, on: bool) -> None:
    """Answer and send nothing from now on, or go on."""
    _put(connection, connector, now, {"paused": on})


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
