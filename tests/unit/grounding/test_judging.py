"""When an answer is withheld."""

import math

import pytest

from assistant.grounding.abstain import must_abstain
from assistant.grounding.check import yes_probability


@pytest.mark.parametrize(
    ("tokens", "probability"),
    [
        ({"yes": math.log(0.8), "no": math.log(0.2)}, 0.8),
        ({"Sí": math.log(0.3), " no": math.log(0.6)}, 1 / 3),
        ({"Yes": math.log(0.5), "yes": math.log(0.4), "No": math.log(0.1)}, 0.9),
        ({"maybe": -0.1}, None),
        ({}, None),
    ],
)
def test_the_verdict_of_the_first_token(tokens: dict[str, float], probability: float | None) -> None:
    assert yes_probability(tokens) == (None if probability is None else pytest.approx(probability))


def test_an_answer_nobody_backs_is_withheld() -> None:
    assert must_abstain({"support": 0.0, "relevance": 0.9, "coverage": 1.0, "check": 0.9})


def test_an_answer_the_model_disowns_is_withheld() -> None:
    assert must_abstain({"support": 0.9, "relevance": 0.9, "coverage": 1.0, "check": 0.05})


def test_a_backed_answer_is_given() -> None:
    assert not must_abstain({"support": 0.95, "relevance": 0.95, "coverage": 1.0, "check": 0.9})
    assert not must_abstain({"support": 0.95, "relevance": 0.95, "coverage": 1.0})


def test_an_answer_to_something_else_is_withheld() -> None:
    assert must_abstain({"support": 0.95, "relevance": 0.3, "coverage": 0.2, "check": 0.9})
