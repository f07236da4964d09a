"""The assistant as chat platforms see it: turns run in threads, their events come to the event loop."""

import asyncio
from collections.abc import AsyncGenerator, Iterator, Sequence
from typing import Protocol

from assistant.api.running import RunningTurns
from assistant.api.uploads import Uploads, add_file
from assistant.errors import AssistantError, NotAllowed, NotFound
from assistant.platform_people import PlatformPeople
from assistant.settings import Settings
from assistant.storage.conversations import Conversations
from assistant.storage.feedback import MAX_CORRECTION_CHARS, MAX_REASON_CHARS
from assistant.turn.answer import Answer, TurnRequest
from assistant.turn.events import Failed as TurnFailed
from assistant.turn.events import Finished, TurnEvent
from assistant.turn.events import Revised as TurnRevised
from assistant.turn.events import Wrote as TurnWrote
from connectors.answering import (
    Answered,
    AnswerEvent,
    Failed,
    Judgement,
    KeptFile,
    OfferedFile,
    Revised,
    Source,
    Turn,
    Wrote,
)
from connectors.connectors import Connectors

MOST_FILE_BYTES = 20 * 1024 * 1024
MOST_TURNS = 1_000
"""Each connector has its own limit (`turns_at_once`)."""


class Files(Protocol):
    """Files of conversations (`assistant.talks.ConversationFiles`)."""

    def of(self, conversation_id: str) -> Uploads:
        """Where files of one conversation are added."""

    def groups(self, conversation_id: str | None) -> frozenset[str]:
        """What a conversation may read beside what its people may."""


class Answering(Protocol):
    """What is needed of an assistant (`assistant.app.Assistant` is one)."""

    @property
    def conversations(self) -> Conversations:
        """Where turns, answers and feedback are stored."""

    @property
    def files(self) -> Files:
        """The files of single conversations."""

    def stream(self, request: TurnRequest) -> Iterator[TurnEvent]:
        """Run one turn; closing the iterator stops it."""


def open_connectors(
    settings: Settings, assistant: Answering, people: PlatformPeople, only: Sequence[str] = ()
) -> Connectors:
    """The connectors of an installation (`only` those named), not started yet. Raises ConnectorError."""
    wanted = {name: each for name, each in settings.connectors.items() if not only or name in only}
    answers = ConnectedAssistant(assistant, people, settings.knowledge.max_file_bytes)
    return Connectors.open(wanted, settings.connectors_url, answers)


async def run_connectors(
    settings: Settings, assistant: Answering, people: PlatformPeople, only: Sequence[str] = ()
) -> None:
    """Run connectors until this is cancelled. Raises ConnectorError."""
    async with await asyncio.to_thread(open_connectors, settings, assistant, people, only):
        await asyncio.Event().wait()


