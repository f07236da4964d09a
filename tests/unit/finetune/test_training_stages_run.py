"""Whole trainings of a model of a few thousand numbers: every method, the time that there is, early stops."""

import shutil
import warnings
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from finetune.examples import Example
from finetune.lora import WEIGHTS
from finetune.testing.examples import an_example
from finetune.testing.training import TinyHome
from finetune.training import watching
from finetune.training.plan import Configuration
from finetune.training.runs import Run
from finetune.training.training import Stopped, train

pytestmark = pytest.mark.slow
HOW = Configuration(rank=4, alpha=8, learning_rate=1e-2, preference_learning_rate=5e-3, batch=4)


@pytest.fixture(autouse=True)
def quiet_and_small() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
    torch.set_num_threads(threads)


def _rows(count: int, kind: str, begin: int = 0) -> list[Example]:
    found = []
    for number in range(begin, begin + count):
        rejected = f"No word about {number % 7}." if kind == "preference" else ""
        good = number % 2 == 0 if kind == "verdict" else None
        found.append(
            an_example(
                f"What of {number} and {kind}?", f"It is {number % 7}.", kind=kind, rejected=rejected, good=good  # type: ignore[arg-type]
            )
        )  # fmt: skip
    return found


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> TinyHome:
    """One for the tests that leave it as it is: each has a run of its own."""
    return TinyHome(tmp_path_factory.mktemp("home"), _rows(16, "chat"), _rows(4, "chat", 90))


def _stages(run: Run) -> list[str]:
    return list(dict.fromkeys(each["stage"] for each in run.log.read() if each["event"] == "step"))


def _weights(folder: Path) -> dict[str, torch.Tensor]:
    return load_file(folder / WEIGHTS)


def test_replies_pairs_and_verdicts_one_after_the_other(tmp_path: Path) -> None:
    kinds = ("chat", "preference", "verdict")
    learnt = [row for kind in kinds for row in _rows(16, kind)]
    home = TinyHome(tmp_path, learnt, [row for kind in kinds for row in _rows(4, kind, 90)])
    run = home.run(HOW, least=16)
    train(run, home.places)
    assert _stages(run) == ["sft", "dpo", "kto"]
    assert run.plan.stages == {"sft": 4, "dpo": 4, "kto": 4}
    assert run.log.last()["event"] == "finished"
    each = [_weights(run.stages / name) for name in ("sft", "dpo", "kto")]
    assert [*each[0]] == [*each[1]] == [*each[2]]
    assert all(any(not torch.equal(before[name], after[name]) for name in before)
               for before, after in ((each[0], each[1]), (each[1], each[2])))  # fmt: skip
    losses = [event["loss"] for event in run.log.read() if event["event"] == "evaluated" and event["stage"] == "dpo"]
    assert losses[0] == pytest.approx(0.6931, abs=1e-3)  # of a model that has not moved yet: log 2
    assert min(losses) < losses[0]


def test_a_stage_that_is_over_is_not_trained_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    learnt = [*_rows(16, "chat"), *_rows(16, "preference")]
    home = TinyHome(tmp_path, learnt, _rows(4, "chat", 90))
    run = home.run(HOW, least=16)
    monkeypatch.setattr(Run, "asked_to_stop", lambda self: (self.stages / "sft").is_dir())
    with pytest.raises(Stopped):
        train(run, home.places)
    first = _weights(run.stages / "sft")
    monkeypatch.undo()
    train(run, home.places)
    steps = [(each["stage"], each["step"]) for each in run.log.read() if each["event"] == "step"]
    assert steps.count(("sft", 1)) == 1
    assert steps.count(("dpo", 1)) == 1
    assert all(torch.equal(first[name], values) for name, values in _weights(run.stages / "sft").items())


def test_one_that_was_cut_off_after_its_last_step_is_not_trained_further(home: TinyHome) -> None:
    run = home.run(replace(HOW, epochs=0.75), least=16)
    train(run, home.places)
    before = _weights(run.result)
    shutil.rmtree(run.result)
    shutil.rmtree(run.stages)
    train(run, home.places)
    assert [each["step"] for each in run.log.read() if each["event"] == "step"] == [1, 2, 3]
    assert all(torch.equal(before[name], values) for name, values in _weights(run.result).items())


def test_steps_are_fitted_into_the_time_and_the_result_is_usable(
    home: TinyHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("finetune.training.pace.tokens_per_second", lambda *_: 10.0)
    run = home.run(HOW, least=16, max_seconds=25.0)
    train(run, home.places)
    started = run.log.last("started")
    assert 0 < run.plan.stages["sft"] < 4
    assert started["notes"] == [f"{run.plan.stages['sft']} of 4 steps fit into the time."]
    assert started["estimate_s"] <= 25.0
    assert run.result.is_dir()


def test_a_training_that_is_slower_than_thought_ends_in_time(home: TinyHome, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("finetune.training.pace.tokens_per_second", lambda *_: 1e9)
    monkeypatch.setattr(watching.Watch, "seconds", property(lambda self: 3.0 * self.trainer.state.global_step))
    run = home.run(HOW, least=16, max_seconds=8.0)
    train(run, home.places)
    last = run.log.last()
    assert last["event"] == "finished"
    assert last["stopped"] == {"sft": "time"}
    assert run.log.last("step")["step"] == 2
    assert run.log.last("evaluated")["step"] == 2


def test_it_stops_when_it_gets_no_better(home: TinyHome, monkeypatch: pytest.MonkeyPatch) -> None:
    how = Configuration(rank=4, alpha=8, learning_rate=0.1, batch=4, epochs=10, evaluations=20, patience=2)
    run = home.run(how, least=16)
    train(run, home.places)
    losses = [each["loss"] for each in run.log.read() if each["event"] == "evaluated"]
    assert run.log.last()["stopped"] == {"sft": "early"}
    assert losses.index(min(losses)) == len(losses) - 3
    assert run.log.last("step")["step"] < 40


def test_without_held_out_rows_the_last_step_counts(tmp_path: Path) -> None:
    home = TinyHome(tmp_path, _rows(16, "chat"), _rows(4, "preference", 90))
    run = home.run(HOW, least=16)
    train(run, home.places)
    assert not [each for each in run.log.read() if each["event"] == "evaluated"]
    assert run.log.last("saved")["step"] == 4
    assert run.result.is_dir()


def test_a_dataset_may_shrink_between_and_says_so(tmp_path: Path) -> None:
    home = TinyHome(tmp_path, _rows(16, "chat"), _rows(4, "chat", 90))
    home.version.withdraw([home.version.train()[0].id])
    run = home.run(HOW, least=15)
    train(run, home.places)
    assert run.log.last("started")["notes"] == ["1 rows left out: what they came from was deleted."]
    assert run.log.last("started")["stages"]["sft"]["rows"] == 15
