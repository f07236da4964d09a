"""What a turn was understood to be is stored and shown with how it was decided; older answers have none of it."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from assistant.api.wire import answer_json
from assistant.storage.codec import from_row, to_row
from assistant.testing.answers import an_answer
from assistant.turn.answer import Answer, Finding


def _read(values: dict[str, Any], conversation_id: str) -> Answer:
    row: Any = SimpleNamespace(_mapping=values)
    return from_row(row, conversation_id)


def _urgent() -> Answer:
    given = an_answer("c")
    found = (Finding("urgency", "urgent", 0.9, 0.5, "examples"),)
    return replace(given, understanding=replace(given.understanding, urgency="urgent", findings=found))


def test_findings_come_back_from_the_database() -> None:
    given = _urgent()
    assert _read(to_row(given), given.conversation_id).understanding == given.understanding


def test_an_answer_stored_before_there_were_findings_still_loads() -> None:
    given = _urgent()
    row = to_row(given)
    old = ("text", "question", "language", "intent", "confidence", "rewritten")
    row["understanding"] = {name: row["understanding"][name] for name in old}
    loaded = _read(row, given.conversation_id).understanding
    assert (loaded.urgency, loaded.sentiment, loaded.in_scope, loaded.findings) == ("normal", "neutral", True, ())


def test_findings_are_shown_beside_the_intent() -> None:
    shown = answer_json(_urgent())["understanding"]
    assert shown["urgency"] == "urgent"
    assert list(shown["findings"]) == [
        {"head": "urgency", "outcome": "urgent", "score": 0.9, "threshold": 0.5, "by": "examples"}
    ]
    assert {"in_scope", "standalone", "answerable", "sentiment", "confidence"} <= set(shown)
