"""An assistant that answers from a script: deterministic, as slow as a test wants, everything really stored."""

import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from uuid import uuid4

from assistant.api.ports import EVERYONE, Groups, ServiceState
from assistant.errors import AssistantError
from assistant.storage.conversations import Conversations
from assistant.testing.documents import ScriptedDocuments
from assistant.testing.replies import ABSTENTION, DEMO, Reply
from assistant.turn.answer import Answer, Route, Timings, TurnRequest, Understanding, Usage
from assistant.turn.events import Failed, Finished, Found, Revised, Routed, TurnEvent, Understood, Wrote
from assistant.turn.unfinished import Unfinished


class ScriptedAssistant:
    """`Assistant` without models. The reply is the first of `replies` whose key stands in the question (lower case).

    `word_s` is the pause before each word, `think_s` the one before the first, `find_s` the one before the evidence.
    While `go` is cleared, no first word comes out. `stopped` counts the turns closed before they were finished.
    """

    def __init__(
        self,
        conversations: Conversations,
        replies: Mapping[str, Reply] | None = None,
        *,
        word_s: float = 0.0,
        think_s: float = 0.0,
        find_s: float = 0.0,
    ) -> None:
        self.conversations = conversations
        self.documents = ScriptedDocuments()
        self.files = ScriptedFiles()
        self.replies = dict(DEMO if replies is None else replies)
        self.word_s, self.think_s, self.find_s = word_s, think_s, find_s
        self.service: ServiceState | None = None
        self.requests: list[TurnRequest] = []
        self.stopped = 0
        self.go = threading.Event()
        self.go.set()

    def state(self, groups: Groups = EVERYONE) -> ServiceState:
        """`service` when a test set it, else everything ready."""
        return self.service or ServiceState(documents=len(self.documents.list(groups)))

    def stream(self, request: TurnRequest) -> Iterator[TurnEvent]:
        """Answer from the script, storing the turn as the real assistant does."""
        self.requests.append(request)
        user = request.user_id or "local"
        conversation_id = request.conversation_id or self.conversations.start(user).id
        turn = self.conversations.begin_turn(user, conversation_id, request.text)
        so_far = Unfinished()
        try:
            for event in self._events(request, conversation_id, time.monotonic()):
                so_far.take(event)
                if isinstance(event, Finished):
                    self.conversations.finish_turn(turn.id, event.answer)
                yield event
        except GeneratorExit:
            self.stopped += 1
            self.conversations.interrupt_turn(turn.id, so_far.text, so_far.documents)
            raise
        except AssistantError as error:
            self.conversations.fail_turn(turn.id, str(error))
            yield Failed(str(error), conversation_id)

    def _events(self, request: TurnRequest, conversation_id: str, begun: float) -> Iterator[TurnEvent]:
        reply = self._reply(request)
        understanding = Understanding(request.text, request.text, reply.language, reply.intent, 0.95)
        yield Understood(understanding)
        time.sleep(self.find_s)
        yield Found(reply.evidence, reply.searched)
        yield Routed(reply.route)
        time.sleep(self.think_s)
        self.go.wait(60)
        for word in _words(reply.draft or reply.text):
            time.sleep(self.word_s)
            yield Wrote(word)
            if reply.error is not None:
                raise reply.error
        if reply.draft is not None:
            time.sleep(self.think_s)
            yield Revised(reply.text, "revised_unsupported")
        took = 1000 * (time.monotonic() - begun)
        usage = Usage(400, len(reply.text.split()))
        yield Finished(
            Answer(
                uuid4().hex, conversation_id, reply.text, reply.abstained, understanding, reply.route, reply.evidence,
                reply.citations, reply.support, Timings(total_ms=took), usage, reply.searched,
            )
        )  # fmt: skip

    def _reply(self, request: TurnRequest) -> Reply:
        question = request.text.lower()
        reply = next((each for key, each in self.replies.items() if key in question), self.replies.get("", ABSTENTION))
        if request.model == "auto" or reply.route.tier == "none":
            return reply
        return replace(reply, route=Route(request.model, f"scripted-{request.model}", f"forced_{request.model}"))


def _words(text: str) -> list[str]:
    words = text.split(" ")
    return [word if index == 0 else f" {word}" for index, word in enumerate(words)]


class ScriptedFiles:
    """Files of conversations, each in documents of its own."""

    def __init__(self) -> None:
        self.kept: dict[str, ScriptedDocuments] = {}

    def of(self, conversation_id: str) -> ScriptedDocuments:
        """Where files of one conversation are added."""
        return self.kept.setdefault(conversation_id, ScriptedDocuments())

    def groups(self, conversation_id: str | None) -> Groups:
        """What a conversation may read beside what its people may."""
        return frozenset({f"conversation/{conversation_id}"}) if conversation_id in self.kept else frozenset()
