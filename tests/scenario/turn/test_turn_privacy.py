"""What is restricted or personal never reaches a model elsewhere, whatever is asked, chosen or broken."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from langchain_core.language_models import BaseChatModel

from assistant.errors import ModelUnavailable
from assistant.grounding.vectors import SentenceVectors
from assistant.locality import check_may_leave
from assistant.routing.desk import RoutingDesk
from assistant.routing.intents import SHIPPED, IntentClassifier, load_intents
from assistant.settings import Settings
from assistant.storage.conversations import Conversations
from assistant.testing.models import ScriptedChat, ScriptedModels
from assistant.turn.agent import TurnAgent
from assistant.turn.answer import Answer, Message, TurnRequest, wanted
from assistant.turn.context import TurnContext
from assistant.turn.events import Finished
from knowledge.library import Library

STAFF = frozenset({"everyone", "staff"})
URL = "https://models.example.com/v1"


class Elsewhere(ScriptedModels):
    """The large model is elsewhere; whoever asks for it is checked as the real models check."""

    asked = 0

    def chat(self, role: str) -> BaseChatModel:
        self._check(role)
        return super().chat(role)

    def first_token(self, role, messages):
        self._check(role)
        return super().first_token(role, messages)

    def _check(self, role: str) -> None:
        if role == "llm":
            check_may_leave("large", URL)
            self.asked += 1


class Stage:
    """A library with one restricted document, a small model here, a large one elsewhere."""

    def __init__(self, home: Path) -> None:
        settings = Settings(home=home, llm={"name": "large", "url": URL, "line_by_line": False})
        self.models = Elsewhere()
        self.models.slm = ScriptedChat(lines=["Nothing that the sources say."] * 3)
        self.models.llm = ScriptedChat(lines=["Batteries have a warranty of 18 months. [1]"] * 3)
        self.library = Library.open(settings.knowledge_folder, self.models.embedder())
        self.library.add_texts([
            ("warranty", "Warranty", "Batteries have a warranty of 18 months. Appliances have two years."),
            ("salaries", "Salaries", "The salary of the director is 90000 euros. The bonus is paid in March."),
        ])  # fmt: skip
        self.library.set_audience("salaries", ["staff"])
        self.store = Conversations.open(settings.conversations_url)
        self.vectors = SentenceVectors(self.models.embedder())
        intents = IntentClassifier(self.models.embedder(), load_intents(SHIPPED))
        desk = RoutingDesk(
            settings, self.models.embedder(), past=self.store.traffic, readable=self.library.grants.readable
        )
        self.agent = TurnAgent(self.models, self.library, self.vectors, intents, self.store, settings, desk)
        self.conversation = self.store.start("local").id

    def ask(self, text: str, *history: Message, model: str = "auto") -> Answer:
        turn = self.store.begin_turn("local", self.conversation, text)
        choice, profile = wanted(model)  # type: ignore[arg-type]
        request = TurnRequest(text, self.conversation, history, model=choice, groups=STAFF, profile=profile)
        events = list(self.agent.run(TurnContext(request, turn.id, self.conversation, f"answer-{turn.id}")))
        assert isinstance(events[-1], Finished), events[-1]
        return events[-1].answer

    def close(self) -> None:
        self.library.close()
        self.store.close()
        self.vectors.close()


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    stage = Stage(tmp_path)
    yield stage
    stage.close()


@pytest.mark.parametrize("model", ["auto", "llm", "auto-quality"])
def test_a_restricted_document_keeps_the_turn_here(stage: Stage, model: str) -> None:
    answer = stage.ask("What is the salary of the director and when is the bonus paid?", model=model)
    assert (answer.route.tier, answer.route.lock, stage.models.asked) == ("slm", "restricted", 0)
    assert stage.store.answer("local", answer.id).route == answer.route


def test_personal_data_in_the_question_or_before_it_keeps_the_turn_here(stage: Stage) -> None:
    stage.library.delete("salaries")
    assert stage.ask("I am ana@example.org, is my battery in warranty?", model="llm").route.lock == "personal_data"
    before = (Message("user", "I am ana@example.org"), Message("assistant", "Hello."))
    answer = stage.ask("How long is the warranty of batteries?", *before, model="llm")
    assert (answer.route.tier, answer.route.lock) == ("slm", "personal_data")
    assert stage.models.asked == 0


def test_what_was_restricted_keeps_the_rest_of_the_conversation_here(stage: Stage) -> None:
    stage.ask("What is the salary of the director?")
    stage.library.delete("salaries")
    answer = stage.ask("How long is the warranty of batteries?", model="llm")
    assert (answer.route.lock, answer.route.reason, stage.models.asked) == ("conversation", "kept_conversation", 0)


def test_a_broken_small_model_is_not_replaced_by_one_elsewhere(stage: Stage) -> None:
    stage.models.slm = ScriptedChat(lines=[ModelUnavailable("gone")])
    turn = stage.store.begin_turn("local", stage.conversation, "What is the salary of the director?")
    request = TurnRequest("What is the salary of the director?", stage.conversation, groups=STAFF)
    events = list(stage.agent.run(TurnContext(request, turn.id, stage.conversation, "answer")))
    assert stage.models.asked == 0
    assert "kept on this computer" in events[-1].message  # type: ignore[union-attr]


def test_what_everyone_may_read_goes_to_the_large_model(stage: Stage) -> None:
    stage.library.delete("salaries")
    answer = stage.ask("How long is the warranty of batteries?", model="llm")
    assert (answer.route.tier, answer.route.lock, answer.route.version) == ("llm", "", "rules")
    assert stage.models.asked > 0


def test_a_local_only_turn_with_a_restricted_document_is_remembered(stage: Stage) -> None:
    stage.ask("What is the salary of the director? I am ana@example.org", model="local-only")
    stage.library.delete("salaries")
    assert stage.ask("How long is the warranty of batteries?", model="llm").route.lock == "conversation"


def test_local_only_never_asks_a_model_elsewhere(stage: Stage) -> None:
    stage.library.delete("salaries")
    answer = stage.ask("Compare the warranty of batteries and of appliances", model="local-only")
    assert (answer.route.lock, answer.route.profile, stage.models.asked) == ("local_only", "local-only", 0)
