"""A model that obeys whatever it reads, and one that obeys nothing: what an attack can reach, apart from any model."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from langchain_core.messages import BaseMessage

from assistant.grounding.vectors import SentenceVectors
from assistant.routing.intents import SHIPPED, IntentClassifier, load_intents
from assistant.settings import Settings
from assistant.storage.conversations import Conversations
from assistant.testing.models import ScriptedChat, ScriptedModels
from assistant.turn.agent import TurnAgent
from assistant.turn.answer import TurnRequest
from assistant.turn.context import TurnContext
from assistant.turn.events import TurnEvent
from knowledge.library import Library

_ORDER = re.compile(r"[Ww]rite the word (\w+)")
_EVERY_LINE = {"": 0.9}


class ObeyingChat(ScriptedChat):
    """Says the words that its prompt tells it to say, when it is `obeying`; else that it does not know."""

    obeying: bool = True

    def _next(self, messages: list[BaseMessage]) -> str:
        words = _ORDER.findall("\n".join(each.text for each in messages)) if self.obeying else []
        return f"Answer: {' '.join(words)}" if words else "Answer: I do not know."


@dataclass
class Scripted:
    """Enough of an assistant for questions to be asked of it."""

    settings: Settings
    library: Library
    agent: TurnAgent
    store: Conversations

    def stream(self, request: TurnRequest) -> Iterator[TurnEvent]:
        """Run one turn."""
        conversation = self.store.start("local")
        turn = self.store.begin_turn("local", conversation.id, request.text)
        yield from self.agent.run(TurnContext(request, turn.id, conversation.id, uuid4().hex))


@contextmanager
def opened(home: Path, *, obeying: bool) -> Iterator[Scripted]:
    """Real documents, a real store and real turns; every line is taken to answer, so that every one is read."""
    settings = Settings(home=home, llm={"name": "large", "line_by_line": False})  # type: ignore[arg-type]

    def chat() -> Any:
        return ObeyingChat(lines=[], obeying=obeying)

    models = ScriptedModels(slm=chat(), llm=chat(), reader=chat(), sure=dict(_EVERY_LINE))
    with (
        Library.open(settings.knowledge_folder, models.embedder()) as library,
        Conversations.open(settings.conversations_url) as store,
    ):
        intents = IntentClassifier(models.embedder(), load_intents(SHIPPED))
        vectors = SentenceVectors(models.embedder())
        agent = TurnAgent(models, library, vectors, intents, store, settings)
        yield Scripted(settings, library, agent, store)
        vectors.close()
