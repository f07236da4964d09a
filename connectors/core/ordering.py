"""What a person tells the bot itself: commands and thumbs."""

from dataclasses import dataclass, replace
from typing import Literal

from sqlalchemy.engine import Connection

from connectors.answering import Judgement
from connectors.core.clock import now
from connectors.core.commands import Called
from connectors.core.composing import Envelope, notice_letters
from connectors.core.parts import Parts
from connectors.core.turning import Asked
from connectors.event import Message, Verdict
from connectors.messages import LANGUAGES, REASONS, text
from connectors.store import inbox, outbox, threads
from connectors.store.inbox import Received
from connectors.store.outbox import Letter
from connectors.store.threads import Thread


@dataclass(frozen=True, slots=True)
class _Reply:
    """What is said, and the conversation as it is afterwards."""

    words: str
    thread: Thread


class Ordering:
    """Carries out commands and keeps verdicts, for one connector."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def carry_out(self, received: Received, message: Message, called: Called, thread: Thread) -> Asked | None:
        """Do what a command says; or the turn that it asks for, which is still to be run."""
        if (asked := self._question(received, message, called, thread)) is not None:
            return asked
        reply = await self._reply(message, called, thread)
        to = self._parts.envelope(message, reply.thread, f"in{received.id}")
        letters = notice_letters(reply.words, to, self._parts.adapter.card, received.preview)

        def store(connection: Connection) -> None:
            moment, connector = now(), self._parts.connector
            outbox.put(connection, connector, letters, moment)
            inbox.finish(connection, [received.id], moment)
            threads.keep(connection, connector, message.place.conversation, reply.thread, moment)

        await self._parts.journal.do(store)
        return None

    async def judge(self, received: Received, verdict: Verdict, thread: Thread) -> None:
        """Keep a thumb, when the message it stands under is an answer; ask what was wrong, where that is done here.

        It belongs to the conversation that answer was given in: a reaction does not say which thread it stands in.
        """
        connector, channel = self._parts.connector, verdict.place.channel
        answer, place = await self._parts.journal.do(
            lambda c: outbox.answer_of(c, connector, channel, verdict.message_id)
        )
        said_there = verdict if place is None else replace(verdict, place=place)
        kept = bool(answer) and await self._parts.assistant.judge(
            self._judgement(answer, said_there, verdict.verdict, reason=verdict.reason, correction=verdict.correction)
        )
        letters = self._after(received, said_there, answer, thread) if kept else []

        def store(connection: Connection) -> None:
            outbox.put(connection, connector, letters, now())
            inbox.finish(connection, [received.id], now(), "" if kept else "no answer")

        await self._parts.journal.do(store)

    def _after(self, received: Received, verdict: Verdict, answer: str, thread: Thread) -> list[Letter]:
        """What is said to a verdict: the question why, once to each person, or thanks for a correction in words."""
        card, language = self._parts.adapter.card, self._parts.language(verdict.place, thread)
        to = Envelope(verdict.place, f"in{received.id}", language=language)
        if verdict.said:
            return notice_letters(text("thanks", language), to, card)
        if card.reasons != "choices" or verdict.verdict == "up" or verdict.reason or verdict.correction:
            return []
        why = replace(to, key=f"{outbox.WHY}{verdict.person.id}.{answer}", reply_to=verdict.message_id)
        (letter,) = notice_letters(text("why_choose", language), why, card)
        return [replace(letter, answer=answer, post=replace(letter.post, choices=REASONS))]

    def _question(self, received: Received, message: Message, called: Called, thread: Thread) -> Asked | None:
        """The turn behind a command that asks for one."""
        rows, language = (received.id,), self._language(message, called, thread)
        if called.command == "ask" and called.rest:
            return Asked(rows, message, called.rest, True, received.preview)
        if called.command == "person":
            return Asked(rows, message, text("person_wanted", language), True, received.preview)
        if called.command == "large" and (called.rest or thread.question):
            return Asked(rows, message, called.rest or thread.question, True, received.preview, "llm")
        return None

    async def _reply(self, message: Message, called: Called, thread: Thread) -> _Reply:
        language = self._language(message, called, thread)
        match called.command:
            case "new":
                return _Reply(text("new", language), replace(thread, own_id="", question="", answer=""))
            case "large":
                return _Reply(text("nothing_asked", language), thread)
            case "language":
                return self._set_language(called.rest.lower(), language, thread)
            case "good" | "bad" | "correct":
                return _Reply(await self._judged(message, called, thread, language), thread)
            case _:
                return _Reply(text("help", language), thread)

    def _language(self, message: Message, called: Called, thread: Thread) -> str:
        """Of our words to a command: a Spanish one is answered in Spanish, an English one is used by everybody."""
        return called.language or self._parts.language(message.place, thread)

    def _set_language(self, wanted: str, language: str, thread: Thread) -> _Reply:
        if wanted not in LANGUAGES:
            return _Reply(text("language_how", language), thread)
        return _Reply(text("language_set", wanted), replace(thread, language=wanted))

    async def _judged(self, message: Message, called: Called, thread: Thread, language: str) -> str:
        if not thread.answer:
            return text("nothing_answered", language)
        if called.command == "correct" and not called.rest:
            return text("correct_how", language)
        verdict: Literal["up", "down"] = "up" if called.command == "good" else "down"
        correction = called.rest if called.command == "correct" else ""
        reason = "" if correction else called.rest
        kept = await self._parts.assistant.judge(
            self._judgement(thread.answer, message, verdict, reason=reason, correction=correction)
        )
        if not kept:
            return text("nothing_answered", language)
        return text("thanks_bad" if called.command == "bad" else "thanks", language)

    def _judgement(
        self, answer: str, event: Message | Verdict, verdict: Literal["up", "down"], *, reason: str = "",
        correction: str = "",
    ) -> Judgement:  # fmt: skip
        user = self._parts.user(event.place, event.person)
        platform = self._parts.settings.platform
        return Judgement(
            answer, user, f"{self._parts.connector}:{event.person.id}", platform, verdict, reason, correction,
            self._parts.settings.account_of(event.person.id),
        )  # fmt: skip
