"""The outbox at work: one letter after the other in each channel, as often as it takes."""

import logging
from dataclasses import replace

from sqlalchemy.engine import Connection

from connectors.core.clock import backoff, lasting, now
from connectors.core.parts import Parts
from connectors.core.workers import Workers
from connectors.errors import MarkupRefused, NotPossible, SendError, SlowDown
from connectors.store import links, outbox
from connectors.store.outbox import Waiting

log = logging.getLogger(__name__)
GIVE_UP_AFTER_S = 24 * 3600.0


class Sending:
    """Sends what is in the outbox of one connector."""

    def __init__(self, parts: Parts) -> None:
        self._connector = parts.connector
        self._adapter = parts.adapter
        self._journal = parts.journal
        self._pacing = parts.pacing
        self.workers = Workers(self._next, f"outbox of {parts.connector}")

    async def start(self) -> None:
        """Go on with what was left; a letter that was on its way is sent again."""
        again = await self._journal.do(lambda c: outbox.recover(c, self._connector))
        if again:
            log.warning(
                "%s: %d messages may have been sent before the stop; they are sent again", self._connector, again
            )
        await self.look()

    async def look(self) -> None:
        """See whether something waits; another process may have put it there. Raises StoreError."""
        for channel in await self._journal.do(lambda c: outbox.channels(c, self._connector)):
            self.workers.wake(channel)

    def _take(self, connection: Connection, channel: str) -> Waiting | None:
        return None if links.paused(connection, self._connector) else outbox.take(connection, self._connector, channel)

    async def _next(self, channel: str) -> bool:
        waiting = await self._journal.do(lambda c: self._take(c, channel))
        if waiting is None:
            return False
        await self._pacing.turn(channel)
        try:
            message_id = await self._deliver(waiting)
        except SendError as error:
            await self._after(error, waiting, channel)
        else:
            await self._journal.do(lambda c: self._sent(c, waiting.id, message_id), first=True)
        return True

    def _sent(self, connection: Connection, waiting: int, message_id: str) -> None:
        moment = now()
        outbox.sent(connection, waiting, message_id, moment)
        links.message_left(connection, self._connector, moment)

    def _give_up(self, connection: Connection, waiting: int, why: str) -> None:
        moment = now()
        outbox.give_up(connection, waiting, why, moment)
        links.trouble(connection, self._connector, why, moment)

    async def _deliver(self, waiting: Waiting) -> str:
        letter = waiting.letter
        if letter.edits:
            await self._adapter.edit(letter.edits, letter.post)
            return letter.edits
        return await self._adapter.send(letter.post)

    async def _after(self, error: SendError, waiting: Waiting, channel: str) -> None:
        """What a letter that was not taken needs: time, another form, or to be given up."""
        letter = waiting.letter
        if isinstance(error, MarkupRefused) and letter.post.text != letter.post.plain:
            plain = replace(letter.post, text=letter.post.plain, marked=False)
            await self._journal.do(lambda c: outbox.change(c, waiting.id, plain, letter.edits))
        elif isinstance(error, NotPossible) and letter.edits:
            # The message it was to replace is gone; the answer is not.
            await self._journal.do(lambda c: outbox.change(c, waiting.id, letter.post, ""))
        elif isinstance(error, NotPossible | MarkupRefused) or now() - waiting.created > GIVE_UP_AFTER_S:
            log.error("%s: a message is given up: %s", self._connector, error)
            await self._journal.do(lambda c: self._give_up(c, waiting.id, str(error)))
        else:
            self._pacing.hold(channel, _pause(error, waiting.attempts))


def _pause(error: SendError, attempts: int) -> float:
    if isinstance(error, SlowDown):
        return lasting(error.retry_after)
    waits = backoff(most=60.0)
    return [next(waits) for _ in range(min(attempts, 12))][-1]
