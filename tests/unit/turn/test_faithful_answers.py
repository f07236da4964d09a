"""An answer in a model's words against the lines that it was made from."""

from collections.abc import Sequence

import pytest

from assistant.grounding.support.verdicts import Backing, ClaimVerdict
from assistant.testing.answers import evidence
from assistant.turn.answer import Evidence
from assistant.turn.faithful import LEAST_FAITHFUL, LEAST_OF_SEVERAL, faithful


class Check:
    def __init__(self, score: float) -> None:
        self.score = score
        self.seen: list[tuple[list[str], list[str], str]] = []

    def by_lines(self, claims: Sequence[str], lines: Sequence[Backing], question: str = "") -> list[ClaimVerdict]:
        self.seen.append((list(claims), [line.sentence.text for line in lines], question))
        return [ClaimVerdict(claim, "supported", self.score) for claim in claims]


@pytest.fixture
def reading() -> list[Evidence]:
    whole = evidence()
    return [Evidence(1, whole.passage, whole.best, 0.9, whole.passage.sentences[:2])]


def test_the_whole_answer_is_checked_against_the_selected_lines_with_its_question(reading: list[Evidence]) -> None:
    check = Check(0.9)
    assert faithful(check, "Quote: x\nAnswer: You have 25 days. Ask in the portal.", "How many?", reading)
    ((claims, lines, question),) = check.seen
    assert claims == ["You have 25 days. Ask in the portal."]
    assert lines == [each.text for each in reading[0].selected]
    assert question == "How many?"


def test_what_is_not_backed_is_not_faithful(reading: list[Evidence]) -> None:
    assert not faithful(Check(LEAST_FAITHFUL - 0.01), "You have 52 days.", "How many?", reading)
    assert faithful(Check(LEAST_FAITHFUL), "You have 25 days.", "How many?", reading)


def test_two_facts_in_one_answer_have_to_be_surely_backed(reading: list[Evidence]) -> None:
    unsure, sure = Check(LEAST_OF_SEVERAL - 0.01), Check(LEAST_OF_SEVERAL)
    assert faithful(unsure, "You have 25 days.", "How many?", reading)
    assert not faithful(
        unsure, "You have 25 days, of which 5 carry over.", "How many, and how many carry over?", reading, 2
    )
    assert faithful(sure, "You have 25 days, of which 5 carry over.", "How many, and how many carry over?", reading, 2)
