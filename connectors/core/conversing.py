"""One ordered queue for each conversation: what waits is admitted, a burst of one person is merged, and answered."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from sqlalchemy.engine import Connection

from connectors.core.admission import Gate, Refusal
from connectors.core.clock import now
from connectors.core.commands import Called, called
from connectors.core.composing import notice_letters
from connectors.core.ordering import Ordering
from connectors.core.parts import Parts
from connectors.core.sending import Sending
from connectors.core.turning import Asked, Turning
from connectors.core.workers import Workers
from connectors.event import Event, Message, Verdict
from connectors.messages import text
from connectors.store import inbox, links, outbox, threads
from connectors.store.inbox import Received
from connectors.store.threads import Thread

REFUSED_AGAIN_S = 3600.0
NOTED_EVERY_S = 1.0
"""The age of the last event is kept to the second: not every event of a flood has to write it."""


@dataclass(frozen=True, slots=True)
class Admitted:
    """An event that counts."""

    received: Received
    event: Event

    @property
    def order(self) -> Called | None:
        """The command that it is, if it is one."""
        return called(self.event.text) if isinstance(self.event, Message) else None


@dataclass(frozen=True, slots=True)
class _Batch:
    """What waits in a conversation and counts; `told` are the channels in which somebody was refused with words."""

    admitted: list[Admitted]
    thread: Thread
    told: set[str]


class Conversing:
    """The conversations of one connector."""

    def __init__(self, parts: Parts, sending: Sending) -> None:
        self._parts = parts
        self._sending = sending
        self._gate = Gate(parts.connector, parts.settings)
        self.turning = Turning(parts)
        self._ordering = Ordering(parts)
        self._noted = float("-inf")
        self.workers = Workers(self._next, f"conversation of {parts.connector}")

    async def receive(self, events: Sequence[Event]) -> None:
        """Take events durably: when this returns they are stored, each once. Raises StoreError."""
        moment, connector = now(), self._parts.connector
        noted = abs(moment - self._noted) < NOTED_EVERY_S

        def store(connection: Connection) -> list[str]:
            if not noted:
                links.event_came(connection, connector, moment)
            return inbox.receive(connection, connector, events, moment)

        found = await self._parts.journal.do(store, first=True)
        self._noted = self._noted if noted else moment
        for conversation in found:
            self.workers.wake(conversation)

    async def start(self) -> None:
        """Go on with what was left."""
        await self.look()

    async def look(self) -> None:
        """See whether something waits; another process may have put it there. Raises StoreError."""
        for conversation in await self._parts.journal.do(self._waiting):
            self.workers.wake(conversation)

    def _waiting(self, connection: Connection) -> list[str]:
        connector = self._parts.connector
        return [] if links.paused(connection, connector) else inbox.conversations(connection, connector)

    async def _next(self, conversation: str) -> bool:
        await asyncio.sleep(self._parts.settings.settle_s)
        batch = await self._parts.journal.do(lambda c: self._admit(c, conversation))
        for channel in batch.told:
            self._sending.workers.wake(channel)
        if not batch.admitted:
            return False
        first = batch.admitted[0]
        await self._handle(batch.admitted, first, batch.thread)
        self._sending.workers.wake(first.event.place.channel)
        return True

    async def _handle(self, waiting: Sequence[Admitted], first: Admitted, thread: Thread) -> None:
        if not isinstance(first.event, Message):
            await self._ordering.judge(first.received, first.event, thread)
            return
        asked: Asked | None
        if (order := first.order) is not None:
            asked = await self._ordering.carry_out(first.received, first.event, order, thread)
        else:
            asked = _burst(waiting)
        if asked is not None:
            await self.turning.run(asked, thread)

    def _admit(self, connection: Connection, conversation: str) -> _Batch:
        """What waits and counts; what does not is passed over, and said so where that helps."""
        connector, moment = self._parts.connector, now()
        thread = threads.get(connection, connector, conversation)
        batch, follows = _Batch([], thread, set()), thread
        if links.paused(connection, connector):
            return batch
        waiting = inbox.waiting(connection, connector, conversation)
        for received in map(partial(_understood, connection, connector), waiting):
            refusal = self._gate.refusal(connection, received.event, follows, moment)
            if refusal is not None:
                if self._pass_over(connection, received, refusal, thread):
                    batch.told.add(received.event.place.channel)
                continue
            if isinstance(received.event, Message) and received.event.to_me:
                follows = replace(follows, following=True)
            batch.admitted.append(Admitted(received, received.event))
        return batch

    def _pass_over(self, connection: Connection, received: Received, refusal: Refusal, thread: Thread) -> bool:
        """Whether the person is told, which they are once in an hour: two programs could go on refusing each other."""
        event, connector, moment = received.event, self._parts.connector, now()
        before = inbox.passed_over_since(
            connection, connector, event.place.conversation, refusal.reason, moment - REFUSED_AGAIN_S
        )
        inbox.finish(connection, [received.id], moment, refusal.reason)
        if not refusal.say or not isinstance(event, Message) or before:
            return False
        to = self._parts.envelope(event, thread, f"in{received.id}")
        words = text(refusal.say, to.language, person=f"`{event.person.id}`")
        outbox.put(connection, connector, notice_letters(words, to, self._parts.adapter.card), moment)
        return True


def _understood(connection: Connection, connector: str, received: Received) -> Received:
    """An answer to the question what was wrong is a verdict, and what it says is what should have been said."""
    said = received.event
    if not isinstance(said, Message) or not said.answers or not said.text.strip() or called(said.text):
        return received
    if not outbox.asks_why(connection, connector, said.place.channel, said.answers):
        return received
    verdict = Verdict(
        said.event_id, said.place, said.person, said.answers, "down", correction=said.text.strip(), said=True
    )  # fmt: skip
    return replace(received, event=verdict)


def _burst(waiting: Sequence[Admitted]) -> Asked:
    """The first message, and those behind it that the same person wrote before anybody else said something."""
    found: list[tuple[Received, Message]] = []
    for each in waiting:
        event = each.event
        if not isinstance(event, Message) or each.order is not None:
            break
        if found and event.person.id != found[0][1].person.id:
            break
        found.append((each.received, event))
    messages = [message for _, message in found]
    words = "\n".join(message.text.strip() for message in messages if message.text.strip())
    attachments = tuple(each for message in messages for each in message.attachments)
    called_for = any(message.to_me or message.place.direct for message in messages)
    last = replace(messages[-1], attachments=attachments)
    preview = next((received.preview for received, _ in found if received.preview), "")
    return Asked(tuple(received.id for received, _ in found), last, words, called_for, preview)
