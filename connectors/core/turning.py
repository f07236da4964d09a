"""One turn: the messages of a person, the assistant's answer to them, and what is put into the outbox."""

import asyncio
import logging
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Literal

from sqlalchemy.engine import Connection

from connectors.answering import Answered, Failed, Revised, Turn
from connectors.core.clock import now
from connectors.core.composing import Envelope, answer_letters, handing_over, notice_letters
from connectors.core.filing import Filed, Filing
from connectors.core.live import Live
from connectors.core.parts import Parts
from connectors.event import Message
from connectors.messages import LANGUAGES, text
from connectors.store import inbox, outbox, threads
from connectors.store.outbox import Letter
from connectors.store.threads import Thread

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be answered: the messages, merged, and the rows of the inbox that are done when it is.

    `called` is whether the bot was meant by one of them; `preview` the message that shows an answer already.
    """

    rows: tuple[int, ...]
    last: Message
    text: str
    called: bool
    preview: str = ""
    model: Literal["auto", "llm"] = "auto"


class Turning:
    """Runs turns of one connector, `turns_at_once` at a time."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._filing = Filing(parts)
        self._room = asyncio.Semaphore(parts.settings.turns_at_once)

    async def run(self, asked: Asked, thread: Thread) -> None:
        """Answer, and put the answer into the outbox in the same commit that takes the question out of the inbox."""
        filed = await self._filing.take(asked.last, thread) if asked.last.attachments else Filed(thread)
        thread = filed.thread
        to = self._parts.envelope(asked.last, thread, f"in{asked.rows[0]}")
        unasked = self._parts.settings.policy(asked.last.place.channel).only_backed and not asked.called
        silent = thread.handed_over and not self._handed_back(thread)
        outcome: Answered | Failed
        if not asked.text.strip():
            # A file, and nothing that was asked about it.
            outcome, preview = Failed(filed.words(to.language), thread.own_id or None), asked.preview
            unasked = unasked or silent
        elif silent or unasked:
            outcome, preview = await self.ask(asked, thread), asked.preview
        else:
            outcome, preview = await self._shown(asked, thread, to)
        letters = await asyncio.to_thread(self._letters, outcome, to, preview, unasked=unasked)
        if asked.text.strip() and filed.troubles and not unasked:
            beside = replace(to, key=f"{to.key}f")
            letters += notice_letters("\n\n".join(filed.troubles), beside, self._parts.adapter.card)
        await self._parts.journal.do(lambda c: self._store(c, asked, thread, outcome, letters))

    async def _shown(self, asked: Asked, thread: Thread, to: Envelope) -> tuple[Answered | Failed, str]:
        async def kept(message_id: str) -> None:
            await self._parts.journal.do(lambda c: inbox.previewed(c, asked.rows[0], message_id), first=True)

        parts = self._parts
        async with Live(parts, to, asked.last.person.id, asked.preview, kept) as live:
            outcome = await self.ask(asked, thread, live)
            return outcome, await live.end()

    async def ask(self, asked: Asked, thread: Thread, live: Live | None = None) -> Answered | Failed:
        """The assistant's answer, shown meanwhile where there is somewhere to show it."""
        written = ""
        async with self._room:
            try:
                async with aclosing(self._parts.assistant.answer(self._turn(asked, thread))) as events:
                    async for event in events:
                        if isinstance(event, Answered | Failed):
                            return event
                        written = event.text if isinstance(event, Revised) else written + event.text
                        if live is not None:
                            live.update(written)
            except Exception:
                log.exception("%s: a turn ended unexpectedly", self._parts.connector)
        return Failed(text("failed", self._parts.language(asked.last.place, thread)))

    def _turn(self, asked: Asked, thread: Thread) -> Turn:
        parts, place, person = self._parts, asked.last.place, asked.last.person
        return Turn(
            asked.text,
            parts.user(place, person),
            parts.groups(place, person),
            thread.own_id or None,
            parts.language(place, thread),
            asked.model,
            parts.settings.policy(place.channel).profile,
            asked.last.attachments,
            self._handed_back(thread),
            account=parts.settings.account_of(person.id),
            alone=parts.alone(place),
        )

    def _handed_back(self, thread: Thread) -> bool:
        """Whether the platform's own people had the conversation: what they still have does not come this far."""
        return thread.handed_over and self._parts.adapter.card.hands_over

    def _letters(self, outcome: Answered | Failed, to: Envelope, preview: str, *, unasked: bool) -> list[Letter]:
        card = self._parts.adapter.card
        if isinstance(outcome, Failed):
            return [] if unasked else notice_letters(outcome.text, to, card, preview)
        if outcome.silent:
            # What already stands there may not go on saying that somebody is at it.
            return notice_letters(text("passed_on", to.language), to, card, preview) if preview else []
        if unasked and not outcome.backed:
            return []
        letters = answer_letters(outcome, to, card, preview)
        return handing_over(letters) if outcome.handed_over else letters

    def _store(
        self, connection: Connection, asked: Asked, thread: Thread, outcome: Answered | Failed, letters: list[Letter]
    ) -> None:
        connector, moment = self._parts.connector, now()
        outbox.put(connection, connector, letters, moment)
        inbox.finish(connection, asked.rows, moment)
        following = thread.following or asked.called
        changed = replace(
            thread, following=following, own_id=outcome.conversation or thread.own_id, question=asked.text
        )
        if isinstance(outcome, Answered):
            changed = replace(changed, answer=outcome.answer, handed_over=outcome.handed_over)
            if outcome.language in LANGUAGES:
                changed = replace(changed, spoken=outcome.language)
        threads.keep(connection, connector, asked.last.place.conversation, changed, moment)
