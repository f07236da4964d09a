"""Which model answers, and why."""

import pytest

from assistant.routing.router import Signals, decide
from assistant.turn.answer import Evidence
from knowledge.passage import Passage, Sentence


def _evidence(*relevances: float) -> list[Evidence]:
    sentence = Sentence("x", 0, 1)
    passage = Passage("c", "d", "a.md", "A", (), "x", 0, 1, None, "en", 1.0, sentences=(sentence,))
    return [Evidence(number, passage, sentence, each, (sentence,)) for number, each in enumerate(relevances, 1)]


def _signals(**given: object) -> Signals:
    usual: dict[str, object] = {
        "choice": "auto", "intent": "question", "small_talk": False, "question": "How long is it?", "parts": 1,
        "follow_up": False, "evidence": _evidence(0.95, 0.4),
    }  # fmt: skip
    return Signals(**(usual | given))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given", "tier", "reason"),
    [
        ({}, "slm", "clear_evidence"),
        ({"evidence": _evidence(0.95, 0.93)}, "llm", "hard_question"),
        ({"evidence": _evidence(0.3)}, "llm", "hard_question"),
        ({"evidence": []}, "none", "no_evidence"),
        ({"intent": "greeting", "small_talk": True, "evidence": []}, "slm", "small_talk"),
        ({"intent": "comparison"}, "llm", "comparison"),
        ({"parts": 2}, "llm", "several_parts"),
        ({"follow_up": True}, "llm", "follow_up_hard"),
        ({"question": "word " * 30}, "llm", "hard_question"),
        ({"reads": True, "evidence": _evidence(0.3)}, "slm", "one_line"),
        ({"reads": True, "follow_up": True, "question": "word " * 30}, "slm", "one_line"),
        ({"reads": True, "parts": 2}, "slm", "one_line"),
        ({"reads": True, "intent": "comparison"}, "llm", "comparison"),
        ({"choice": "llm"}, "llm", "forced_llm"),
        ({"choice": "slm", "intent": "comparison"}, "slm", "forced_slm"),
        ({"choice": "llm", "evidence": []}, "none", "no_evidence"),
    ],
)
def test_decisions(given: dict[str, object], tier: str, reason: str) -> None:
    decision = decide(_signals(**given))
    assert (decision.tier, decision.reason) == (tier, reason)


def test_every_reason_has_words_for_people() -> None:
    from assistant.messages.routes import ROUTES

    given = (
        {},
        {"parts": 2},
        {"evidence": []},
        {"choice": "slm"},
        {"choice": "llm"},
        {"follow_up": True},
        {"reads": True},
    )
    assert all(decide(_signals(**each)).reason in ROUTES for each in given)
