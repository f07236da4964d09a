"""The verdict follows from scores and limits alone, and what is not decided is no pass."""

from dataclasses import replace

import pytest

from finetune.gate.asks import Score
from finetune.gate.limits import LIMITS, Limit, digest_of_limits, limits_for
from finetune.gate.verdict import PASS, rows_of, verdict_of
from finetune.testing.gate import scores

BETTER = Limit("m", "figure", "better", 0.0, 20, "because")
NO_WORSE = Limit("m", "figure", "better", -0.10, 20, "because", least=-0.02)


def _said(limit: Limit, found: list[Score]) -> tuple[str, str]:
    row = rows_of(found, [limit])[0]
    return row.status, row.said


def test_a_sure_gain_passes_and_a_sure_loss_does_not() -> None:
    assert _said(BETTER, scores("m", {(0.0, 1.0): 30, (1.0, 1.0): 30}))[0] == "pass"
    assert _said(BETTER, scores("m", {(1.0, 0.0): 30, (1.0, 1.0): 30}))[0] == "fail"


def test_where_lower_is_better_it_is_the_other_way_round() -> None:
    limit = replace(BETTER, lower_is_better=True)
    assert _said(limit, scores("m", {(1.0, 0.0): 30, (1.0, 1.0): 30}))[0] == "pass"
    assert _said(limit, scores("m", {(0.0, 1.0): 30, (1.0, 1.0): 30}))[0] == "fail"


def test_what_is_not_decided_says_how_many_more_are_needed() -> None:
    status, said = _said(BETTER, scores("m", {(0.0, 1.0): 4, (1.0, 0.0): 2, (1.0, 1.0): 30}))
    assert status == "open"
    assert "not enough to tell" in said
    assert "more questions are needed" in said


def test_too_few_are_no_pass_however_good_they_are() -> None:
    status, said = _said(BETTER, scores("m", {(0.0, 1.0): 19}))
    assert (status, said) == ("open", "not enough to tell: 19 of at least 20 items")
    assert _said(BETTER, scores("m", {(0.0, 1.0): 20}))[0] == "pass"


def test_too_few_that_are_bad_are_refused_all_the_same() -> None:
    assert _said(BETTER, scores("m", {(1.0, 0.0): 15}))[0] == "fail"


def test_nothing_measured_is_open_unless_it_need_not_be() -> None:
    assert _said(BETTER, [])[0] == "open"
    assert _said(replace(BETTER, optional=True), [])[0] == "none"


def test_the_estimate_may_be_held_tighter_than_the_interval() -> None:
    lost = scores("m", {(1.0, 0.0): 12, (1.0, 1.0): 388})  # 3 points, surely less than 10
    status, said = _said(NO_WORSE, lost)
    assert status == "fail"
    assert "at least -0.02" in said
    assert _said(replace(NO_WORSE, least=None), lost)[0] == "pass"


def test_own_figures_are_held_against_their_bound() -> None:
    most = Limit("m", "figure", "at most", 0.05, 10, "because", lower_is_better=True)
    assert _said(most, scores("m", {(None, 0.0): 19, (None, 1.0): 1}))[0] == "pass"
    assert _said(most, scores("m", {(None, 0.0): 18, (None, 1.0): 2}))[0] == "fail"
    least = Limit("m", "figure", "at least", 1.0, 10, "because")
    assert _said(least, scores("m", {(1.0, 1.0): 20}))[0] == "pass"
    assert _said(least, scores("m", {(1.0, 1.0): 20, (1.0, 0.0): 1}))[0] == "fail"


def test_a_part_that_is_surely_worse_is_not_hidden_by_the_mean() -> None:
    limit = replace(NO_WORSE, slices=True)
    found = [Score("m", str(n), 1.0, 0.0 if n < 40 else 1.0, "facts", "en") for n in range(200)]
    found += [Score("m", f"x{n}", 0.0, 1.0, "json", "en") for n in range(12)]
    rows = rows_of(found, [limit])
    assert rows[0].status == "pass"
    part = next(row for row in rows if row.part == "json")
    assert part.status == "fail"
    assert verdict_of(rows).startswith("figure (json): surely worse")
    assert "en" not in {row.part for row in rows}  # it is all of them


def test_every_reason_stands_in_the_verdict() -> None:
    other = replace(BETTER, metric="n", title="another")
    verdict = verdict_of(rows_of(scores("m", {(1.0, 0.0): 30}), [BETTER, other]))
    assert verdict.startswith("figure: ")
    assert "another: not enough to tell: 0 of at least 20 items" in verdict
    assert verdict_of([]) != PASS


def test_the_limits_are_whole_and_each_has_its_reason() -> None:
    assert len({each.metric for each in LIMITS}) == len(LIMITS)
    assert all(len(each.why) > 40 and each.items >= 1 for each in LIMITS)
    assert {each.metric for each in LIMITS if each.optional} == {
        "held_out.likelihood", "canary.extracted", "canary.in_dataset", "canary.exposure", "parity.same",
    }  # fmt: skip
    assert digest_of_limits(LIMITS) != digest_of_limits([replace(LIMITS[0], bound=-1.0), *LIMITS[1:]])


def test_against_another_adapter_as_good_is_enough() -> None:
    bounds = [next(each.bound for each in limits_for(rival=rival) if each.metric == "held_out.right")
              for rival in (False, True)]  # fmt: skip
    assert bounds == [0.0, -0.05]


def test_a_base_that_was_not_measured_decides_nothing() -> None:
    assert _said(BETTER, scores("m", {(None, 1.0): 30}))[0] == "open"


@pytest.mark.parametrize("limit", [each for each in LIMITS if each.rule == "better"], ids=lambda each: each.metric)
def test_no_limit_lets_pass_what_got_much_worse(limit: Limit) -> None:
    worse = (0.0, 1.0) if limit.lower_is_better else (1.0, 0.0)
    found = scores(limit.metric, {worse: 40, (1.0, 1.0): 60})
    assert rows_of(found, [limit])[0].status == "fail"
