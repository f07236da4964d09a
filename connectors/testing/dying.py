"""A connector that dies at a chosen step, and is started again: kill -9 without a process, at every place there is.

A step is one half of what leaves something behind: before a commit and after it (when nobody knows yet that it was),
before the platform takes a message and after it has. From the chosen one on nothing is written and nothing is sent.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TypeVar

from sqlalchemy.engine import Connection

from connectors.adapter import Card, Post, Receive
from connectors.connector import Connector
from connectors.errors import SendError
from connectors.event import Event
from connectors.markdown.plain import PlainText
from connectors.settings import ConnectorSettings
from connectors.store import inbox, outbox, schema
from connectors.store.database import Database
from connectors.store.journal import Journal
from connectors.testing.scripted import ScriptedAssistant

T = TypeVar("T")
LATENCY_S = 0.02
LOOK_S = 0.1
LONGEST_S = 600.0


class Killed(BaseException):
    """The process is gone. No handler of errors may hold it up."""


class Fate:
    """Counts steps; at number `at` (from 0) the process dies, and stays dead. Without one it lives."""

    def __init__(self, at: int | None = None) -> None:
        self.steps = 0
        self.dead = asyncio.Event()
        self._at = at

    def step(self) -> None:
        """One step. Raises Killed."""
        if self.steps == self._at:
            self.dead.set()
        if self.dead.is_set():
            raise Killed
        self.steps += 1


@dataclass
class Channel:
    """What the platform keeps: the messages of the bot by id, in the order in which it took them.

    `troubles` meet the next messages and edits in turn: an error, or seconds that it takes. With `idempotent` the same
    key is taken once.
    """

    idempotent: bool = True
    troubles: list[SendError | float] = field(default_factory=list)
    messages: dict[str, str] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)

    def take(self, post: Post) -> str:
        """A new message; its id."""
        if self.idempotent and post.key in self.keys:
            return self.keys[post.key]
        message_id = self.keys[post.key] = f"m{len(self.messages)}"
        self.messages[message_id] = post.plain
        return message_id


class DyingAdapter:
    """A platform in memory; messages take their time to get there."""

    def __init__(self, channel: Channel, fate: Fate, edits: bool) -> None:
        self.card = Card("memory", PlainText(), edits=edits, idempotent=channel.idempotent)
        self._channel = channel
        self._fate = fate
        self.receive: Receive | None = None

    async def listen(self, receive: Receive) -> None:
        """Take events from whoever calls `receive`."""
        self.receive = receive
        await asyncio.Event().wait()

    async def send(self, post: Post) -> str:
        """Post a message. Raises SendError."""
        await self._way()
        message_id = self._channel.take(post)
        self._fate.step()
        return message_id

    async def edit(self, message_id: str, post: Post) -> None:
        """Replace a message. Raises SendError."""
        await self._way()
        self._channel.messages[message_id] = post.plain
        self._fate.step()

    async def close(self) -> None:
        """Nothing is open."""

    async def _way(self) -> None:
        self._fate.step()
        trouble = self._channel.troubles.pop(0) if self._channel.troubles else 0.0
        await asyncio.sleep(trouble if isinstance(trouble, float) and trouble else LATENCY_S)
        self._fate.step()
        if isinstance(trouble, SendError):
            raise trouble


class DyingJournal(Journal):
    """The journal without its thread: each work is its own commit, and may be the last."""

    def __init__(self, database: Database, fate: Fate) -> None:
        self._database = database
        self._fate = fate

    async def do(self, work: Callable[[Connection], T], *, first: bool = False) -> T:
        """Run `work` in a transaction. Raises Killed before it is committed, or after."""
        self._fate.step()
        with self._database.write() as connection:
            result = work(connection)
        self._fate.step()
        await asyncio.sleep(0)
        return result


class Installation:
    """The tables (of nobody else) and the platform, which outlive the connector.

    `lives` are the assistants of its lives.
    """

    def __init__(self, settings: ConnectorSettings, channel: Channel, database: Database, *, edits: bool) -> None:
        self.channel = channel
        self._settings = settings
        self._edits = edits
        self._database = database
        self.lives: list[ScriptedAssistant] = []
        with database.write() as connection:
            for table in (schema.inbox, schema.outbox, schema.threads, schema.links):
                connection.execute(table.delete())

    async def live(self, fate: Fate, events: Sequence[Event], every_s: float) -> list[Event]:
        """Deliver events, each after the one before it was stored, as Telegram does for a chat; what it never was told.

        Returns when the connector is dead, or has nothing to do any more.
        """
        adapter = DyingAdapter(self.channel, fate, self._edits)
        self.lives.append(ScriptedAssistant(word_s=0.03))
        connector = Connector(
            "memory", self._settings, adapter, DyingJournal(self._database, fate), self.lives[-1]
        )  # fmt: skip
        asyncio.get_running_loop().set_exception_handler(lambda *_: None)  # the dead say so in every task
        left = list(events)
        try:
            await connector.start()
            delivering = asyncio.create_task(self._deliver(adapter, left, every_s))
            async with asyncio.timeout(LONGEST_S):
                while not fate.dead.is_set() and (left or not connector.idle or self._waits()):
                    await asyncio.sleep(LOOK_S)
            delivering.cancel()
        except Killed:
            pass
        with suppress(Killed):
            await connector.stop()
        return left

    def _waits(self) -> bool:
        with self._database.write() as connection:
            return bool(inbox.conversations(connection, "memory") or outbox.channels(connection, "memory"))

    async def _deliver(self, adapter: DyingAdapter, left: list[Event], every_s: float) -> None:
        while left:
            await asyncio.sleep(every_s)
            with suppress(Killed):
                if adapter.receive is not None:
                    await adapter.receive([left[0]])
                    left.pop(0)
