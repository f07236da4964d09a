"""One connector at work: it listens, answers, sends, and comes back when the link breaks."""

import asyncio
import logging
from dataclasses import dataclass
from functools import partial

from sqlalchemy.engine import Connection

from connectors.adapter import Adapter, Delivery, Hooked, Receipt
from connectors.answering import Assistant
from connectors.core.clock import backoff, now
from connectors.core.conversing import Conversing
from connectors.core.pacing import Pacing
from connectors.core.parts import Parts
from connectors.core.sending import Sending
from connectors.core.telling import Telling
from connectors.core.unasked import Unasked, say_unasked
from connectors.errors import ConnectionLost, ConnectorError, ConnectorMisconfigured, DeliveryRefused, StoreError
from connectors.event import Place
from connectors.settings import ConnectorSettings
from connectors.store import inbox, links, outbox, threads
from connectors.store.journal import Journal
from connectors.store.links import Link, LinkState

log = logging.getLogger(__name__)
# A link that held this long was a good one: the next break begins with the shortest wait again.
HELD_S = 60.0
KEEP_DAYS = 30.0
FORGET_EVERY_S = 6 * 3600.0
LOOK_EVERY_S = 2.0
"""Other processes put messages into the outbox, and release what was held back."""


@dataclass(frozen=True, slots=True)
class Health:
    """How a connector is: its link, and how many events and messages are in which state."""

    link: Link | None
    inbox: dict[str, int]
    outbox: dict[str, int]

    @property
    def to_answer(self) -> int:
        """Events that wait for their answer."""
        return self.inbox.get("waiting", 0)

    @property
    def to_send(self) -> int:
        """Messages that wait, or are on their way."""
        return self.outbox.get("waiting", 0) + self.outbox.get("sending", 0)

    @property
    def held(self) -> int:
        """What is held back after a restore."""
        return self.inbox.get("held", 0) + self.outbox.get("held", 0)


class Connector:
    """A platform's adapter with the durable core behind it."""

    def __init__(
        self, name: str, settings: ConnectorSettings, adapter: Adapter, journal: Journal, assistant: Assistant
    ) -> None:
        self.name = name
        self._adapter = adapter
        self._journal = journal
        parts = Parts(
            name,
            settings,
            adapter,
            journal,
            Pacing(adapter.card.pace_s if settings.pace_s is None else settings.pace_s),
            assistant,
        )
        self._sending = Sending(parts)
        self._conversing = Conversing(parts, self._sending)
        self._telling = Telling(parts, self._sending, self._conversing.turning)
        self._parts = parts
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Go on with what was left, and listen; returns at once. Raises StoreError."""
        await self._sending.start()
        await self._conversing.start()
        works = {"link": self._listen, "tidying": self._tidy, "outside": self._look, "schedules": self._tell}
        self._tasks = [asyncio.create_task(work(), name=f"{what} of {self.name}") for what, work in works.items()]

    async def stop(self) -> None:
        """Stop where it is; what waits is in the tables, and goes on at the next start."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._conversing.workers.stop()
        await self._sending.workers.stop()
        await self._adapter.close()
        await self._note("stopped")

    @property
    def idle(self) -> bool:
        """Whether nothing is being answered or sent."""
        return not self._conversing.workers.busy and not self._sending.workers.busy

    async def deliver(self, delivery: Delivery) -> Receipt:
        """Take a webhook; its events are stored when this returns.

        Raises DeliveryRefused for what is not the platform's, ConnectorMisconfigured for one that takes no webhooks.
        """
        if not isinstance(self._adapter, Hooked):
            raise ConnectorMisconfigured(f"The connector {self.name} takes no webhooks: it connects by itself.")
        try:
            receipt = await self._adapter.check(delivery)
        except DeliveryRefused:
            await self._journal.do(lambda c: links.refused(c, self.name, now()))
            raise
        if receipt.events:
            await self._conversing.receive(receipt.events)
        return receipt

    async def say(self, place: Place, markdown: str, key: str) -> None:
        """Post something that nobody asked for, once for each `key`, in the order of its channel.

        Raises NotPossible where that may not be.
        """
        parts = self._parts

        def put(connection: Connection) -> None:
            say_unasked(connection, self.name, parts.settings, self._adapter.card, Unasked(place, markdown, key))

        await self._journal.do(put)
        self._sending.workers.wake(place.channel)

    async def pause(self, *, on: bool) -> None:
        """Take events, and answer and send nothing from now on; or go on."""
        await self._journal.do(lambda c: links.pause(c, self.name, now(), on=on))
        if not on:
            await self._sending.look()
            await self._conversing.look()

    async def health(self) -> Health:
        """How it is."""
        return await self._journal.do(
            lambda c: Health(links.get(c, self.name), inbox.counts(c, self.name), outbox.counts(c, self.name))
        )

    async def _listen(self) -> None:
        """Listen for ever; after a break wait longer and longer, with jitter, and try again."""
        waits, said = backoff(), ""
        while True:
            began, unknown = now(), None
            await self._note("connected")
            try:
                await self._adapter.listen(self._conversing.receive)
                error = ConnectionLost("The platform closed the connection. It is opened again.")
            except ConnectorMisconfigured as wrong:
                log.error("%s: %s", self.name, wrong)
                await self._note("stopped", str(wrong))
                return
            except ConnectorError as trouble:
                error = ConnectionLost(str(trouble))
            except Exception as unexpected:
                error, unknown = ConnectionLost(type(unexpected).__name__), unexpected
            if now() - began > HELD_S:
                waits, said = backoff(), ""
            if str(error) != said:  # at each try the same is said once
                log.warning("%s: %s", self.name, error, exc_info=unknown)
                said = str(error)
            await self._note("waiting", str(error))
            await asyncio.sleep(next(waits))

    async def _note(self, state: LinkState, error: str = "") -> None:
        """Store how the link is. A full disk must not end the listening: then it is only said in the log."""
        try:
            await self._journal.do(lambda c: links.note(c, self.name, state, now(), error))
        except StoreError as trouble:
            log.error("%s: %s", self.name, trouble)

    async def _look(self) -> None:
        """See what others have put into the tables, and what waits since a pause."""
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            try:
                await self._sending.look()
                await self._conversing.look()
            except StoreError as error:
                log.error("%s: %s", self.name, error)

    async def _tell(self) -> None:
        while self._parts.settings.scheduled:
            try:
                await self._telling.look()
            except StoreError as error:
                log.error("%s: %s", self.name, error)
            await asyncio.sleep(LOOK_EVERY_S)

    async def _tidy(self) -> None:
        while True:
            before = now() - KEEP_DAYS * 24 * 3600
            try:
                for forget in (inbox.forget, outbox.forget, threads.forget):
                    await self._journal.do(partial(forget, before=before))
            except StoreError as error:
                log.error("%s: %s", self.name, error)
            await asyncio.sleep(FORGET_EVERY_S)
