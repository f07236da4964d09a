"""Trainings that are killed, stopped, out of room, or not alone: a clear error, nothing lost, and on from there."""

import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from finetune.errors import AdapterInvalid, TrainingRefused
from finetune.lora import GGUF, WEIGHTS
from finetune.registry import Registry
from finetune.testing.examples import an_example
from finetune.testing.training import TinyHome
from finetune.training.checkpoints import step_of, whole
from finetune.training.plan import Configuration
from finetune.training.runs import Run
from finetune.training.training import train

pytestmark = [pytest.mark.slow, pytest.mark.long]
HOW = Configuration(rank=4, alpha=8, learning_rate=1e-2, epochs=2, dropout=0.1)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> TinyHome:
    return TinyHome(tmp_path_factory.mktemp("training"))


@pytest.fixture(scope="module")
def uninterrupted(home: TinyHome) -> Run:
    run = home.run(HOW)
    assert _wait(_start(home, run)) == 0, _said(run)
    return run


def _start(home: TinyHome, run: Run, before: Callable[[], None] | None = None) -> "subprocess.Popen[bytes]":
    with (run.folder / "errors.txt").open("ab") as said:
        return subprocess.Popen(
            [sys.executable, "-m", "finetune.training.worker", *home.command(run)], stderr=said, preexec_fn=before,
            env={**os.environ, "OMP_WAIT_POLICY": "PASSIVE"}, cwd=Path(__file__).parents[3],
        )  # fmt: skip


def _wait(worker: "subprocess.Popen[bytes]") -> int:
    return worker.wait(timeout=240)


def _said(run: Run) -> str:
    return (run.folder / "errors.txt").read_text()


def _until(run: Run, worker: "subprocess.Popen[bytes]", there: Callable[[], bool]) -> None:
    end = time.monotonic() + 240
    while not there():
        assert worker.poll() is None, _said(run)
        assert time.monotonic() < end
        time.sleep(0.005)


def _result(run: Run) -> bytes:
    return (run.result / WEIGHTS).read_bytes()


def test_a_killed_run_goes_on_and_ends_as_if_nothing_had_been(home: TinyHome, uninterrupted: Run) -> None:
    run = home.run(HOW)
    worker = _start(home, run)
    _until(run, worker, lambda: run.log.last("step").get("step", 0) >= 6)
    worker.kill()
    worker.wait()
    assert home.runs.state(run) == "interrupted"
    assert not run.result.exists()
    kept = step_of(whole(run.checkpoints / "sft")[-1])
    assert 4 <= kept < 16

    assert _wait(_start(home, run)) == 0, _said(run)
    assert run.log.last("started")["resumed_from"] == {"sft": kept}
    assert _result(run) == _result(uninterrupted)
    assert home.runs.state(run) == "finished"


def test_one_that_is_asked_to_stop_leaves_a_checkpoint_of_its_last_step(home: TinyHome, uninterrupted: Run) -> None:
    run = home.run(HOW)
    worker = _start(home, run)
    _until(run, worker, lambda: run.log.last("step").get("step", 0) >= 2)
    worker.send_signal(signal.SIGTERM)
    assert _wait(worker) == 3
    last = run.log.last()
    assert last["event"] == "cancelled"
    assert last["resume"] == f"pilares finetune train --resume {run.name}"
    assert step_of(whole(run.checkpoints / "sft")[-1]) == last["step"] < 16
    assert home.runs.state(run) == "cancelled"

    assert _wait(_start(home, run)) == 0, _said(run)
    assert _result(run) == _result(uninterrupted)


def test_a_full_disk_keeps_what_was_whole_and_goes_on_when_there_is_room(home: TinyHome, uninterrupted: Run) -> None:
    run = home.run(HOW)

    def little_room() -> None:  # a checkpoint's largest file has 25 KB, the log much less
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (12_000, 12_000))

    assert _wait(_start(home, run, little_room)) == 1
    last = run.log.last()
    assert (last["event"], last["kind"]) == ("failed", "NotWritten")
    assert "make room, and resume" in last["error"]
    assert whole(run.checkpoints / "sft") == []
    assert not run.result.exists()

    assert _wait(_start(home, run)) == 0, _said(run)
    assert _result(run) == _result(uninterrupted)


def test_a_second_training_is_refused_and_names_the_first(home: TinyHome, uninterrupted: Run) -> None:
    run = home.run(HOW)
    with home.runs.alone(uninterrupted):
        assert _wait(_start(home, run)) == 1
    last = run.log.last()
    assert last["kind"] == "TrainingBusy"
    assert uninterrupted.name in last["error"]


def test_rows_longer_than_the_context_are_refused_by_name(tmp_path: Path) -> None:
    rows = [an_example(f"Question {number}?", "Yes.") for number in range(59)]
    long = an_example("word " * 900, "Yes.")
    home = TinyHome(tmp_path, [*rows, long], rows[:3])
    with pytest.raises(TrainingRefused, match=f"1 rows are longer than the context of 512 tokens: {long.id[:10]}"):
        train(home.run(replace(HOW, context=512)), home.places)


def test_another_dataset_under_the_same_name_is_refused(home: TinyHome) -> None:
    run = home.run(HOW)
    run.write_plan(replace(run.plan, dataset_sha256="cd" * 32))
    with pytest.raises(TrainingRefused, match="is not the dataset"):
        train(run, home.places)


def test_another_template_than_it_began_with_is_refused(home: TinyHome) -> None:
    run = home.run(HOW)
    run.write_plan(replace(run.plan, template_sha256="cd" * 32))
    with pytest.raises(TrainingRefused, match="chat template is not the one"):
        train(run, home.places)


def test_the_result_enters_the_registry_and_nothing_is_served_by_it(home: TinyHome, uninterrupted: Run) -> None:
    registry = Registry(home.folder / "adapters", {home.base_sha256: "tiny"})
    version = registry.add(uninterrupted.result, "help")
    assert version.name == "help@v1"
    assert registry.aliases() == {}
    assert version.card["dataset"] == {"name": "help", "version": "v1", "sha256": home.version.sha256}
    assert version.card["template_sha256"] == uninterrupted.plan.template_sha256
    assert version.card["licence"] == "own"
    assert len(version.card["curves"]["sft"]["loss"]) == 16
    assert version.card["peak_memory_bytes"] > 100_000_000
    assert sorted(each.name for each in uninterrupted.result.iterdir()) == [
        "adapter.gguf", "adapter_config.json", "adapter_model.safetensors", "card.json",
    ]  # fmt: skip


def test_an_adapter_for_another_base_does_not_enter(home: TinyHome, uninterrupted: Run, tmp_path: Path) -> None:
    registry = Registry(tmp_path / "adapters", {"ef" * 32: "another"})
    with pytest.raises(AdapterInvalid, match="another base model"):
        registry.add(uninterrupted.result, "help")


def test_it_has_learnt_and_kept_the_best(uninterrupted: Run) -> None:
    losses = {each["step"]: each["loss"] for each in uninterrupted.log.read() if each["event"] == "evaluated"}
    assert sorted(losses) == [0, 4, 8, 12, 16]
    assert min(losses.values()) < 0.8 * losses[0]
    best = min((step for step in losses if step), key=lambda step: losses[step])
    assert best in {step_of(each) for each in whole(uninterrupted.checkpoints / "sft")}
    plan = json.loads((uninterrupted.folder / "plan.json").read_text())
    assert plan["stages"] == {"sft": 16}
    assert plan["machine"]["libraries"]["trl"]
    assert (uninterrupted.result / GGUF).stat().st_size > 1000
