"""A conversation is handed to a person: real documents, store and intents' shape; scripted models and understanding."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from assistant.grounding.vectors import SentenceVectors
from assistant.handoff.record import Handoff
from assistant.handoff.settings import Contact, HandoffSettings
from assistant.routing.desk import RoutingDesk
from assistant.routing.intents import SHIPPED, IntentClassifier, load_intents
from assistant.settings import Settings
from assistant.storage.conversations import Conversations
from assistant.strategies import Kit, handing_over
from assistant.testing.models import ScriptedModels
from assistant.turn.agent import TurnAgent
from assistant.turn.answer import Answer, TurnRequest
from assistant.turn.context import TurnContext
from assistant.turn.events import Finished
from assistant.turn.middleware.understand import Understand
from knowledge.library import Library

ON = HandoffSettings(enabled=True, contact=Contact(en="+353 20 912 3400, 9 to 18", es="900 000 318"))
UNKNOWN = "Who is the mayor of Lisbon?"
KNOWN = "How long is the battery warranty?"


@dataclass
class Talk:
    """A conversation, turn by turn; `moods` gives what is understood of a text besides what it says."""

    agent: TurnAgent
    store: Conversations
    conversation: str
    models: ScriptedModels
    announced: list[Handoff] = field(default_factory=list)

    def say(self, text: str) -> Answer:
        turn = self.store.begin_turn("local", self.conversation, text)
        history = tuple(self.store.history("local", self.conversation, 6))
        self.models.llm.lines[:] = ["Batteries have a warranty of 18 months."] * 4
        request = TurnRequest(text, self.conversation, history, model="llm")
        *_, last = self.agent.run(TurnContext(request, turn.id, self.conversation, f"answer-{turn.id}"))
        assert isinstance(last, Finished), last
        return last.answer

    def waiting(self) -> Handoff:
        found = self.store.handoffs.waiting("local", self.conversation)
        assert found is not None
        return found


@contextmanager
def talking(home: Path, settings: HandoffSettings, announce: object = None) -> Iterator[Talk]:
    models = ScriptedModels(sure={"Batteries": 0.9})
    whole = Settings(home=home, handoff=settings)
    with (
        Library.open(whole.knowledge_folder, models.embedder()) as library,
        Conversations.open(whole.conversations_url) as store,
    ):
        library.add_texts([("warranty.md", "Warranty", "Batteries have a warranty of 18 months.")])
        intents = IntentClassifier(models.embedder(), load_intents(SHIPPED))
        vectors = SentenceVectors(models.embedder())
        told: list[Handoff] = []
        kit = Kit(whole, models, library, vectors, store, intents, RoutingDesk(whole, models.embedder()), "local")
        strategies = handing_over(kit, [announce or told.append])  # type: ignore[list-item]
        agent = TurnAgent(models, library, vectors, intents, store, whole, before_search=strategies)
        yield Talk(agent, store, store.start("local").id, models, told)
        vectors.close()


@pytest.fixture
def talk(tmp_path: Path) -> Iterator[Talk]:
    with talking(tmp_path, ON) as opened:
        yield opened


@pytest.fixture(autouse=True)
def understood(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the heads say of a text is given by its words: the scripted embedder knows no meaning."""
    original = Understand.understand

    def understand(self: Understand, request: TurnRequest) -> object:
        found = original(self, request)
        text = request.text.casefold()
        if "person" in text:
            found = replace(found, intent="handoff")
        elif "mayor" in text or "battery" in text:
            found = replace(found, intent="question")
        if "unacceptable" in text:
            found = replace(found, intent="question", sentiment="negative", urgency="urgent")
        return found

    monkeypatch.setattr(Understand, "understand", understand)


def test_who_asks_for_a_person_gets_one_with_what_was_said(talk: Talk) -> None:
    talk.say(KNOWN)
    answer = talk.say("I want to talk to a person")
    assert answer.text == (
        "I have told a colleague, with what was asked and answered here.\n\n"
        "You can also reach us here: +353 20 912 3400, 9 to 18"
    )
    assert (answer.route.tier, answer.route.reason, answer.abstained) == ("none", "handoff", False)
    made = talk.waiting()
    assert (made.reason, made.state, made.user_id, made.language) == ("asked", "open", "local", "en")
    (exchange,) = made.summary.exchanges
    assert exchange.asked == KNOWN
    assert "18 months" in exchange.answered
    assert exchange.quotes[0].document == "warranty.md"
    assert talk.announced == [made]


