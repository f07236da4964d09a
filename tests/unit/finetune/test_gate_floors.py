"""However small the steps: no generation falls below the base model, nor below the first that was served."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from finetune.errors import PromotionRefused
from finetune.gate.asks import Score
from finetune.gate.limits import LIMITS, floor_limits, limits_for
from finetune.gate.record import Run, checked, plot_of, record_of
from finetune.gate.table import markdown
from finetune.gate.verdict import PASS, rows_of, verdict_of
from finetune.registry import Registry
from finetune.testing.adapters import random_adapter
from finetune.testing.gate import good_scores, scores

SERVED = Run("help@v2", "help@v1", {}, {}, 0, "2026-01-01T00:00:00+00:00")
FIRST = replace(SERVED, floors={"bare": "base", "first": "shipped"})
QUESTIONS, LOST = 400, 6
"""A generation loses six of 400 questions, 1.5 points: less than the two points that are allowed it."""


def _good() -> list[Score]:
    """Everything but how many right lines are found."""
    return [each for each in good_scores(["bare", "first"]) if each.metric != "grounding.right"]


def _right(count: int, before: int) -> list[Score]:
    """`count` of the questions are right now, and `before` were, which are the same and some more."""
    return scores("grounding.right", {(1.0, 1.0): count, (1.0, 0.0): before - count, (0.0, 0.0): QUESTIONS - before})


def _generation(number: int) -> list[Score]:
    """The scores of a generation that is a little worse than the one before."""
    first, before, now = (360 - LOST * each for each in (0, number - 1, number))
    bare = scores("grounding.right", {(0.0, 1.0): now - 100, (1.0, 1.0): 100, (0.0, 0.0): QUESTIONS - now})
    return [
        *_good(), *_right(now, before), *(replace(each, beside="first") for each in _right(now, first)),
        *(replace(each, beside="bare") for each in bare),
    ]  # fmt: skip


def test_small_losses_add_up_to_a_refusal() -> None:
    verdicts = [record_of(FIRST, _generation(number))[0]["verdict"] for number in range(1, 6)]
    assert verdicts[0] == PASS
    assert verdicts[1].startswith("grounding: right line (beside the first generation): gain -0.03")
    assert all(each != PASS for each in verdicts[1:])


def test_beside_what_serves_alone_every_one_of_them_would_pass() -> None:
    for number in range(1, 6):
        assert verdict_of(rows_of(_generation(number), limits_for(rival=True))) == PASS


def test_one_that_is_as_good_as_what_serves_and_no_better_than_the_base_is_refused() -> None:
    even = {(1.0, 1.0): 60, (0.0, 0.0): 60}
    others = [each for each in good_scores(["bare"]) if each.metric != "held_out.right"]
    mine = [*scores("held_out.right", even), *(replace(each, beside="bare") for each in scores("held_out.right", even))]
    verdict = record_of(SERVED, [*others, *mine])[0]["verdict"]
    assert verdict.startswith("own: right (beside the base): not enough to tell")


@pytest.mark.parametrize("floors", [{}, {"bare": "base"}], ids=["an older record", "named"])
def test_a_floor_that_was_not_measured_is_no_pass(floors: dict[str, str]) -> None:
    record, _ = record_of(replace(SERVED, floors=floors), good_scores())  # type: ignore[arg-type]
    assert record["verdict"] == "beside the base: not measured; `pilares finetune evaluate` does"
    assert checked({**record, "verdict": PASS}) == record["verdict"]


def test_one_that_was_compared_with_the_base_needs_no_second_comparison() -> None:
    assert record_of(replace(SERVED, against="base"), good_scores())[0]["verdict"] == PASS


@pytest.mark.parametrize(
    "changed", [{"scores": []}, {"floors": {}, "scores": "without floors"}], ids=["no scores", "no floors"]
)
def test_a_record_without_its_floors_is_not_promoted(
    registry: Registry, tmp_path: Path, changed: dict[str, object]
) -> None:
    version = registry.add(random_adapter(tmp_path / "a"), "help")
    record, _ = record_of(replace(FIRST, name="help@v1", against="help@v7"), _generation(4))
    registry.judge("help@v1", record)
    file = version.folder / "gate.json"
    written = json.loads(file.read_text(encoding="utf-8"))
    if changed["scores"]:
        changed = {**changed, "scores": [each for each in written["scores"] if not each["beside"]]}
    file.write_text(json.dumps({**written, "verdict": PASS, **changed}), encoding="utf-8")
    with pytest.raises(PromotionRefused):
        registry.promote("reader", "help@v1", who="ana")


def test_what_a_first_generation_had_to_reach_every_later_one_has_to() -> None:
    compared = {each.metric: each.bound for each in LIMITS if each.rule in ("better", "not worse")}
    assert {each.metric: each.bound for each in floor_limits("bare")} == compared
    assert {each.metric for each in floor_limits("first")} == {*compared}
    assert next(each.bound for each in floor_limits("first") if each.metric == "held_out.right") == -0.05


def test_the_table_and_the_plot_show_the_floors_and_of_their_parts_only_what_fell() -> None:
    worse = [replace(each, language="es") for each in scores("forgetting.right", {(1.0, 0.0): 10})]
    rest = [replace(each, language="en") for each in scores("forgetting.right", {(0.0, 1.0): 60})]
    fell = [replace(each, beside="bare") for each in [*worse, *rest]]
    kept = [each for each in good_scores(["bare"]) if (each.metric, each.beside) != ("forgetting.right", "bare")]
    record, rows = record_of(SERVED, [*kept, *fell])
    assert record["verdict"].startswith("forgetting: all (beside the base) (es): surely worse")
    table = markdown(rows)
    compared, beside = table.split("| *beside the base* |")
    assert "| grounding: right line | 120 | 0.500 | 1.000 |" in compared
    assert "| grounding: right line | 120 | 0.500 | 1.000 |" in beside
    assert "|   es | 10 |" in table
    assert "|   en | 60 |" not in table
    drawn = plot_of(record, rows, "help@v2")
    assert drawn.count("(beside the base)") == len({each.metric for each in floor_limits("bare")})
