"""The reader's own words are checked against its lines; what these do not back is replaced by them, and said so."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from assistant.turn.events import Finished, Revised

QUESTION = "what warranty do batteries have?"
LINE = "Batteries have a warranty of 18 months"


def stands(stage: Any, monkeypatch: pytest.MonkeyPatch, probability: float) -> list[str]:
    """Let the reader say of every claim that it stands with this probability; returns what it was asked."""
    from math import log

    asked, scripted = list[str](), stage.models.first_token

    def first_token(role: str, messages: Sequence[Any]) -> Mapping[str, float]:
        if "claimed" not in messages[0].text:
            return scripted(role, messages)
        asked.append(messages[-1].text)
        return {"Yes": log(probability), "No": log(1 - probability)}

    monkeypatch.setattr(stage.models, "first_token", first_token)
    return asked


def test_a_misread_line_is_quoted_instead(stage_with_reader: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = stands(stage_with_reader, monkeypatch, 0.01)
    stage_with_reader.models.reader.lines = ["The warranty of batteries starts after 18 months."]
    events = stage_with_reader.ask(QUESTION, model="slm")
    assert [event.reason for event in events if isinstance(event, Revised)] == ["revised_quoted"]
    assert isinstance(events[-1], Finished)
    answer = events[-1].answer
    assert answer.text.startswith("The documents say:")
    assert LINE in answer.text
    assert answer.citations
    assert [QUESTION in text and "starts after 18 months" in text for text in asked] == [True]


def test_words_that_the_line_backs_stay(stage_with_reader: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    stands(stage_with_reader, monkeypatch, 0.95)
    stage_with_reader.models.reader.lines = ["They have a warranty of 18 months."]
    events = stage_with_reader.ask(QUESTION, model="slm")
    assert not [event for event in events if isinstance(event, Revised)]
    assert isinstance(events[-1], Finished)
    assert events[-1].answer.text.startswith("They have a warranty of 18 months")


def test_words_that_can_be_tied_to_no_line_are_replaced_unchecked(
    stage_with_reader: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = stands(stage_with_reader, monkeypatch, 0.95)
    stage_with_reader.models.reader.lines = ["Somebody brings it back after 18 months."]
    answer = stage_with_reader.ask(QUESTION, model="slm")[-1].answer
    assert answer.text.startswith("The documents say:")
    assert answer.citations
    assert asked == []


def test_of_several_likely_lines_none_is_put_in_words(stage_with_reader: Any) -> None:
    stage = stage_with_reader
    stage.library.add_texts(
        [("old.md", "Old", "Batteries from before 2020 have a warranty of 12 months. Batteries for hire have none.")]
    )
    stage.models.sure = {"18 months": 0.3, "12 months": 0.29, "hire": 0.28}
    answer = stage.ask(QUESTION, model="slm")[-1].answer
    assert answer.text.startswith("The documents say:")
    assert all(each in answer.text for each in ("18 months", "12 months", "hire"))
    assert stage.models.reader.asked == []
