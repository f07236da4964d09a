"""Questions that may want a tool and may as well want the documents: real documents and store, scripted models."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest

from assistant.errors import ModelUnavailable
from assistant.grounding.citations import Citer
from assistant.grounding.vectors import SentenceVectors
from assistant.routing.intents import SHIPPED, IntentClassifier, load_intents
from assistant.settings import Settings
from assistant.storage.conversations import Conversations
from assistant.testing.models import ScriptedModels
from assistant.tools.gate import Gate, Wish
from assistant.tools.settings import ToolSettings
from assistant.tools.tool import Arguments, Caller, Result, Tool
from assistant.tools.toolbox import Toolbox
from assistant.turn.agent import TurnAgent
from assistant.turn.answer import Answer, TurnRequest
from assistant.turn.context import TurnContext
from assistant.turn.events import Finished
from assistant.turn.read import Reader
from assistant.turn.strategies.doubtful import DoubtfulTask
from assistant.turn.strategies.task import TaskStrategy
from knowledge.lexical.analyzer import Analyzer
from knowledge.library import Library

GENERAL = "How many days of leave does one get?"
OWN = "How many days of leave are left to me?"
SAID = "Everybody gets 25 days of leave."


@dataclass
class Office:
    """An assistant with documents about leave, and two tools."""

    models: ScriptedModels
    store: Conversations
    likely: list[float]
    agent: TurnAgent = field(init=False)
    called: list[Arguments] = field(default_factory=list)
    conversation: str = ""

    def look_up(self, arguments: Arguments, caller: Caller) -> Result:
        self.called.append(arguments)
        return Result("7 days of leave are left.", ours=True)

    def ask(self, text: str, *chosen: str) -> Answer:
        """Ask; the large model chooses `chosen`, tools without arguments."""
        self.models.llm.lines[:] = [_calls(each) for each in chosen]
        self.models.reader.lines[:] = [SAID]
        self.conversation = self.conversation or self.store.start("local").id
        turn = self.store.begin_turn("local", self.conversation, text)
        request = TurnRequest(text, self.conversation, user_id="local")
        last = list(self.agent.run(TurnContext(request, turn.id, self.conversation, f"answer-{turn.id}")))[-1]
        assert isinstance(last, Finished), last
        return last.answer


def _calls(tool: str) -> str:
    arguments = {"place": None} if tool == "book_desk" else {}
    return json.dumps({"calls": [{"tool": tool, "arguments": arguments}]})


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    settings = Settings(home=tmp_path)
    models = ScriptedModels(has_reader=True, sure={"25 days": 0.95}, unanswered=frozenset({OWN}))
    with (
        Library.open(settings.knowledge_folder, models.embedder()) as library,
        Conversations.open(settings.conversations_url) as store,
    ):
        library.add_texts([("leave.md", "Leave", f"{SAID} It is asked for two weeks ahead.")])
        vectors = SentenceVectors(models.embedder())
        office = Office(models, store, [0.5])
        place: dict[str, Any] = {"type": "object", "properties": {"place": {"type": "string"}}, "required": ["place"]}
        tools = [
            Tool(
                "my_leave", "Days of leave that are left.", {"type": "object", "properties": {}}, office.look_up, False
            ),
            Tool("book_desk", "Books a desk.", place, office.look_up),
        ]

        class Scripted:
            """A gate that says what the test wants."""

            def opens(self, said: str) -> Wish:
                return Wish(office.likely[0], tools, tools)

        task = TaskStrategy(
            Toolbox(ToolSettings(), {}, tools), store, lambda offered: cast(Gate, Scripted()),
            lambda: datetime.now(UTC), calls=1, minutes=60, local_user="local", doubtful_later=True,
        )  # fmt: skip
        doubtful = DoubtfulTask(task, Reader(models, vectors, Citer(vectors, Analyzer())))
        intents = IntentClassifier(models.embedder(), load_intents(SHIPPED))
        office.agent = TurnAgent(
            models, library, vectors, intents, store, settings, before_search=[task], after_search=[doubtful]
        )
        yield office
        vectors.close()


def test_what_the_documents_answer_is_left_to_them(office: Office) -> None:
    answer = office.ask(GENERAL, "my_leave")
    assert "25 days of leave [1]" in answer.text
    assert office.called == []
    assert office.models.llm.asked == []


def test_what_they_do_not_answer_a_tool_is_chosen_for(office: Office) -> None:
    answer = office.ask(OWN, "my_leave")
    assert answer.text == "7 days of leave are left."
    assert [call.tool for call in answer.calls] == ["my_leave"]
    assert office.models.checks > 0


def test_a_doubtful_question_for_which_no_tool_is_chosen_is_answered_as_ever(office: Office) -> None:
    assert office.ask(OWN, "search_documents").abstained
    assert office.called == []


@pytest.mark.parametrize(
    ("said", "likely"), [("tell me what leave is left to me", 0.2), (GENERAL, 0.9)], ids=["a request", "surely a tool"]
)
def test_a_request_and_what_surely_wants_a_tool_are_not_looked_up(office: Office, said: str, likely: float) -> None:
    office.likely[0] = likely
    assert office.ask(said, "my_leave").text == "7 days of leave are left."
    assert office.models.checks == 0


def test_what_wants_no_tool_is_not_put_to_a_model(office: Office) -> None:
    office.likely[0] = 0.05
    assert office.ask(OWN, "my_leave").abstained
    assert office.models.llm.asked == []


def test_a_question_in_the_middle_of_a_task_begins_no_other(office: Office) -> None:
    assert office.ask("book me a desk", "book_desk").task is not None
    office.likely[0] = 0.05
    office.ask("in the attic")  # the place, and now it asks whether to book
    office.likely[0] = 0.5
    answer = office.ask(OWN, "search_documents")
    assert office.called == []
    assert answer.task is not None
    assert answer.task.tool == "book_desk"


def test_without_the_reader_a_tool_is_chosen_all_the_same(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def down(*asked: Any) -> Any:
        raise ModelUnavailable("it is not there")

    monkeypatch.setattr(office.models, "first_token", down)
    assert office.ask(GENERAL, "my_leave").text == "7 days of leave are left."
