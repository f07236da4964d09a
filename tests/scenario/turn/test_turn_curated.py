"""What an expert accepted is served at the next turn; never past a changed document, a grant, or its retirement."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from assistant.curated.nearest import Nearest
from assistant.curated.record import Curated
from assistant.curated.writing import written
from assistant.finetuning.collecting import Collector
from assistant.finetuning.datasets import DatasetDesk
from assistant.finetuning.following import follow
from assistant.finetuning.layout import ReaderLayout
from assistant.grounding.citations import Citer
from assistant.grounding.vectors import SentenceVectors
from assistant.routing.intents import SHIPPED, IntentClassifier, load_intents
from assistant.settings import Settings
from assistant.storage.conversations import Conversations
from assistant.testing.models import ScriptedModels
from assistant.turn.agent import TurnAgent
from assistant.turn.answer import Answer, TurnRequest
from assistant.turn.context import TurnContext
from assistant.turn.events import Finished
from assistant.turn.strategies.curated import CuratedStrategy
from knowledge.lexical.analyzer import Analyzer
from knowledge.library import Library
from knowledge.search.filters import Filter

DOCUMENTS = [
    ("warranty.md", "Warranty", "New appliances have a warranty of 2 years. Batteries have a warranty of 18 months."),
    ("returns.md", "Returns", "Used machines can be returned within 14 days. Refunds arrive in 5 working days."),
]
QUESTION = "How long is the warranty of batteries?"
LINE = "Batteries have a warranty of 18 months."
SAID = "Batteries have a warranty of 18 months, with the receipt."


class House:
    """Real documents, store and turn; scripted models."""

    def __init__(self, library: Library, store: Conversations, agent: TurnAgent, models: ScriptedModels) -> None:
        self.library, self.store, self.agent, self.models = library, store, agent, models

    def ask(self, text: str = QUESTION, groups: tuple[str, ...] = ("everyone",), **changes: Any) -> Answer:
        conversation = self.store.start("local")
        turn = self.store.begin_turn("local", conversation.id, text)
        self.models.llm.lines[:] = ["Quote: x\nAnswer: 18 months."] * 4
        request = TurnRequest(text, conversation.id, groups=frozenset(groups), **changes)
        *_, last = self.agent.run(TurnContext(request, turn.id, conversation.id, f"answer-{turn.id}"))
        assert isinstance(last, Finished), last
        return last.answer

    def add(self, **changes: Any) -> Curated:
        made = written(self.library, QUESTION, SAID, "warranty.md", [LINE], by="Eva", days=90, language="en")
        made = replace(made, **changes)
        self.store.curated.add(made)
        return made

    def only(self) -> Curated:
        (found,) = self.store.curated.find()
        return found


@contextmanager
def opened(home: Path) -> Iterator[House]:
    models = ScriptedModels(sure={"Batteries": 0.9})
    settings = Settings(home=home)
    with (
        Library.open(settings.knowledge_folder, models.embedder()) as library,
        Conversations.open(settings.conversations_url) as store,
    ):
        library.add_texts(DOCUMENTS)
        intents = IntentClassifier(models.embedder(), load_intents(SHIPPED))
        vectors = SentenceVectors(models.embedder())
        nearest = Nearest(store.curated, models.embedder().embed_queries)
        strategy = CuratedStrategy(store.curated, nearest, library, lambda _: 0.6)
        agent = TurnAgent(models, library, vectors, intents, store, settings, after_search=[strategy])
        yield House(library, store, agent, models)
        vectors.close()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with opened(tmp_path) as found:
        yield found


def served(answer: Answer) -> bool:
    return answer.route.reason == "curated"


def test_it_is_served_with_its_sentence_who_stands_for_it_and_when(house: House) -> None:
    house.add()
    answer = house.ask()
    assert served(answer)
    assert answer.text.startswith(f"{SAID} [1]")
    assert f"approved by Eva, reviewed on {datetime.now(UTC).date()}" in answer.text
    (citation,) = answer.citations
    assert citation.quote == LINE
    assert house.library.text(citation.document_id)[citation.start : citation.end] == LINE
    assert answer.route.tier == "none"
    assert house.models.checks == 0, "no model was asked"


@pytest.mark.parametrize(
    "asked",
    [
        "How long is the warranty of batteries in 2019?",
        "How long is the warranty of batteries for 3 machines?",
        "How long is the warranty of batteries in Lisbon?",
        "Why is there no warranty of batteries?",
        "How long is the warranty of machines?",
    ],
)
def test_what_no_vector_tells_apart_is_not_served(house: House, asked: str) -> None:
    house.add()
    assert not served(house.ask(asked))


def test_a_model_that_was_asked_for_and_a_filter_go_their_way(house: House) -> None:
    house.add()
    assert not served(house.ask(model="llm"))
    assert not served(house.ask(filter=Filter.of(documents=["warranty.md"])))


def test_retiring_counts_with_the_next_turn(house: House) -> None:
    made = house.add()
    assert served(house.ask())
    house.store.curated.retire(made.id[:8], "wrong")
    assert not served(house.ask())


def test_a_changed_sentence_is_not_served_and_waits_for_review(house: House) -> None:
    house.add()
    house.library.add_texts([("warranty.md", "Warranty", "Batteries have a warranty of 24 months.")])
    assert not served(house.ask())
    assert (house.only().state, house.only().why) == ("review", "warranty.md no longer has its sentence")


def test_a_sentence_that_moved_is_cited_where_it_stands(house: House) -> None:
    house.add()
    text = f"Everything about warranties stands here. {LINE}"
    house.library.add_texts([("warranty.md", "Warranty", text)])
    answer = house.ask()
    assert served(answer)
    assert answer.citations[0].start == text.index(LINE)


def test_a_deleted_document_takes_it_out(house: House) -> None:
    house.add()
    # the same sentence in another document keeps being found; the answer rests on the one that is gone
    house.library.add_texts([("copy.md", "Warranty", f"{LINE} Ask at the desk.")])
    house.library.delete("warranty.md")
    assert not served(house.ask())


def test_who_may_not_read_the_document_is_not_served_and_others_still_are(house: House) -> None:
    house.add()
    house.library.set_audience("warranty.md", ["staff"])
    assert not served(house.ask(groups=("everyone",)))
    assert house.only().state == "served", "a reader without the grant takes nothing from the others"
    assert served(house.ask(groups=("staff",)))


def test_past_its_review_date_it_waits(house: House) -> None:
    house.add(expires=date.today() - timedelta(days=1))
    assert not served(house.ask())
    assert (house.only().state, house.only().why) == ("review", "its review date has passed")


def test_from_a_correction_to_the_next_turn_and_back(house: House, tmp_path: Path) -> None:
    house.models.llm.lines = ["Quote: x\nAnswer: 18 months."]
    answer = house.ask(model="llm")
    house.store.add_feedback("local", answer.id, "down", correction=SAID)
    vectors = SentenceVectors(house.models.embedder())
    layout = ReaderLayout(vectors, Citer(vectors, Analyzer()))
    audiences = {document.id: document.audience for document in house.library.documents()}
    desk = DatasetDesk(tmp_path)
    desk.propose(Collector(house.store.answer, layout, audiences).collect(house.store.feedback()))
    assert not follow(house.store, desk.queue.rows()).made, "nothing is served before its review"
    assert not served(house.ask())

    (row,) = (each.example.id for each in desk.queue.rows() if each.example.kind == "chat")
    desk.review([row[:10]], True, "Eva")
    (made,) = follow(house.store, desk.queue.rows()).made
    assert (made.answer, made.approver, made.author, made.groups) == (SAID, "Eva", "local", ("everyone",))
    assert served(house.ask())
    assert not follow(house.store, desk.queue.rows()).made, "doing it again changes nothing"

    desk.review([row[:10]], False, "Eva")
    (retired,) = follow(house.store, desk.queue.rows()).retired
    assert retired.id == made.id
    assert not served(house.ask())
    vectors.close()


def test_deleting_the_conversation_erases_it(house: House) -> None:
    conversation = house.store.start("local")
    house.add(conversation_id=conversation.id)
    house.store.delete("local", conversation.id)
    assert house.store.curated.find() == []
