"""What is made of the reader's first tokens."""

import math
from threading import Event

import pytest
from langchain_core.messages import BaseMessage

from assistant.turn.answer import Evidence
from assistant.turn.context import Stopped
from assistant.turn.read import Line, Reader, Reading, probabilities, said_twice, without_spaces
from knowledge.passage import Passage, Sentence


def _line(language: str | None, text: str) -> Line:
    sentence = Sentence(text, 0, len(text))
    passage = Passage(
        "c", "d", "d.md", "D", (), text, 0, len(text), None, language, 0.5, sentences=(sentence,)
    )  # fmt: skip
    return Line(Evidence(1, passage, sentence, 0.5), sentence, 0.5)


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
    ("sure", "parts", "order"),
    [
        ([0.1, 0.8, 0.05, 0.05], 1, [1, 0]),  # a tenth of the likeliest, or less, is not given beside it
        ([0.1, 0.8, 0.05, 0.05], 2, [1, 0, 2]),  # unless it may be for another part
        ([0.1, 0.3, 0.02, 0.004, 0.576], 1, [1, 0]),
        ([0.1, 0.3, 0.04, 0.004, 0.556], 1, [1, 0, 2]),
        ([0.3, 0.002, 0.698], 1, [0]),
        ([0.004, 0.002, 0.994], 1, [0]),
        ([0.2, 0.2, 0.2, 0.2, 0.2], 1, [0, 1, 2]),
        ([1.0, 0.0], 1, [0]),
    ],
)
def test_the_likeliest_lines(sure: list[float], parts: int, order: list[int]) -> None:
    reading = Reading((), sure)
    assert reading.likeliest(parts) == order
    assert reading.found == 1 - sure[-1]


SPANISH = "Mínimo 14 caracteres para usuarios y 20 para administradores."
ENGLISH = "Administrators: 20 characters."


@pytest.mark.parametrize(
    ("texts", "sure", "dropped"),
    [
        ((("en", ENGLISH), ("es", SPANISH)), (0.55, 0.44), {1}),
        ((("en", ENGLISH), ("es", SPANISH)), (0.3, 0.55), {1}),
        ((("en", ENGLISH), ("es", SPANISH)), (0.1, 0.8), set()),  # only the other language surely answers
        ((("en", "You have 22 days."), ("es", "La plantilla tiene 23 días.")), (0.5, 0.4), set()),  # another figure
        ((("en", "Ask your manager first."), ("es", "Pida permiso antes.")), (0.5, 0.4), {1}),
        ((("es", SPANISH), ("es", SPANISH)), (0.5, 0.4), set()),  # nothing in the language of the question
        (((None, ENGLISH), ("es", SPANISH)), (0.5, 0.4), {1}),  # a language that is not known may be one's own
        ((), (), set()),
    ],
)
def test_what_is_said_in_both_languages_is_given_in_the_question_s(
    texts: tuple[tuple[str | None, str], ...], sure: tuple[float, ...], dropped: set[int]
) -> None:
    lines = [_line(language, text) for language, text in texts]
    assert said_twice(lines, sure, "en") == dropped


@pytest.mark.parametrize(
    ("text", "dropped"),
    [
        ("Administradores: 20 caracteres.", {1}),  # the very same figures
        (SPANISH, set()),  # it may answer the other part
        ("Decide el equipo de seguridad.", set()),
    ],
)
def test_of_a_question_of_parts_only_the_same_figures_are_said_twice(text: str, dropped: set[int]) -> None:
    lines = [_line("en", ENGLISH), _line("es", text)]
    assert said_twice(lines, (0.55, 0.44), "en", 2) == dropped


def test_what_is_said_twice_does_not_divide_the_reader() -> None:
    reading = Reading((), [0.45, 0.5, 0.05], frozenset({1}))
    assert not reading.divided
    assert reading.likeliest() == [0]
    assert reading.found == pytest.approx(0.95)
    assert Reading((), [0.3, 0.3, 0.3, 0.1]).divided


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


class _OfPart:
    """A reader that is sure, of each part, that none of the lines answers it with a given probability."""

    def __init__(self, none: dict[str, float]) -> None:
        self.none = none

    def first_token(self, role: str, messages: list[BaseMessage]) -> dict[str, float]:
        (none,) = (p for part, p in self.none.items() if messages[-1].text.startswith(f"Question: {part}\n"))
        return {"0": math.log(none), "A": math.log(1 - none)}


def test_parts_that_no_chosen_line_answers_are_unsaid() -> None:
    reader = Reader(_OfPart({"who decides?": 0.98, "What's the deadline?": 0.82}), None, None)  # type: ignore[arg-type]
    unsaid = reader._unsaid(["who decides?", "What's the deadline?"], "en", [_line("en", ENGLISH)], Event())
    assert unsaid == ("who decides?",)


def test_a_stopped_turn_looks_at_no_further_part() -> None:
    stopped = Event()
    stopped.set()
    with pytest.raises(Stopped):
        Reader(_OfPart({}), None, None)._unsaid(["who decides?"], "en", [_line("en", ENGLISH)], stopped)  # type: ignore[arg-type]
