"""What another process does about connectors that run elsewhere: by their tables, which they look into."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from connectors.core.clock import now
from connectors.core.unasked import Unasked, own_key, say_unasked
from connectors.registry import platform
from connectors.settings import ConnectorSettings
from connectors.store import holding, links
from connectors.store.database import Database
from connectors.store.holding import HeldBack
from connectors.store.schema import outbox

Fate = Literal["sent", "failed", "waiting"]


def say(url: str, name: str, settings: ConnectorSettings, said: Unasked) -> None:
    """Put a message that nobody asked for into the outbox. Raises ConnectorError; NotPossible where it may not be."""
    card = platform(settings.platform).build(settings).card
    with _open(url) as connection:
        say_unasked(connection, name, settings, card, said)


def fate_of(url: str, name: str, key: str) -> tuple[Fate, str]:
    """What became of a message, and why it was not sent. Raises StoreError."""
    query = sa.select(outbox.c.state, outbox.c.note).where(
        outbox.c.connector == name, outbox.c.key.startswith(f"{own_key(key)}.", autoescape=True)
    )
    with _open(url) as connection:
        rows = list(connection.execute(query))
    failed = next((row.note for row in rows if row.state == "failed"), None)
    if failed is not None:
        return "failed", str(failed)
    return ("sent" if rows and all(row.state == "sent" for row in rows) else "waiting"), ""


def pause(url: str, name: str, *, on: bool) -> None:
    """Let a connector answer and send nothing, or go on. Raises StoreError."""
    with _open(url) as connection:
        links.pause(connection, name, now(), on=on)


def held_back(url: str) -> list[HeldBack]:
    """What is held back after a restore. Raises StoreError."""
    with _open(url) as connection:
        return holding.held_back(connection)


def settle_held(url: str, do: Literal["release", "drop"]) -> None:
    """Answer and send what is held back, or never do. Raises StoreError."""
    with _open(url) as connection:
        if do == "release":
            holding.release(connection)
        else:
            holding.drop(connection, now())


@contextmanager
def _open(url: str) -> Iterator[Connection]:
    database = Database(url)
    try:
        with database.write() as connection:
            yield connection
    finally:
        database.close()
