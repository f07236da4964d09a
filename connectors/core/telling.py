"""What is said at its time: a fixed text, or the answer to a question; each time once, whatever happens."""

import logging
from dataclasses import dataclass, replace
from functools import partial

from sqlalchemy.engine import Connection

from connectors.answering import Answered
from connectors.core.clock import now
from connectors.core.composing import Envelope, answer_letters, notice_letters
from connectors.core.parts import Parts
from connectors.core.schedule import Due, due, last_time
from connectors.core.sending import Sending
from connectors.core.turning import Asked, Turning
from connectors.core.unasked import unwelcome
from connectors.event import Message, Person, Place
from connectors.settings import Scheduled
from connectors.store import links, outbox, told
from connectors.store.outbox import Letter
from connectors.store.threads import Thread

log = logging.getLogger(__name__)
MOST_TRIES = 5
TRY_AGAIN_S = 60.0


@dataclass(frozen=True, slots=True)
class _Try:
    """A question that was not answered: how often it was asked, and when it may be asked again."""

    number: int = 0
    not_before: float = 0.0


class Telling:
    """The schedules of one connector. A time is done with in the commit that puts its words into the outbox."""

    def __init__(self, parts: Parts, sending: Sending, turning: Turning) -> None:
        self._parts = parts
        self._sending = sending
        self._turning = turning
        self._tries: dict[str, _Try] = {}

    async def look(self) -> None:
        """Say what is due. Raises StoreError."""
        # What is due is found out before anything is said: what waits for another's answer has not missed its time.
        moment, all_due = now(), list[tuple[Scheduled, Due]]()
        for each in self._parts.settings.scheduled:
            found = await self._parts.journal.do(partial(self._due, each=each, moment=moment))
            if found is not None and self._tries.get(each.name, _Try()).not_before <= moment:
                all_due.append((each, found))
        for each, found in all_due:
            await self._tell(each, found)

    def _due(self, connection: Connection, each: Scheduled, moment: float) -> Due | None:
        if links.paused(connection, self._parts.connector):
            return None
        done = told.done(connection, self._parts.connector, each.name, moment)
        return due(last_time(each.at, each.timezone, moment), done, moment, each.missed)

    async def _tell(self, each: Scheduled, found: Due) -> None:
        parts, place = self._parts, place_of(each)
        if each.name in self._tries:  # it was there in time, and is tried again
            found = replace(found, do="say")
        why = "" if found.do == "skip" else await parts.journal.do(
            lambda c: unwelcome(c, parts.connector, parts.settings, parts.adapter.card, place, each.person)
        )  # fmt: skip
        if found.do == "skip" or why:
            self._tries.pop(each.name, None)
            await self._done(each, found, [], why or f"the time of {each.name!r} passed while nothing ran; skipped")
            return
        key = f"at{each.name}.{int(found.at)}"
        to = Envelope(place, key, language=parts.language(place, Thread()))
        if each.text:
            await self._done(each, found, notice_letters(each.text, to, parts.adapter.card))
            return
        letters = await self._answered(each, to)
        tried = self._tries.pop(each.name, _Try()).number + 1
        if letters is None and tried < MOST_TRIES:
            self._tries[each.name] = _Try(tried, now() + TRY_AGAIN_S)
            return
        await self._done(each, found, letters or [], f"no answer to {each.name!r}" if letters is None else "")

    async def _answered(self, each: Scheduled, to: Envelope) -> list[Letter] | None:
        """The answer to a question; none of it where documents must bear it out and do not; None for a failure."""
        person = Person(each.person or "schedule")
        asked = Asked((), Message("", to.place, person, each.question), each.question, called=True)
        outcome = await self._turning.ask(asked, Thread())
        if not isinstance(outcome, Answered):
            return None
        policy = self._parts.settings.policy(to.place.channel)
        if policy.only_backed and not outcome.backed:
            return []
        return answer_letters(outcome, to, self._parts.adapter.card)

    async def _done(self, each: Scheduled, found: Due, letters: list[Letter], trouble: str = "") -> None:
        connector = self._parts.connector

        def store(connection: Connection) -> None:
            outbox.put(connection, connector, letters, now())
            told.put(connection, connector, each.name, found.at)
            if trouble:
                links.trouble(connection, connector, trouble, now())

        await self._parts.journal.do(store)
        if trouble:
            log.warning("%s: %s", connector, trouble)
        self._sending.workers.wake(each.channel)


def place_of(each: Scheduled) -> Place:
    """Where something is said."""
    return Place(each.channel, each.thread, direct=bool(each.person))
