"""What a turn's text says about itself, and how each of it was decided."""

import pytest

from assistant.routing.intents import SHIPPED, IntentClassifier, load_intents
from assistant.routing.mood import MoodReader
from assistant.turn.answer import Message, TurnRequest, Understanding
from assistant.turn.followup import case_shown
from assistant.turn.middleware.understand import Understand
from knowledge.lexical.analyzer import Analyzer
from knowledge.testing.embedder import HashingEmbedder


@pytest.fixture(scope="module")
def step() -> Understand:
    embedder = HashingEmbedder()
    return Understand(
        embedder, IntentClassifier(embedder, load_intents(SHIPPED)), Analyzer(), MoodReader(embedder)
    )  # fmt: skip


def _understood(step: Understand, text: str, *asked: str) -> Understanding:
    history = tuple(Message("user", each) for each in asked)
    return step.understand(TurnRequest(text, history=history))


def test_every_part_says_how_it_was_decided(step: Understand) -> None:
    found = _understood(step, "es urgente, necesito una respuesta ya")
    assert (found.language, found.urgency, found.standalone) == ("es", "urgent", True)
    heads = {each.head: each for each in found.findings}
    assert set(heads) == {"language", "intent", "scope", "standalone", "answerable", "sentiment", "urgency"}
    assert heads["urgency"].threshold is not None
    assert heads["urgency"].score >= heads["urgency"].threshold
    assert all(each.by for each in found.findings)


def test_what_fits_no_intent_is_searched_for_like_a_question(step: Understand) -> None:
    found = _understood(step, "play some music")
    assert (found.intent, found.in_scope) == ("question", False)
    assert found.answerable < 0.5
    assert next(each.by for each in found.findings if each.head == "intent") == "out_of_scope"


def test_small_talk_is_not_answerable_from_documents(step: Understand) -> None:
    found = _understood(step, "thank you very much")
    assert (found.intent, found.standalone) == ("thanks", True)
    assert found.answerable < 0.5


def test_a_follow_up_says_what_it_leans_on(step: Understand) -> None:
    found = _understood(step, "and how much does it cost?", "is the battery covered by the warranty?")
    assert (found.standalone, found.rewritten) == (False, True)
    assert found.question == "is the battery covered by the warranty? and how much does it cost?"
    assert next(each.by for each in found.findings if each.head == "standalone") == "opening"


ASKED = "How many days a week may I work from home?"
WHICH = "That depends on which of these applies:\n\n- Group: Customer support; Days: 3 [1]\n\nWhich one is it about?"


def _replied(step: Understand, text: str, answer: str = WHICH) -> Understanding:
    return step.understand(TurnRequest(text, history=(Message("user", ASKED), Message("assistant", answer))))


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("customer support", f"customer support: {ASKED}"),  # shown in the answer, so that no person is wanted
        ("I have been here for nine years.", f"I have been here for nine years: {ASKED}"),
    ],
)
def test_a_case_that_was_asked_for_is_put_before_its_question(step: Understand, text: str, question: str) -> None:
    found = _replied(step, text)
    assert (found.intent, found.question, found.standalone) == ("question", question, False)
    assert next(each.by for each in found.findings if each.head == "standalone") == "case"


@pytest.mark.parametrize(
    "text",
    [
        "thank you very much",
        "I want to talk to a person please",
        "Who approves expenses of 500 euros?",
        "My laptop broke yesterday and I would like to know what I have to do about it.",
    ],
)
def test_what_names_no_case_is_understood_as_it_stands(step: Understand, text: str) -> None:
    assert _replied(step, text).question == text


@pytest.mark.parametrize("text", ["no", "ok", "support team", "."])
def test_part_of_a_word_names_no_case_that_was_shown(text: str) -> None:
    answer = "- Group: Booking; Days: None\n- Group: Support teams; Days: 3\n\nWhich one is it about?"
    assert not case_shown(text, (Message("assistant", answer),))
    assert case_shown("support teams.", (Message("assistant", answer),))


def test_nothing_was_asked_for_by_any_other_answer(step: Understand) -> None:
    assert _replied(step, "the customer support team", "Up to 3 days [1].").question == "the customer support team"


def test_without_mood_nothing_is_said_about_it() -> None:
    embedder = HashingEmbedder()
    step = Understand(embedder, IntentClassifier(embedder, load_intents(SHIPPED)), Analyzer())
    found = _understood(step, "this is unacceptable")
    assert (found.sentiment, found.urgency) == ("neutral", "normal")
