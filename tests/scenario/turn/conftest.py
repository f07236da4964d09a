"""A real turn over real documents and a real store; only the language models are scripted."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from assistant.grounding.vectors import SentenceVectors
from assistant.routing.intents import SHIPPED, IntentClassifier, load_intents
from assistant.settings import Settings
from assistant.storage.conversations import Conversations
from assistant.testing.models import ScriptedModels
from assistant.tracing import NOBODY, Caller, Tracer
from assistant.turn.agent import TurnAgent
from assistant.turn.answer import Message, ModelChoice, TurnRequest
from assistant.turn.context import TurnContext
from assistant.turn.events import TurnEvent
from knowledge.library import Library

DOCUMENTS = [
    ("warranty.md", "Warranty", "New appliances have a warranty of 2 years. Batteries have a warranty of 18 months."),
    (
        "returns.md",
        "Returns",
        "Used coffee machines can be returned within 14 days. The refund arrives in 5 working days.",
    ),
    ("vacaciones.md", "Vacaciones", "La plantilla tiene 23 días de vacaciones. En agosto se cierra la oficina."),
]


@dataclass
class Stage:
    """Everything a turn needs, and how to run one."""

    models: ScriptedModels
    store: Conversations
    library: Library
    agent: TurnAgent
    texts: dict[str, str] = field(default_factory=lambda: {name: text for name, _, text in DOCUMENTS})
    last: TurnContext | None = None
    caller: Caller = field(default_factory=lambda: NOBODY)

    def ask(
        self,
        text: str,
        *history: Message,
        model: ModelChoice = "auto",
        groups: frozenset[str] = frozenset({"everyone"}),
    ) -> list[TurnEvent]:
        return list(self.run(text, *history, model=model, groups=groups))

    def run(
        self,
        text: str,
        *history: Message,
        model: ModelChoice = "auto",
        groups: frozenset[str] = frozenset({"everyone"}),
    ) -> Iterator[TurnEvent]:
        conversation = self.store.start("local")
        turn = self.store.begin_turn("local", conversation.id, text)
        request = TurnRequest(text, conversation.id, tuple(history), model=model, groups=groups)
        self.last = TurnContext(request, turn.id, conversation.id, f"answer-{turn.id}", caller=self.caller)
        return self.agent.run(self.last)


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with opened(Settings(home=tmp_path)) as stage:
        yield stage


@pytest.fixture
def stage_of_good_readers(tmp_path: Path) -> Iterator[Stage]:
    """With a large model that reads all the evidence at once."""
    with opened(Settings(home=tmp_path / "good", llm={"name": "large", "line_by_line": False})) as stage:
        yield stage


@pytest.fixture
def stage_with_reader(tmp_path: Path) -> Iterator[Stage]:
    """With a small model that was trained to read documents."""
    with opened(Settings(home=tmp_path / "reads"), has_reader=True) as stage:
        stage.models.sure = {"Batteries": 0.95}
        yield stage


@pytest.fixture
def stage_with_both(tmp_path: Path) -> Iterator[Stage]:
    """With a trained small model, and a large one that reads all the evidence at once."""
    settings = Settings(home=tmp_path / "both", llm={"name": "large", "line_by_line": False})
    with opened(settings, has_reader=True) as stage:
        stage.models.sure = {"Batteries": 0.5}
        yield stage


@pytest.fixture
def open_stage() -> Callable[..., AbstractContextManager[Stage]]:
    """For tests that bring settings or a tracer of their own."""
    return opened


@contextmanager
def opened(settings: Settings, *, has_reader: bool = False, tracer: Tracer | None = None) -> Iterator[Stage]:
    models = ScriptedModels(has_reader=has_reader, sure={"Batteries": 0.9, "New appliances": 0.8, "23 días": 0.9})
    with (
        Library.open(settings.knowledge_folder, models.embedder()) as library,
        Conversations.open(settings.conversations_url) as store,
    ):
        library.add_texts(DOCUMENTS)
        intents = IntentClassifier(models.embedder(), load_intents(SHIPPED))
        vectors = SentenceVectors(models.embedder())
        agent = TurnAgent(models, library, vectors, intents, store, settings, tracer=tracer)
        yield Stage(models, store, library, agent)
        vectors.close()
