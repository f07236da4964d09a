"""Which trainings there are, how each is doing, and that only one runs at a time; checkpoints that count when whole."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from finetune.errors import NotWritten, RunNotFound, TrainingBusy
from finetune.testing.training import dataset
from finetune.training.checkpoints import WHOLE, is_whole, seal, sweep, whole
from finetune.training.plan import plan_for
from finetune.training.runs import Run, Runs


@pytest.fixture
def runs(tmp_path: Path) -> Runs:
    return Runs(tmp_path / "runs")


@pytest.fixture
def run(runs: Runs, tmp_path: Path) -> Run:
    version = dataset(tmp_path / "datasets")
    return runs.new(plan_for(version, topic="help", base="tiny", base_sha256="ab" * 32, created="2026-01-01"))


def test_two_runs_of_one_second_have_names_of_their_own(runs: Runs, run: Run) -> None:
    other = runs.new(run.plan)
    assert other.name != run.name
    assert {each.name for each in runs.all()} == {run.name, other.name}
    assert runs.get(other.name).folder == other.folder


def test_a_run_that_is_not_there_is_named(runs: Runs, run: Run) -> None:
    with pytest.raises(RunNotFound, match="no such run: nothing"):
        runs.get("nothing")
    assert runs.get(run.name[:12]).name == run.name


def test_one_training_at_a_time(runs: Runs, run: Run) -> None:
    other = runs.new(run.plan)
    assert runs.busy() == ""
    with runs.alone(run):
        assert runs.busy() == run.name
        assert runs.state(run) == "running"
        with pytest.raises(TrainingBusy, match=f"{run.name}.*cancel {run.name}"), runs.alone(other):
            pass
    assert runs.busy() == ""


def test_one_whose_process_is_on_its_way_counts_until_it_is_killed(runs: Runs, run: Run) -> None:
    """Until it holds the lock, a process reads its libraries; a second training must not begin meanwhile."""
    sleeping = [sys.executable, "-c", "import time; time.sleep(60)", str(run.folder)]
    with subprocess.Popen(sleeping) as worker:
        runs.begun(run, worker.pid)
        assert runs.busy() == run.name
        assert runs.state(run) == "running"
        worker.kill()
    assert runs.busy() == ""
    assert runs.state(run) == "interrupted"


def test_a_process_of_another_kind_with_the_same_number_blocks_nothing(runs: Runs, run: Run) -> None:
    runs.begun(run, os.getpid())
    assert runs.busy() == ""


def test_a_full_disk_is_told_and_nothing_stays_locked(runs: Runs, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("finetune.training.runs.replace_json", full)
    with pytest.raises(NotWritten, match="No space left"), runs.alone(run):
        pass
    with pytest.raises(NotWritten, match="No space left"):
        run.write_plan(run.plan)
    assert runs.busy() == ""


def test_a_run_whose_process_is_gone_was_interrupted(runs: Runs, run: Run) -> None:
    run.log.write("started")
    run.log.write("step", step=1, of=9)
    assert runs.state(run) == "interrupted"
    run.log.write("failed", error="no room")
    assert runs.state(run) == "failed"
    run.log.write("finished")
    assert runs.state(run) == "finished"


def test_it_is_asked_to_stop_until_it_goes_on(run: Run) -> None:
    assert not run.asked_to_stop()
    run.ask_to_stop()
    assert run.asked_to_stop()
    run.go_on()
    assert not run.asked_to_stop()


def _checkpoint(stage: Path, step: int, *, sealed: bool = True) -> Path:
    folder = stage / f"checkpoint-{step}"
    folder.mkdir(parents=True)
    (folder / "adapter_model.safetensors").write_bytes(b"weights")
    (folder / "optimizer.pt").write_bytes(b"means")
    if sealed:
        seal(folder)
    return folder


def test_a_checkpoint_counts_when_every_file_is_there(tmp_path: Path) -> None:
    first, second, third = (_checkpoint(tmp_path, step, sealed=step < 30) for step in (4, 12, 30))
    assert whole(tmp_path) == [first, second]
    (second / "optimizer.pt").write_bytes(b"me")
    assert not is_whole(second)
    (first / "optimizer.pt").unlink()
    assert whole(tmp_path) == []
    assert not is_whole(third)


def test_what_is_not_whole_is_taken_away(tmp_path: Path) -> None:
    _checkpoint(tmp_path, 4)
    _checkpoint(tmp_path, 8)
    _checkpoint(tmp_path, 12, sealed=False)
    (tmp_path / "events.txt").touch()
    sweep(tmp_path)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["checkpoint-4", "checkpoint-8", "events.txt"]
    sweep(tmp_path, {8})
    assert [each.name for each in whole(tmp_path)] == ["checkpoint-8"]
    assert (tmp_path / "checkpoint-8" / WHOLE).is_file()
