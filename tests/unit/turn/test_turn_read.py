"""What is made of the reader's first tokens."""

import math

import pytest

from assistant.turn.read import Reader, Reading, probabilities, without_spaces


def test_probabilities_are_shared_among_the_lines_and_none() -> None:
    sure = probabilities({"A": -0.5, "0": -1.5, "The": -2.0, "C": -0.1}, 2)
    assert sum(sure) == pytest.approx(1)
    assert sure[0] == pytest.approx(0.731, abs=0.001)
    assert sure[1] == 0.0  # B was not among the likeliest
    assert sure[2] == pytest.approx(0.269, abs=0.001)


def test_forms_of_a_token_with_spaces_are_added_up() -> None:
    tokens = without_spaces({"\n": -0.01, " B": -5.0, "B": -6.0, " \n": -9.0})
    assert probabilities(tokens, 2, "\n")[2] == pytest.approx(0.99, abs=0.005)
    assert tokens["B"] == pytest.approx(-4.687, abs=0.001)


def test_a_model_that_speaks_of_something_else_names_no_line() -> None:
    assert probabilities({"The": -0.1}, 3) == [0.0, 0.0, 0.0, 1.0]


@pytest.mark.parametrize(
    ("sure", "order"),
    [
        ([0.1, 0.8, 0.05, 0.05], [1, 0, 2]),
        ([0.1, 0.3, 0.02, 0.004, 0.576], [1, 0, 2]),
        ([0.3, 0.002, 0.698], [0]),
        ([0.004, 0.002, 0.994], [0]),
        ([0.2, 0.2, 0.2, 0.2, 0.2], [0, 1, 2]),
        ([1.0, 0.0], [0]),
    ],
)
def test_the_likeliest_lines(sure: list[float], order: list[int]) -> None:
    reading = Reading((), sure)
    assert reading.likeliest == order
    assert reading.found == 1 - sure[-1]


class _Ends:
    """A reader that says the list has ended, whatever was named."""

    def first_token(self, role: str, messages: object) -> dict[str, float]:
        return {"\n": math.log(0.9), " C": math.log(0.02)}


@pytest.mark.parametrize(
    ("sure", "parts", "named"),
    [
        ([0.5, 0.3, 0.01, 0.19], 1, [0]),  # one thing is asked: the list is as long as the reader says
        ([0.5, 0.3, 0.01, 0.19], 2, [0, 1]),  # two things: the line that shared the first token comes along
        ([0.78, 0.01, 0.01, 0.2], 2, [0]),  # nothing else is likely
        ([0.4, 0.3, 0.2, 0.1], 2, [0, 1]),
        ([0.4, 0.3, 0.2, 0.1], 3, [0, 1, 2]),
    ],
)
def test_a_question_of_parts_keeps_the_other_likely_line(sure: list[float], parts: int, named: list[int]) -> None:
    reader = Reader(_Ends(), None, None)  # type: ignore[arg-type]
    assert reader._named(Reading((), sure), parts) == named
