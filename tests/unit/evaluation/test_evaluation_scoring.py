"""What counts as right."""

from typing import Any

import pytest

from assistant.evaluation.scoring import Judge, citation_figures, has_facts

GOLD = {"documents": ("a.md",), "facts": (("5 days", "five days"),)}
NOBODY_KNOWS: dict[str, Any] = {"answerable": False}
SMALL_TALK: dict[str, Any] = {"documents": (), "facts": (), "reference": "Hello! How can I help you?"}
LONG = {
    "text": "which method of forecasting uses averages to predict future weather",
    "documents": ("a.md",),
    "reference": "Seasonality is the method, where averages are used to calculate the seasonal index of the season.",
}


@pytest.mark.parametrize(
    ("text", "facts", "right"),
    [
        ("You have 5 days.", (("5 days",),), True),
        ("You have\n5\u00a0 DAYS [1].", (("5 days",),), True),
        ("It costs 29€.", (("29 €",),), True),
        ("Dentro de CATORCE DÍAS", (("catorce días",),), True),
        ("catorce di\u0301as", (("catorce d\u00edas",),), True),
        ("You have 6 days.", (("5 days",),), False),
        ("Spain has 23 [1, 2] days, Ireland 22 [3].", (("23 days",), ("22.",)), True),
        ("Spain has 23 days.", (("23",), ("22",)), False),
        ("Twenty-two, and 23.", (("22", "twenty-two"), ("23",)), True),
        ("The answer is [22].", (("22",),), False),
        ("anything", (("", "muchos residuos"),), False),
        ("muchos  residuos", (("", "muchos residuos"),), True),
        ("anything", ((" ",),), False),
        ("", (("5 days",),), False),
    ],
)
def test_every_fact_must_be_there_in_one_of_its_forms(text: str, facts: tuple, right: bool) -> None:
    assert has_facts(text, facts) is right


@pytest.mark.parametrize(
    ("answer", "question", "verdict"),
    [
        ({"said": "Five days."}, GOLD, "correct"),
        ({"said": "Six days."}, GOLD, "wrong"),
        ({"said": "Nothing on five days.", "abstained": True}, GOLD, "abstained_wrong"),
        ({"said": "I do not know.", "abstained": True}, NOBODY_KNOWS, "abstained_right"),
        ({"said": "Five days."}, NOBODY_KNOWS, "wrong"),
        ({"said": "Five days."}, {**GOLD, "answerable": False}, "wrong"),
        ({"error": "The model is away."}, GOLD, "wrong"),
        ({"error": "The model is away."}, NOBODY_KNOWS, "wrong"),
        ({"said": "Hi! What can I look up?"}, SMALL_TALK, "correct"),
        ({"said": "Hi! You have 5 days.", "cited": ("a.md",)}, SMALL_TALK, "wrong"),
        ({"said": "The documents do not say.", "abstained": True}, SMALL_TALK, "abstained_wrong"),
        ({"said": "Five days.", "cited": ("a.md",)}, {"documents": ("a.md",)}, "correct"),
        ({"said": "Five days.", "cited": ("b.md",)}, {"documents": ("a.md",), "equivalent": ("b.md",)}, "correct"),
        ({"said": "Five days.", "cited": ("x.md",)}, {"documents": ("a.md",)}, "wrong"),
        ({"said": "The method is seasonality: averages give a seasonal index."}, LONG, "correct"),
        ({"said": "Economists look at consumer confidence and at the price of oil."}, LONG, "wrong"),
        ({"said": "Which method of forecasting uses averages to predict future weather"}, LONG, "wrong"),
        ({"said": "[1] [2]"}, LONG, "wrong"),
    ],
)
def test_verdicts(outcome, answer: dict[str, Any], question: dict[str, Any], verdict: str) -> None:
    assert Judge().verdict(outcome(**answer, **question)) == verdict


def test_facts_count_more_than_the_reference(outcome) -> None:
    question = {**LONG, "facts": (("exponential smoothing",),)}
    assert Judge().verdict(outcome(LONG["reference"], **question)) == "wrong"


def test_a_spanish_reference_is_compared_in_spanish(outcome) -> None:
    question = {
        "text": "¿Qué permiso tengo?", "language": "es", "documents": ("a.md",),
        "reference": "Tienes quince días naturales por matrimonio.",
    }  # fmt: skip
    assert Judge().verdict(outcome("Quince dias naturales, por el matrimonio", **question)) == "correct"
    assert Judge().verdict(outcome("Tienes que pedirlo por la tarde, y de la otra forma", **question)) == "wrong"


@pytest.mark.parametrize(
    ("cited", "question", "expected"),
    [
        (("a",), {"documents": ("a",)}, (1.0, 1.0)),
        (("a", "x"), {"documents": ("a",)}, (1.0, 0.5)),
        (("x",), {"documents": ("a",)}, (0.0, 0.0)),
        ((), {"documents": ("a",)}, (0.0, None)),
        (("a",), {"documents": ("a", "b")}, (0.5, 1.0)),
        (("a", "a"), {"documents": ("a",)}, (1.0, 1.0)),
        (("e",), {"documents": ("a",), "equivalent": ("e",)}, (1.0, 1.0)),
        (("a", "e"), {"documents": ("a",), "equivalent": ("e",)}, (1.0, 1.0)),
        (("e", "x"), {"documents": ("a", "b"), "equivalent": ("e",)}, (0.5, 0.5)),
        (("a",), {"documents": ("a", "b"), "equivalent": ("a",)}, (0.5, 1.0)),
        (("d o.md",), {"documents": ("d\u00a0o.md",)}, (1.0, 1.0)),
        (("x",), {"documents": ()}, (None, None)),
        (("a",), {"documents": ("a",), "answerable": False}, (None, None)),
    ],
)
def test_citations_are_compared_by_document(outcome, cited, question, expected) -> None:
    assert citation_figures(outcome(cited=cited, **question)) == expected


@pytest.mark.parametrize("answer", [{"abstained": True}, {"error": "gone"}])
def test_what_was_not_answered_has_no_citation_figures(outcome, answer) -> None:
    assert citation_figures(outcome(**answer, documents=("a",))) == (None, None)
