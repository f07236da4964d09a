"""The figures of a run, from outcomes whose figures are known."""

import json
from typing import Any

import pytest

from assistant.evaluation.scoring import Judge
from assistant.evaluation.summary import details_row, summarise

CONTRACT = {
    "n", "answered_correct", "wrong", "abstained_right", "abstained_wrong", "citation_document_recall",
    "citation_precision", "slm_share", "escalated_share", "first_token_s_p50", "first_token_s_p95", "total_s_p50",
}  # fmt: skip
FACTS = {"documents": ("a",), "facts": (("five",),)}
SPANISH = {**FACTS, "language": "es"}


@pytest.fixture
def run(outcome) -> list:
    """Two right (one cites another document too), one wrong, one wrongly withheld, one rightly withheld, one failed."""
    outcomes = [
        outcome("Five.", cited=("a",), first=1.0, total=2.0, evidence_ms=10.0, verbatim=(True,), **FACTS),
        outcome("Five.", cited=("a", "x"), tier="llm", first=3.0, total=6.0, verbatim=(True, False), **SPANISH),
        outcome("Six.", tier="llm", escalated=True, first=5.0, total=10.0, evidence_ms=50.0, **FACTS),
        outcome("No.", abstained=True, tier="none", first=None, total=0.5, **FACTS),
        outcome("No.", abstained=True, tier="llm", first=7.0, total=8.0, answerable=False, language="es"),
        outcome(error="gone", first=None, total=99.0, evidence_ms=None, answerable=False),
    ]  # fmt: skip
    return [Judge().judge(each) for each in outcomes]


def test_has_every_key_of_the_contract_overall_and_per_language(run) -> None:
    figures = summarise(run)
    assert figures.keys() >= CONTRACT
    assert figures["by_language"].keys() == {"en", "es"}
    assert all(group.keys() >= CONTRACT for group in figures["by_language"].values())


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("n", 6), ("answerable", 4), ("unanswerable", 2), ("errors", 1),
        ("answered_correct", 2 / 4), ("wrong", 2 / 6), ("abstained_right", 1 / 2), ("abstained_wrong", 1 / 4),
        ("citation_document_recall", 2 / 3), ("citation_precision", (1 + 0.5) / 2), ("citation_verbatim", 2 / 3),
        ("slm_share", 1 / 6), ("llm_share", 3 / 6), ("escalated_share", 1 / 6),
        ("first_token_s_p50", 4.0), ("first_token_s_p95", 6.7), ("first_token_slm_s_p50", 1.0),
        ("abstention_s_p50", 0.5), ("evidence_ms_p50", 30.0), ("evidence_ms_p95", 46.0), ("total_s_p50", 6.0),
    ],
)  # fmt: skip
def test_figures(run, key: str, value: float) -> None:
    assert summarise(run)[key] == pytest.approx(value)


def test_languages_are_counted_apart(run) -> None:
    by_language = summarise(run)["by_language"]
    assert (by_language["en"]["n"], by_language["es"]["n"]) == (4, 2)
    assert by_language["es"]["answered_correct"] == 1.0
    assert by_language["en"]["answered_correct"] == pytest.approx(1 / 3)


def test_kinds_are_there_when_questions_have_them(outcome, run) -> None:
    assert "by_kind" not in summarise(run)
    kinds = [Judge().judge(outcome(kind=kind, **FACTS)) for kind in ("single", "single", "follow_up")]
    assert {name: group["n"] for name, group in summarise(kinds)["by_kind"].items()} == {"follow_up": 1, "single": 2}


def test_intervals_hold_the_rates(run) -> None:
    figures = summarise(run)
    assert figures["intervals"].keys() == {"answered_correct", "wrong", "abstained_right", "abstained_wrong"}
    for key, (low, high) in figures["intervals"].items():
        assert 0 <= low <= figures[key] <= high <= 1


def test_what_cannot_be_computed_is_null(outcome) -> None:
    for judged in ([], [Judge().judge(outcome(error="gone", first=None, evidence_ms=None, answerable=False))]):
        figures = summarise(judged)
        assert figures["answered_correct"] is None
        assert figures["first_token_s_p50"] is None
        assert figures["citation_verbatim"] is None
        assert "NaN" not in json.dumps(figures)


def test_details_of_an_answer(outcome) -> None:
    row = details_row(Judge().judge(outcome("Five. [1]", cited=("a",), **FACTS)))
    quote = row["citations"][0]["quote"]
    assert quote
    assert row == {
        "id": "1", "answer": "Five. [1]", "abstained": False, "tier": "slm", "escalated": False,
        "sources": ["hr/leave.md", "finance/travel.md"], "citations": [{"document": "a", "quote": quote}],
        "first_token_s": 1.0, "total_s": 2.0, "verdict": "correct", "question": "How long?",
        "signals": {"support": 0.5}, "confidence": pytest.approx(0.423, abs=1e-3), "reason": "clear_evidence",
    }  # fmt: skip


def test_details_of_an_error(outcome) -> None:
    row: dict[str, Any] = details_row(Judge().judge(outcome(error="The model is away.", first=None, **FACTS)))
    assert row["error"] == "The model is away."
    assert (row["answer"], row["tier"], row["sources"], row["citations"], row["verdict"]) == ("", None, [], [], "wrong")


def test_the_length_of_answers_is_told(outcome) -> None:
    outcomes = [
        outcome("One two three four [1].", **FACTS),
        outcome("One two.", **FACTS),
        outcome("No.", abstained=True),
    ]
    assert summarise([Judge().judge(each) for each in outcomes])["answer_words_p50"] == 3.0
