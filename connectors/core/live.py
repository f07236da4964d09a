"""An answer shown while it is written. What goes wrong here loses nothing: the final text goes through the outbox."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Self

from connectors.adapter import Busying, Card, Post, Preview, Previewing
from connectors.core.clock import either, lasting
from connectors.core.composing import Envelope
from connectors.core.parts import Parts
from connectors.errors import ConnectorError, NotNow, SendError, SlowDown
from connectors.markdown.heal import heal
from connectors.markdown.parse import parse
from connectors.markdown.plain import PlainText
from connectors.markdown.split import splitting
from connectors.markdown.tree import Blocks
from connectors.messages import text
from connectors.store import outbox

log = logging.getLogger(__name__)
BUSY_EVERY_S = 4.0
CLOSING_S = 5.0
BEHIND_S = 0.1
LEAST_PAUSE_S = 0.02

Kept = Callable[[str], Awaitable[None]]
"""Remembers durably which message shows the answer."""


class Live:
    """Says at once that somebody is at it, then shows the text as it grows; used as a context manager.

    Updates come as they come; those in between are left out, and the same text is never shown twice.
    """

    def __init__(self, parts: Parts, to: Envelope, person: str, message_id: str, kept: Kept) -> None:
        self.message_id = message_id
        self._parts = parts
        self._adapter = parts.adapter
        self._pacing = parts.pacing
        self._pause = max(LEAST_PAUSE_S, parts.live_pause(to.place))
        self._to = to
        self._person = person
        self._kept = kept
        self._text = ""
        self._changed = asyncio.Event()
        self._ended = asyncio.Event()
        self._preview: Preview | None = None
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        self._tasks = [asyncio.create_task(self._show()), asyncio.create_task(self._busy())]
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.end()

    def update(self, markdown: str) -> None:
        """This is the text by now."""
        self._text = markdown
        self._changed.set()

    async def end(self) -> str:
        """Stop showing; the id of the message that is there now, or ""."""
        # What is on its way may finish: a message whose id is not known could not be replaced by the answer.
        self._ended.set()
        self._changed.set()
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=CLOSING_S)
            for task in late:
                task.cancel()
            self._tasks = []
        if self._preview is not None:
            preview, self._preview = self._preview, None
            try:
                async with asyncio.timeout(CLOSING_S):
                    await self._keep(await preview.end())
            except (SendError, TimeoutError) as error:
                log.info("a preview did not end cleanly: %s", error)
        return self.message_id

    async def _show(self) -> None:
        shown: str | None = None
        try:
            await self._behind()
            if not self._ended.is_set():
                self._preview = await self._begin()
            while not self._ended.is_set():
                shown = await self._step(shown)
                await either(self._ended, self._pause)
                while shown == self._current() and not self._ended.is_set():
                    self._changed.clear()
                    await self._changed.wait()
        except ConnectorError as error:
            log.info("an answer is not shown while it is written: %s", error)

    async def _behind(self) -> None:
        """Wait until what was said here before has been sent: what is posted from here goes past the outbox.

        After a restart, and where the platform is slow, the answer before this one may still be in there.
        """
        parts, conversation = self._parts, self._to.place.conversation
        while not (self.message_id or self._ended.is_set()) and await parts.journal.do(
            lambda c: outbox.waits(c, parts.connector, conversation)
        ):
            await either(self._ended, BEHIND_S)

    def _current(self) -> str:
        """What should stand there now; in a message that nobody knows of yet, no words of the answer.

        A kill before its id is stored leaves it behind, and the answer would be there twice.
        """
        written = self._text if self.message_id or self._preview is not None else ""
        # More than this is not shown, however much of it is markup.
        return heal(written[: 2 * self._adapter.card.dialect.limit]) or text("working", self._to.language)

    async def _step(self, shown: str | None) -> str | None:
        """Show the text of this moment, unless it is what stands there; what stands there now."""
        current = self._current()
        if current == shown:
            return shown
        if self._preview is None and not self._pacing.free(self._to.place.channel):
            return shown
        try:
            await (self._preview.show(current) if self._preview is not None else self._edit(current))
        except SlowDown as error:
            wait = lasting(error.retry_after)
            self._pacing.hold(self._to.place.channel, wait)
            await either(self._ended, wait)
            return shown
        except NotNow:
            return shown
        return current

    async def _begin(self) -> Preview | None:
        if isinstance(self._adapter, Previewing) and not self.message_id and not self._to.only_for:
            return await self._adapter.preview(self._to.place, self._to.reply_to, self._person)
        return None

    async def _edit(self, markdown: str) -> None:
        card = self._adapter.card
        if not card.edits or self._to.only_for:
            return
        if self.message_id:
            post = shown_post(f"{markdown} …" if self._text else markdown, self._to, card)
            await self._adapter.edit(self.message_id, post)
        else:
            await self._keep(await self._adapter.send(shown_post(markdown, self._to, card)))

    async def _keep(self, message_id: str) -> None:
        if message_id and message_id != self.message_id:
            self.message_id = message_id
            await self._kept(message_id)

    async def _busy(self) -> None:
        if not isinstance(self._adapter, Busying):
            return
        while not self._ended.is_set():
            try:
                await self._adapter.busy(self._to.place, text("working", self._to.language))
            except SlowDown as error:
                await either(self._ended, lasting(error.retry_after))
            except SendError as error:
                log.debug("cannot show that an answer is in the making: %s", error)
            await either(self._ended, BUSY_EVERY_S)


def shown_post(markdown: str, to: Envelope, card: Card) -> Post:
    """As much of a growing text as one message holds."""
    part: Blocks = next(splitting(parse(markdown), card.dialect), ())
    plain = PlainText().render(part)
    return Post(to.place, card.dialect.render(part), plain, f"{to.key}.live", to.reply_to, generated=True)
