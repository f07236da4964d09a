"""A question of two parts of which the documents say one: the other is neither made up nor passed over in silence."""

from typing import Any

import pytest

from assistant.turn.answer import Answer
from assistant.turn.events import Finished, Wrote

ASKED = "How long is the warranty of batteries, and since when?"


@pytest.fixture
def half(stage_with_reader: Any) -> Any:
    stage_with_reader.models.sure = {"Batteries": 0.99}
    stage_with_reader.models.verdict = 0.99
    return stage_with_reader


def _asked(stage: Any, text: str) -> tuple[Answer, str]:
    events = stage.ask(text)
    assert isinstance(events[-1], Finished), events[-1]
    return events[-1].answer, "".join(each.text for each in events if isinstance(each, Wrote))


def test_the_line_is_quoted_and_what_it_does_not_say_is_named(half: Any) -> None:
    half.models.unanswered = frozenset({"since when?"})
    answer, shown = _asked(half, ASKED)
    assert answer.text == (
        "The documents say:\n\n- Batteries have a warranty of 18 months [1].\n\nThis does not say: “since when”."
    )
    assert shown == answer.text.replace(" [1]", "")
    assert half.models.reader.asked == []  # no model was asked for words
    assert [each.quote for each in answer.citations] == ["Batteries have a warranty of 18 months."]


def test_where_the_line_says_both_it_is_put_in_words(half: Any) -> None:
    half.models.reader.lines = ["Batteries have a warranty of 18 months."]
    answer, _ = _asked(half, ASKED)
    assert answer.text == "Batteries have a warranty of 18 months [1]."
