"""A turn whose documents answer differently: it says so, or asks which of them is meant."""

from typing import Any

import pytest

from assistant.turn.answer import Answer
from assistant.turn.events import Finished, Revised

COUNTRIES = [
    ("ireland.md", "Terms, Ireland", "Batteries have a warranty of 12 months."),
    ("spain.md", "Terms, Spain", "Batteries have a warranty of 24 months."),
]
VERSIONS = [
    ("old.md", "Terms", "Effective 1 January 2025.\n\nBatteries have a warranty of 12 months."),
    ("new.md", "Terms", "Effective 1 March 2026.\n\nBatteries have a warranty of 24 months now."),
]


@pytest.fixture
def stage(stage_with_reader: Any) -> Any:
    stage_with_reader.models.sure = {"12 months": 0.5, "24 months": 0.4}
    stage_with_reader.models.reader.lines = ["Batteries have a warranty of 12 months."]
    return stage_with_reader


def answer_of(stage: Any, question: str) -> tuple[Answer, list[str]]:
    events = stage.ask(question, model="slm")
    assert isinstance(events[-1], Finished), events[-1]
    return events[-1].answer, [event.reason for event in events if isinstance(event, Revised)]


def test_a_question_that_names_no_country_is_asked_back_and_both_are_cited(stage: Any) -> None:
    stage.library.add_texts(COUNTRIES)
    answer, reasons = answer_of(stage, "what warranty do batteries have?")
    assert "- **Terms, Ireland**: Batteries have a warranty of 12 months" in answer.text
    assert "- **Terms, Spain**: Batteries have a warranty of 24 months" in answer.text
    assert answer.text.endswith("Which one is it about?")
    assert {each.document for each in answer.citations} == {"ireland.md", "spain.md"}
    assert answer.signals["unspecified"] == 1.0
    assert reasons[-1] == "revised_unspecified"
    assert stage.store.answer("local", answer.id).text == answer.text


def test_a_question_that_names_the_country_is_answered(stage: Any) -> None:
    stage.library.add_texts(COUNTRIES)
    answer, reasons = answer_of(stage, "what warranty do batteries have in Spain?")
    assert "unspecified" not in answer.signals
    assert "revised_unspecified" not in reasons


def test_versions_that_nothing_marks_as_such_disagree_and_the_newest_comes_first(stage: Any) -> None:
    stage.library.add_texts(VERSIONS)
    answer, reasons = answer_of(stage, "what warranty do batteries have?")
    assert answer.text.splitlines()[0] == "The documents disagree about this; the newest comes first:"
    assert answer.text.index("Terms (2026-03-01)") < answer.text.index("Terms (2025-01-01)")
    assert answer.signals["disagree"] == 1.0
    assert reasons[-1] == "revised_disagree"
