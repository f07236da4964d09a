"""Comparisons and questions of several parts: real documents and search, a scripted reader."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from assistant.errors import ModelUnavailable
from assistant.grounding.citations import Citer
from assistant.grounding.vectors import SentenceVectors
from assistant.routing.intents import SHIPPED, IntentClassifier, load_intents
from assistant.settings import Settings
from assistant.storage.conversations import Conversations
from assistant.testing.models import ScriptedModels
from assistant.turn.agent import TurnAgent
from assistant.turn.answer import Answer, TurnRequest
from assistant.turn.context import TurnContext
from assistant.turn.events import Finished, Found, Routed, TurnEvent, Wrote
from assistant.turn.read import Reader
from assistant.turn.strategies.part_reading import PartReader
from assistant.turn.strategies.parts import PartsStrategy
from assistant.turn.strategies.searching import PartSearch
from knowledge.lexical.analyzer import Analyzer
from knowledge.library import Library

DOCUMENTS = [
    ("prices.md", "Prices", "The small toner costs €40. The large toner costs €65. Paper is sold by the box."),
    ("leave.md", "Leave", "Staff in Spain have 23 days of leave a year. Leave is asked for in the portal."),
    (
        "delivery.md",
        "Delivery",
        "| Service | Time | Price |\n|---|---|---|\n"
        "| Standard delivery | 3 days | €5 |\n| Express delivery | 1 day | €9 |\n",
    ),
]
SECRET = ("secret.md", "Secret prices", "The huge toner costs €99.")


class Talk:
    """One installation, and turns in it."""

    def __init__(self, agent: TurnAgent, store: Conversations, models: ScriptedModels, library: Library) -> None:
        self.agent, self.store, self.models, self.library = agent, store, models, library
        self.events: list[TurnEvent] = []
        self.asked: list[object] = []

    def ask(self, text: str, model: str = "auto") -> Answer:
        conversation = self.store.start("local")
        turn = self.store.begin_turn("local", conversation.id, text)
        request = TurnRequest(text, conversation.id, model=model)  # type: ignore[arg-type]
        self.events = list(self.agent.run(TurnContext(request, turn.id, conversation.id, f"answer-{turn.id}")))
        last = self.events[-1]
        assert isinstance(last, Finished), last
        return last.answer


@contextmanager
def opened(home: Path) -> Iterator[Talk]:
    settings, models = Settings(home=home), ScriptedModels(has_reader=True, verdict=0.99)
    with (
        Library.open(settings.knowledge_folder, models.embedder()) as library,
        Conversations.open(settings.conversations_url) as store,
    ):
        folder = home / "documents"
        folder.mkdir()
        for name, title, text in [*DOCUMENTS, SECRET]:
            (folder / name).write_text(f"# {title}\n\n{text}", encoding="utf-8")
        library.ingest(folder)
        library.set_audience("secret.md", ["board"])
        vectors = SentenceVectors(models.embedder())
        citer = Citer(vectors, Analyzer())
        strategy = PartsStrategy(
            PartReader(Reader(models, vectors, citer), citer, None),
            PartSearch(library, models.embedder(), vectors, tokens=500, most=8),
        )
        intents = IntentClassifier(models.embedder(), load_intents(SHIPPED))
        yield Talk(
            TurnAgent(models, library, vectors, intents, store, settings, after_search=[strategy]),
            store, models, library,
        )  # fmt: skip
        vectors.close()


@pytest.fixture
def talk(tmp_path: Path) -> Iterator[Talk]:
    with opened(tmp_path) as opened_talk:
        yield opened_talk


def test_a_comparison_is_aligned_with_the_difference(talk: Talk) -> None:
    talk.models.sure = {"small toner costs": 0.9}
    talk.models.reader.lines = ["The small toner costs €40.", "The large toner costs €65."]
    seen = iter([{"small toner costs": 0.95}, {"large toner costs": 0.95}])
    _in_turn(talk, seen)
    answer = talk.ask("Which is cheaper, the small toner or the large toner?")
    assert answer.text == (
        "- **small toner**: The small toner costs €40 [1].\n- **large toner**: The large toner costs €65 [1].\n\n"
        "The difference is €25; the higher is large toner."
    )
    assert {each.quote for each in answer.citations} == {"The small toner costs €40.", "The large toner costs €65."}
    assert (answer.route.tier, answer.route.reason) == ("slm", "compared")
    assert [type(each) for each in talk.events if isinstance(each, Found | Routed | Wrote)][-3:] == [
        Found, Routed, Wrote,
    ]  # fmt: skip
    assert all(talk.library.text(each.document_id)[each.start : each.end] == each.quote for each in answer.citations)


def test_of_a_part_with_several_likely_lines_none_is_worked_with(talk: Talk) -> None:
    talk.models.reader.lines = ["The large toner costs €65."]
    shared = {"small toner costs": 0.4, "large toner costs": 0.3, "Paper is sold": 0.25}
    _in_turn(talk, iter([shared, {"large toner costs": 0.95}]))
    answer = talk.ask("Which is cheaper, the small toner or the large toner?")
    assert "The small toner costs €40" in answer.text
    assert "The difference is" not in answer.text
    assert len(talk.models.reader.asked) == 1


def test_rows_of_one_table_become_a_table(talk: Talk) -> None:
    talk.models.reader.lines = ["Standard delivery takes 3 days.", "Express delivery takes 1 day."]
    _in_turn(talk, iter([{"Standard delivery": 0.95}, {"Express delivery": 0.95}]))
    answer = talk.ask("Compare standard delivery and express delivery")
    assert "| **Time** | 3 days | 1 day | 2 days |" in answer.text
    assert "| **Price** | €5 | €9 | €4 |" in answer.text
    assert len(answer.citations) == 2


def test_a_part_that_is_missing_is_named_and_the_other_answered(talk: Talk) -> None:
    talk.models.reader.lines = [
        "Who approves the leave of managers in Spain?", "Staff in Spain have 23 days of leave.",
    ]  # fmt: skip
    _in_turn(talk, iter([{"23 days": 0.95}, {"23 days": 0.95}, {}, {}]))
    answer = talk.ask("How many days of leave do staff in Spain have and who approves the leave of managers?")
    assert answer.text == (
        "Staff in Spain have 23 days of leave [1].\n\nThe documents do not say: “who approves the leave of managers”."
    )
    assert not answer.abstained
    assert (answer.signals["parts"], answer.signals["parts_found"]) == (2, 1)
    assert answer.signals["found"] > 0.8
    assert "Last question: who approves the leave of managers?" in talk.models.reader.asked[0][-1].text
    assert "managers in Spain?" in str(talk.asked)  # what was read for the part


def test_a_rewriting_that_changes_the_part_is_not_used(talk: Talk) -> None:
    talk.models.reader.lines = ["Where is the office in Paris?", "Staff in Spain have 23 days of leave."]
    _in_turn(talk, iter([{"23 days": 0.95}, {"23 days": 0.95}, {}, {}]))
    talk.ask("How many days of leave do staff in Spain have and who approves the leave of managers?")
    assert "Paris" not in str(talk.asked)


def test_when_reading_the_whole_finds_a_line_for_each_it_stays_a_question(talk: Talk) -> None:
    talk.models.sure = {"23 days": 0.5, "asked for in the portal": 0.49}
    talk.models.reader.lines = ["23 days, asked for in the portal."]
    answer = talk.ask("How many days of leave do staff in Spain have and where is leave asked for?")
    assert answer.route.reason == "one_line"
    assert {each.quote for each in answer.citations} == {
        "Staff in Spain have 23 days of leave a year.", "Leave is asked for in the portal.",
    }  # fmt: skip


def test_words_that_change_a_figure_are_replaced_by_the_line(talk: Talk) -> None:
    talk.models.reader.lines = ["The small toner costs €41.", "The large toner costs €65."]
    _in_turn(talk, iter([{"small toner costs": 0.95}, {"large toner costs": 0.95}]))
    answer = talk.ask("Which is cheaper, the small toner or the large toner?")
    assert "€41" not in answer.text
    assert "The small toner costs €40 [1]." in answer.text


def test_when_no_part_is_found_it_is_a_question_like_any_other(talk: Talk) -> None:
    talk.models.sure = {}
    talk.models.verdict = 0.01
    answer = talk.ask("Which is cheaper, the red toner or the blue toner?")
    assert answer.abstained
    assert answer.route.reason != "compared"


def test_a_document_that_may_not_be_read_answers_no_part(talk: Talk) -> None:
    talk.models.reader.lines = ["The small toner costs €40."]
    _in_turn(talk, iter([{"small toner costs": 0.95}, {"huge toner costs": 0.95}, {"huge toner costs": 0.95}]))
    answer = talk.ask("Which is cheaper, the small toner or the huge toner?")
    assert "- **huge toner**: the documents do not say." in answer.text
    assert "€99" not in answer.text
    assert "secret.md" not in {each.passage.document for each in answer.evidence}


def test_a_thing_that_is_found_only_beside_the_other_is_quoted(talk: Talk) -> None:
    talk.models.reader.lines = ["The small toner costs €40."]
    beside = {"small toner costs": 0.5, "large toner costs": 0.3}
    _in_turn(talk, iter([{"small toner costs": 0.95}, {}, {}, beside]))
    answer = talk.ask("Which is cheaper, the small toner or the large toner?")
    assert "- **large toner**: The large toner costs €65 [1]." in answer.text
    assert "difference" not in answer.text  # it is not sure enough for that


def test_no_part_is_called_missing_while_the_whole_is_read_unsurely(talk: Talk) -> None:
    talk.models.reader.lines = ["Who approves the leave of managers in Spain?", "Staff in Spain have 23 days of leave."]
    _in_turn(talk, iter([{"23 days": 0.5}, {"23 days": 0.95}, {}, {}, {"23 days": 0.5}]))
    answer = talk.ask("How many days of leave do staff in Spain have and who approves the leave of managers?")
    assert answer.route.reason != "parts"
    assert "do not say" not in answer.text


def test_a_line_about_the_other_thing_answers_neither(talk: Talk) -> None:
    talk.models.reader.lines = ["The small toner costs €40.", "The small toner costs €40."]
    _in_turn(talk, iter([{"small toner costs": 0.95}, {"small toner costs": 0.95}, {}]))
    answer = talk.ask("Which is cheaper, the small toner or the large toner?")
    assert "- **large toner**: the documents do not say." in answer.text
    assert answer.text.count("€40") == 1


def test_who_asks_for_a_model_gets_that_model(talk: Talk) -> None:
    talk.models.sure = {"small toner costs": 0.9}
    talk.models.llm.lines = ["The small toner costs €40."] * 3
    answer = talk.ask("Which is cheaper, the small toner or the large toner?", model="llm")
    assert answer.route.reason == "forced_llm"


def test_a_reader_that_is_down_leaves_it_to_the_usual_way(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    judged = talk.models.first_token

    def down(role: str, *asked: object) -> object:
        if role == "reader":
            raise ModelUnavailable("the small model is not there")
        return judged(role, *asked)  # type: ignore[arg-type]

    monkeypatch.setattr(talk.models, "first_token", down)
    talk.models.sure = {"small toner costs": 0.9}
    talk.models.llm.lines = ["The small toner costs €40."] * 3
    answer = talk.ask("Which is cheaper, the small toner or the large toner?")
    assert "€40" in answer.text
    assert answer.route.tier == "llm"


def _in_turn(talk: Talk, sure: Iterator[dict[str, float]]) -> None:
    """Each reading of lines has its own certainties; naming further lines keeps those of its reading."""
    named = talk.models._named

    def next_one(messages: object) -> object:
        talk.asked.append(messages)
        if len(messages) == 2:  # type: ignore[arg-type]
            talk.models.sure = next(sure, {})
        return named(messages)  # type: ignore[arg-type]

    talk.models._named = next_one  # type: ignore[method-assign, assignment]
