"""The frame of strategies: one takes a turn over, leaves it alone, or has something said after the answer."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from langchain_core.messages import HumanMessage

from assistant.grounding.vectors import SentenceVectors
from assistant.routing.intents import SHIPPED, IntentClassifier, load_intents
from assistant.settings import Settings
from assistant.storage.conversations import Conversations
from assistant.testing.models import ScriptedModels
from assistant.turn.agent import TurnAgent
from assistant.turn.answer import Answer, TaskState, TurnRequest
from assistant.turn.context import TurnContext
from assistant.turn.events import Finished, Found, Routed, TurnEvent, Wrote
from assistant.turn.outcome import Aside, Outcome
from assistant.turn.strategies.strategy import Scene, Strategy
from knowledge.library import Library

TASK = TaskState("book", {"service": "haircut"}, "when", datetime(2026, 6, 1, tzinfo=UTC))


@dataclass
class Told:
    """A strategy that does what a test tells it to."""

    do: Callable[[Scene], Outcome | Aside | None]
    name: str = "told"
    seen: list[Scene] = field(default_factory=list)

    def prime(self) -> None: ...

    def begin(self, scene: Scene) -> Outcome | Aside | None:
        self.seen.append(scene)
        return self.do(scene)


Run = Callable[[str], list[TurnEvent]]


@contextmanager
def running(home: Path, *, before: Strategy | None = None, after: Strategy | None = None) -> Iterator[Run]:
    settings, models = Settings(home=home), ScriptedModels(sure={"Batteries": 0.9})
    models.llm.lines += ["Batteries have a warranty of 18 months."] * 2
    with (
        Library.open(settings.knowledge_folder, models.embedder()) as library,
        Conversations.open(settings.conversations_url) as store,
    ):
        library.add_texts([("warranty.md", "Warranty", "Batteries have a warranty of 18 months.")])
        intents = IntentClassifier(models.embedder(), load_intents(SHIPPED))
        vectors = SentenceVectors(models.embedder())
        agent = TurnAgent(
            models, library, vectors, intents, store, settings,
            before_search=[before] if before else [], after_search=[after] if after else [],
        )  # fmt: skip

        def run(text: str) -> list[TurnEvent]:
            conversation = store.start("local")
            turn = store.begin_turn("local", conversation.id, text)
            request = TurnRequest(text, conversation.id, model="llm")
            return list(agent.run(TurnContext(request, turn.id, conversation.id, f"answer-{turn.id}")))

        yield run
        vectors.close()


def _answer(events: list[TurnEvent]) -> Answer:
    last = events[-1]
    assert isinstance(last, Finished)
    return last.answer


def _written(events: list[TurnEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, Wrote))


def test_a_strategy_before_the_search_ends_the_turn(tmp_path: Path) -> None:
    strategy = Told(lambda scene: Outcome("Noted.", scene.route(None, "all_documents")))
    with running(tmp_path, before=strategy) as run:
        events = run("How long is the battery warranty?")
    assert _written(events) == _answer(events).text == "Noted."
    assert not [event for event in events if isinstance(event, Found)]
    assert [event.route.tier for event in events if isinstance(event, Routed)] == ["none"]


def test_a_strategy_after_the_search_has_the_evidence_and_a_model(tmp_path: Path) -> None:
    def do(scene: Scene) -> Outcome:
        route = scene.route("llm", "comparison")
        return Outcome(scene.tell("llm", [HumanMessage("go")]).strip(), route, evidence=scene.evidence)

    strategy = Told(do)
    with running(tmp_path, after=strategy) as run:
        events = run("How long is the battery warranty?")
    assert [event for event in events if isinstance(event, Found)]
    assert strategy.seen[0].documents == ("warranty.md",)
    assert _written(events).strip() == _answer(events).text == "Batteries have a warranty of 18 months."
    assert _answer(events).evidence


def test_a_turn_that_no_strategy_takes_is_a_question_as_before(tmp_path: Path) -> None:
    strategy = Told(lambda scene: None)
    with running(tmp_path, before=strategy, after=strategy) as run:
        answer = _answer(run("How long is the battery warranty?"))
    assert len(strategy.seen) == 2
    assert "18 months" in answer.text
    assert answer.citations


@pytest.mark.parametrize("question", ["How long is the battery warranty?", "Who is the mayor of Lisbon?"])
def test_an_aside_is_said_after_the_answer_and_keeps_the_task(tmp_path: Path, question: str) -> None:
    strategy = Told(lambda scene: Aside("Back to your booking: when?", TASK))
    with running(tmp_path, before=strategy) as run:
        events = run(question)
    answer = _answer(events)
    assert answer.text.endswith("\n\nBack to your booking: when?")
    assert answer.task == TASK
    assert answer.abstained or _written(events).endswith("\n\nBack to your booking: when?")


def test_an_aside_is_said_after_the_answer_of_another_strategy_as_well(tmp_path: Path) -> None:
    before = Told(lambda scene: Aside("Back to your booking: when?", TASK))

    def do(scene: Scene) -> Outcome:
        route = scene.route(None, "all_documents")
        scene.write("Both are the same.")
        return Outcome("Both are the same.", route)

    with running(tmp_path, before=before, after=Told(do)) as run:
        events = run("How long is the battery warranty?")
    assert _written(events) == _answer(events).text == "Both are the same.\n\nBack to your booking: when?"
    assert _answer(events).task == TASK


@pytest.mark.parametrize(("question", "said"), [("How long is the battery warranty?", False), ("Who is it?", True)])
def test_an_aside_for_withheld_answers_is_said_after_these_alone(tmp_path: Path, question: str, said: bool) -> None:
    strategy = Told(lambda scene: Aside("Shall I call somebody?", TASK, when_withheld=True))
    with running(tmp_path, before=strategy) as run:
        events = run(question)
    answer = _answer(events)
    assert answer.abstained == said
    assert answer.text.endswith("Shall I call somebody?") == said
    assert "Shall I" not in _written(events)
    assert (answer.task == TASK) == said
