"""The risk-coverage curve, its area, and the threshold for an error rate."""

import pytest

from assistant.evaluation.halves import half_of
from assistant.evaluation.risk import Scored, area, at, curve, risk_coverage, scored, threshold_for
from assistant.evaluation.scoring import Judge
from assistant.grounding.abstain import confidence

FACTS = {"documents": ("a",), "facts": (("five",),)}


def given(*answers: tuple[float, bool] | None) -> list[Scored]:
    return [Scored(str(number), answer) for number, answer in enumerate(answers)]


def test_the_curve_goes_from_the_surest_answer_to_all_that_were_given() -> None:
    points = curve(given((0.5, True), (0.9, False), None, (0.7, False)))
    assert [(p.threshold, p.coverage, p.risk) for p in points] == [
        (0.9, 0.25, 0.0), (0.7, 0.5, 0.0), (0.5, 0.75, pytest.approx(1 / 3)),
    ]  # fmt: skip


def test_answers_of_one_score_come_in_together_whatever_their_order() -> None:
    ties = [(0.8, True), (0.8, False)]
    assert curve(given(*ties)) == curve(given(*reversed(ties)))
    assert [(p.coverage, p.risk) for p in curve(given(*ties))] == [(1.0, 0.5)]


def test_the_area_is_the_mean_risk_and_lower_when_wrong_answers_come_last() -> None:
    last, first = given((0.9, False), (0.1, True)), given((0.9, True), (0.1, False))
    assert area(curve(last)) == pytest.approx((0 + 0.5) / 2)
    assert area(curve(first)) == pytest.approx((1 + 0.5) / 2)
    assert area([]) is None


def test_the_threshold_answers_as_much_as_the_error_allows() -> None:
    points = curve(given((0.9, False), (0.8, True), (0.7, False), (0.6, False), (0.5, True)))
    assert threshold_for(points, 0.25) == 0.6  # 1 of 4; from 0.8 on it is 1 of 2
    assert threshold_for(points, 0.1) == 0.9
    assert threshold_for(curve(given((0.9, True))), 0.1) is None


def test_what_is_withheld_counts_as_not_covered() -> None:
    assert at(given((0.9, False), (0.3, True), None, None), 0.5) == {"n": 4, "coverage": 0.25, "risk": 0.0}
    assert at(given(None), 0.5) == {"n": 1, "coverage": 0.0, "risk": None}


def test_turns_without_a_score_are_left_out(outcome) -> None:
    judge = Judge()
    talk = judge.judge(outcome("Hello!"))
    object.__setattr__(talk.outcome.answer, "signals", {})
    kept = scored([
        talk,
        judge.judge(outcome(error="gone")),
        judge.judge(outcome("Six.", cited=("a",), **FACTS)),
        judge.judge(outcome("No.", abstained=True, **FACTS)),
    ])  # fmt: skip
    assert [each.answer for each in kept] == [(confidence({"support": 0.5}), True), None]


def test_the_threshold_is_found_on_the_tune_half_and_tried_on_the_test_half(outcome) -> None:
    tune, test = (next(str(n) for n in range(99) if half_of(str(n)) == half) for half in ("tune", "test"))
    right, wrong = outcome("Five.", id=tune, **FACTS), outcome("Six.", id=test, **FACTS)
    judged = [Judge().judge(each) for each in (right, wrong)]
    target = risk_coverage(judged, 0.1)["target"]
    assert target["threshold"] == confidence({"support": 0.5})
    assert (target["tune"]["risk"], target["test"]["risk"]) == (0.0, 1.0)
    assert risk_coverage(judged[1:], 0.1)["target"]["threshold"] is None  # the test half alone finds none
    assert "target" not in risk_coverage(judged)
