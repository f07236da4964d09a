"""What a training is to do: its defaults, its plan on disk, and the steps that fit into its time."""

import json
from pathlib import Path

import pytest

from finetune.errors import RunNotFound
from finetune.testing.training import dataset
from finetune.training import pace
from finetune.training.plan import Plan, configured, plan_for
from finetune.training.rows import Row
from finetune.training.runs import Run, Runs


def _plan(tmp_path: Path) -> Plan:
    version = dataset(tmp_path / "datasets")
    return plan_for(version, topic="help", base="tiny", base_sha256="ab" * 32, created="2026-01-01")


def test_few_rows_get_a_higher_rate_and_dropout() -> None:
    few, some, many = configured(100), configured(2_000), configured(5_000)
    assert (few.learning_rate, few.dropout, few.rank) == (3e-4, 0.05, 16)
    assert (some.learning_rate, some.dropout, some.rank) == (2e-4, 0.0, 16)
    assert (many.rank, many.alpha) == (32, 64)


def test_what_is_asked_for_wins() -> None:
    found = configured(100, epochs=3, rank=8, rate=1e-3)
    assert (found.epochs, found.rank, found.alpha, found.learning_rate) == (3, 8, 16, 1e-3)
    assert found.preference_learning_rate == 1e-3


def test_a_plan_is_read_as_it_was_written(tmp_path: Path) -> None:
    plan = _plan(tmp_path)
    run = Runs(tmp_path / "runs").new(plan)
    assert run.plan == plan
    assert (plan.dataset, plan.groups, plan.licences) == ("help@v1", ("everyone",), ("own",))


def test_a_damaged_plan_is_named(tmp_path: Path) -> None:
    run = Runs(tmp_path / "runs").new(_plan(tmp_path))
    (run.folder / "plan.json").write_text(json.dumps({"topic": "help"}))
    with pytest.raises(RunNotFound, match="not the plan of a training"):
        _ = run.plan
    (run.folder / "plan.json").write_text("{")
    with pytest.raises(RunNotFound, match="cannot be read"):
        _ = Run(run.folder).plan


def test_every_stage_gives_up_the_same_share_for_the_time() -> None:
    assert pace.within({"sft": 100, "kto": 10}, {"sft": 300.0, "kto": 100.0}, 200.0) == {"sft": 50, "kto": 5}
    assert pace.within({"sft": 100}, {"sft": 300.0}, None) == {"sft": 100}
    assert pace.within({"sft": 100}, {"sft": 300.0}, 0.001) == {"sft": 1}


def test_a_verdict_costs_more_than_a_reply() -> None:
    rows = [Row("a", (1,) * 90, (2,) * 10)]
    assert pace.seconds("kto", rows, 10, 8, 100.0) > 2 * pace.seconds("sft", rows, 10, 8, 100.0)