def test_while_a_person_is_waited_for_nothing_is_answered_and_all_is_added(talk: Talk) -> None:
    talk.say("I want to talk to a person")
    before = len(talk.models.llm.asked)
    answer = talk.say(KNOWN)
    assert "A colleague has been told" in answer.text
    assert "18 months" not in answer.text
    assert len(talk.models.llm.asked) == before
    assert [each.text for each in talk.waiting().messages] == [KNOWN]
    talk.store.handoffs.take(talk.waiting().id)
    assert "is seeing to this" in talk.say("hello?").text
    talk.store.handoffs.close(talk.waiting().id)
    assert "18 months" in talk.say(KNOWN).text


def test_who_needs_nobody_any_more_says_so(talk: Talk) -> None:
    talk.say("I want to talk to a person")
    made = talk.waiting()
    assert "need nobody any more" in talk.say("never mind").text
    assert talk.store.handoffs.get(made.id).state == "closed"
    assert "18 months" in talk.say(KNOWN).text


def test_it_is_offered_after_the_second_answer_that_is_withheld_and_a_yes_takes_it(talk: Talk) -> None:
    assert "colleague" not in talk.say(UNKNOWN).text
    second = talk.say(UNKNOWN)
    assert second.abstained
    assert second.text.endswith("If you like, I can pass this to a colleague (yes / no).")
    assert talk.store.handoffs.waiting("local", talk.conversation) is None
    assert "I have told a colleague" in talk.say("yes please").text
    made = talk.waiting()
    assert made.reason == "withheld"
    assert made.summary.open == (UNKNOWN,)


def test_an_answer_in_between_begins_the_count_anew(talk: Talk) -> None:
    talk.say(UNKNOWN)
    assert "colleague" not in talk.say(KNOWN).text
    assert "colleague" not in talk.say(UNKNOWN).text


def test_a_withheld_answer_before_an_answered_one_offers_nothing(talk: Talk) -> None:
    talk.say(UNKNOWN)
    answer = talk.say(KNOWN)
    assert not answer.abstained
    assert answer.task is None


def test_who_is_upset_and_in_a_hurry_is_offered_one_and_still_answered(talk: Talk) -> None:
    answer = talk.say("How long is the battery warranty? Unacceptable!")
    assert "18 months" in answer.text
    assert answer.text.endswith("(yes / no).")
    assert talk.say("no thanks").text == "All right. Ask on whenever you like."
    assert talk.store.handoffs.waiting("local", talk.conversation) is None
    again = talk.say("How long is the battery warranty? Unacceptable!")
    assert not again.text.endswith("(yes / no).")  # not twice


def test_an_offer_that_is_passed_over_is_gone(talk: Talk) -> None:
    talk.say("How long is the battery warranty? Unacceptable!")
    talk.say(KNOWN)
    talk.say("yes please")
    assert talk.store.handoffs.waiting("local", talk.conversation) is None


def test_reasons_that_are_left_out_offer_nothing(tmp_path: Path) -> None:
    with talking(tmp_path, HandoffSettings(enabled=True, reasons=("asked",))) as talk:
        talk.say(UNKNOWN)
        assert "colleague" not in talk.say(UNKNOWN).text
        assert "colleague" not in talk.say("How long is the battery warranty? Unacceptable!").text


def test_an_announcement_that_fails_changes_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    def fail(_: Handoff) -> None:
        raise OSError("no network")

    with talking(tmp_path, ON, fail) as talk:
        assert "I have told a colleague" in talk.say("I want to talk to a person").text
        assert talk.waiting().state == "open"
    assert "could not be announced" in caplog.text


def test_spanish_is_spoken_in_spanish(talk: Talk) -> None:
    answer = talk.say("quiero hablar con una persona")
    assert answer.text == (
        "He avisado a un compañero, con lo que se ha preguntado y respondido aquí.\n\n"
        "También puedes contactar aquí: 900 000 318"
    )
    assert "no respondo aquí" in talk.say("¿hay alguien ahí?").text
    assert talk.waiting().language == "es"


def test_where_nobody_takes_over_that_is_said_behind_what_the_documents_do_not_give(tmp_path: Path) -> None:
    with talking(tmp_path, HandoffSettings(contact=ON.contact)) as talk:
        answer = talk.say("I want to talk to a person")
        assert answer.abstained
        assert answer.text.endswith(
            "\n\nNobody looks after this chat, so I cannot pass you on to a colleague.\n\n"
            "You can also reach us here: +353 20 912 3400, 9 to 18"
        )
        assert "Nadie atiende este chat" in talk.say("quiero hablar con una persona").text
        assert talk.store.handoffs.waiting("local", talk.conversation) is None
        assert "Nobody looks after" not in talk.say(UNKNOWN).text
        assert "Nobody looks after" not in talk.say(KNOWN).text