class ConnectedAssistant:
    """`connectors.answering.Assistant` around the assistant of this installation.

    Its turns are its own: when the server stops, questions of platforms wait in the inbox, and are not waited for.
    Without `people` nobody of a platform has an account.
    """

    def __init__(
        self, assistant: Answering, people: PlatformPeople | None = None, max_file_bytes: int = MOST_FILE_BYTES
    ) -> None:
        self._assistant, self._people = assistant, people
        self._max_file_bytes = max_file_bytes
        self._turns = RunningTurns(MOST_TURNS)

    async def answer(self, turn: Turn) -> AsyncGenerator[AnswerEvent, None]:
        """The events of a turn. What is said while a person has the conversation is passed on, and not answered."""
        try:
            groups = await asyncio.to_thread(self._groups, turn)
        except NotAllowed as error:
            yield Failed(str(error))
            return
        if turn.handed_back and turn.conversation is not None:
            await asyncio.to_thread(self._take_back, turn.user, turn.conversation)
        known, had_person = await asyncio.to_thread(self._standing, turn.user, turn.conversation)
        files = await asyncio.to_thread(self._assistant.files.groups, known)
        request = TurnRequest(
            turn.text, known, model=turn.model, interface_language=turn.language, user_id=turn.user,
            groups=groups | files, profile=turn.profile,
        )  # fmt: skip
        events: asyncio.Queue[TurnEvent | None] = asyncio.Queue()
        loop = asyncio.get_running_loop()

        def deliver(event: TurnEvent | None) -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(events.put_nowait, event)

        running = self._turns.begin(self._assistant.stream, request, deliver)
        try:
            while (event := await events.get()) is not None:
                if isinstance(event, Finished):
                    _, has_person = await asyncio.to_thread(self._standing, turn.user, event.answer.conversation_id)
                    yield answered(event.answer, had_person=had_person, has_person=has_person)
                elif (told := _told(event)) is not None:
                    yield told
        finally:
            running.stop()

    async def judge(self, judgement: Judgement) -> bool:
        """Store a verdict on an answer; False when there is no such answer in the person's conversation.

        In a chat the thumb, the reason and the correction come one after the other: what was said before stays. Of
        somebody whose account is suspended there is no such answer either.
        """
        store = self._assistant.conversations.add_feedback
        try:
            if self._people is not None:
                await asyncio.to_thread(self._people.groups_for, judgement.account, frozenset())
            await asyncio.to_thread(
                store, judgement.user, judgement.answer, judgement.verdict,
                reason=judgement.reason[:MAX_REASON_CHARS], correction=judgement.correction[:MAX_CORRECTION_CHARS],
                surface=judgement.platform, adds=True,
            )  # fmt: skip
        except AssistantError:
            return False
        return True

    def _groups(self, turn: Turn) -> frozenset[str]:
        """What a turn may read. Raises NotAllowed for somebody whose account is suspended."""
        if self._people is None:
            return turn.groups
        return self._people.groups_for(turn.account, turn.groups, alone=turn.alone, language=turn.language)

    async def keep(self, offered: OfferedFile) -> KeptFile:
        """Add a file to the documents of its conversation, as an upload is: name, size and kind are looked at.

        Nothing is kept of somebody whose account is suspended or gone, nor is a conversation begun for it.
        """
        return await asyncio.to_thread(self._keep, offered)

    def _keep(self, offered: OfferedFile) -> KeptFile:
        try:
            if self._people is not None:
                self._people.groups_for(offered.account, frozenset(), language=offered.language)
        except NotAllowed as error:
            return KeptFile(offered.conversation or "", str(error))
        known, _ = self._standing(offered.user, offered.conversation)
        conversation = known or self._assistant.conversations.start(offered.user).id
        uploads = self._assistant.files.of(conversation)
        outcome = add_file(uploads, offered.name, offered.content, self._max_file_bytes, offered.language)
        return KeptFile(conversation, str(outcome.error) if outcome.error is not None else "")

    def _take_back(self, user: str, conversation: str) -> None:
        """Close the hand-off of a conversation that a person has given back."""
        handoffs = self._assistant.conversations.handoffs
        try:
            waiting = handoffs.waiting(user, conversation)
            if waiting is not None:
                handoffs.close(waiting.id)
        except NotFound:
            return

    def _standing(self, user: str, conversation: str | None) -> tuple[str | None, bool]:
        """A conversation, unless it was deleted meanwhile, and whether a person has it."""
        if conversation is None:
            return None, False
        try:
            return conversation, self._assistant.conversations.handoffs.waiting(user, conversation) is not None
        except NotFound:
            return None, False


def answered(answer: Answer, *, had_person: bool = False, has_person: bool = False) -> Answered:
    """An answer in the words of connectors; in a conversation that a person has, it is not said aloud."""
    sources = tuple(
        Source(each.marker, each.title or each.document, each.page, each.quote) for each in answer.citations
    )
    return Answered(
        answer.id,
        answer.conversation_id,
        answer.text,
        answer.understanding.language,
        sources,
        backed=bool(answer.citations) and not answer.abstained,
        silent=had_person and has_person,
        handed_over=has_person,
    )


def _told(event: TurnEvent) -> AnswerEvent | None:
    match event:
        case TurnWrote(text):
            return Wrote(text)
        case TurnRevised(text, _):
            return Revised(text)
        case TurnFailed(text, conversation):
            return Failed(text, conversation)
        case _:
            return None
