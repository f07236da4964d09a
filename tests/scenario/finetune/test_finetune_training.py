"""`pilares finetune train` as an operator runs it, on a base model of a few thousand numbers."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from assistant.cli import app
from assistant.finetuning import training
from assistant.models.catalogue import Model, ModelFile, Role
from assistant.settings import Settings, load_settings
from finetune.errors import TrainingBusy, TrainingFailed, TrainingRefused
from finetune.registry import Registry
from finetune.testing.examples import many
from finetune.testing.training import TinyHome
from finetune.training.plan import Plan
from finetune.training.runs import Run, Runs

pytestmark = [pytest.mark.slow, pytest.mark.long]
# So long that it is still at it when somebody wants it to end.
LONG = training.Asked("help", "help", epochs=50)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def tiny(folder: Path) -> TinyHome:
    made = TinyHome(folder / "made")
    shutil.copytree(made.folder / "datasets", folder / "home" / "finetune" / "datasets")
    shutil.copytree(made.folder / "tokenizer", folder / "home" / "cache" / f"tokenizer-{made.base_sha256[:12]}")
    return made


@pytest.fixture(scope="module", autouse=True)
def settings(folder: Path, tiny: TinyHome) -> Iterator[Settings]:
    """A home whose small model is the tiny one."""
    file = tiny.places.base
    model = Model("tiny", Role.TEST, "tiny", "own", (ModelFile(file.name, file.stat().st_size, tiny.base_sha256),))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PILARES_HOME", str(folder / "home"))
        patch.setenv("PILARES_THREADS", "1")
        patch.setattr(training, "_base", lambda _: model)
        patch.setattr(training, "require", lambda *_: file.parent)
        patch.setattr(
            training, "registry_of", lambda found: Registry(found.adapters_folder, {tiny.base_sha256: "tiny"})
        )
        yield load_settings()


@pytest.fixture(scope="module")
def trained(folder: Path, settings: Settings) -> dict[str, Any]:
    """One training as the command makes it: its figures, and under `said` what it printed."""
    figures = folder / "figures.json"
    said = _run("train", "help", "--epochs", 2, "--lr", 0.01, "--rank", 4, "--json", figures)
    return {**json.loads(figures.read_text()), "said": said}


def _run(*arguments: object, status: int = 0) -> str:
    done = CliRunner().invoke(app, ["finetune", *(str(each) for each in arguments)])
    assert done.exit_code == status, done.output
    return done.output


def test_a_training_shows_how_it_goes_and_ends_in_the_registry(settings: Settings, trained: dict[str, Any]) -> None:
    assert "64 rows by sft, 16 steps; 1,856 tokens a round on cpu" in trained["said"]
    assert "sft 16/16  loss" in trained["said"]
    assert "held-out loss" in trained["said"]
    assert "Added: help@v1\nNext: pilares finetune evaluate help@v1" in trained["said"]
    assert trained["version"] == "help@v1"
    assert trained["rows"] == {"sft": 64}
    assert trained["peak_memory_bytes"] > 0
    assert not (settings.adapters_folder / "aliases.json").exists()


def test_a_run_that_is_over_is_listed_and_not_trained_again(trained: dict[str, Any]) -> None:
    assert f"{trained['run']}  finished    help@v1  sft 16/16" in _run("runs")
    assert "Added: help@v1" in _run("train", "--resume", trained["run"])
    assert "is not running (finished)" in _run("cancel", trained["run"])


def test_code_gets_the_name_and_hears_the_events(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[str] = []
    monkeypatch.setattr(training, "configured", lambda *_, **__: TinyHome.SMALL)
    name = training.train(settings, "help", "other", on_event=lambda event: heard.append(event["event"]))
    assert name == "other@v1"
    assert heard[0] == "started"
    assert heard[-1] == "finished"
    assert {"step", "evaluated", "saved"} <= set(heard)


def test_what_cannot_be_trained_on_is_said_before_a_run_is_made(settings: Settings, tiny: TinyHome) -> None:
    before = [each.name for each in training.runs_of(settings).all()]
    training.Datasets(settings.home / "finetune" / "datasets").add("few", many(10), many(12)[10:], {})
    assert "few@v1 has 10 rows to learn from, and at least 50 are needed" in _run("train", "few", status=2)
    assert "no dataset nothing" in _run("train", "nothing", status=2)
    assert "no such run: nothing" in _run("train", "--resume", "nothing", status=2)
    assert "Name a dataset" in _run("train", status=2)
    assert "cannot be a topic" in _run("train", "help", "--topic", "No Topic", status=2)
    assert [each.name for each in training.runs_of(settings).all()] == before


def test_two_at_once_and_the_first_is_named(settings: Settings, trained: dict[str, Any]) -> None:
    runs = training.runs_of(settings)
    with runs.alone(runs.get(trained["run"])):
        said = _run("train", "help", status=1)
        with pytest.raises(TrainingBusy, match=trained["run"]):
            training.begin(settings, training.Asked("help", "help"))
        assert f"{trained['run']}  running" in _run("runs")
    assert f"A training runs already: {trained['run']}" in said


def test_an_adapter_for_another_base_is_not_gone_on_with(settings: Settings, tiny: TinyHome) -> None:
    run = training.runs_of(settings).new(
        Plan("help", "help@v1", tiny.version.sha256, "another", "cd" * 32, (), (), "2026-01-01")
    )
    with pytest.raises(TrainingRefused, match=r'trains an adapter for another.*slm = "another"'):
        training.finish(settings, run)


def test_a_process_that_was_killed_is_told_and_can_be_resumed(settings: Settings) -> None:
    run = training.begin(settings, LONG)
    heard: list[str] = []

    def kill(event: object) -> None:
        heard.append(event["event"])  # type: ignore[index]
        os.kill(run.log.last("started")["process"], signal.SIGKILL)

    with pytest.raises(TrainingFailed, match=f"has gone.*--resume {run.name}"):
        training.finish(settings, run, kill)
    assert heard[0] == "started"
    assert training.runs_of(settings).state(run) == "interrupted"
    assert f"Go on: pilares finetune train --resume {run.name}" in _run("runs")
    _run("cancel", run.name)
    assert training.runs_of(settings).state(run) == "cancelled"


def test_one_that_is_cancelled_stops_with_a_checkpoint(settings: Settings) -> None:
    run = training.begin(settings, LONG)

    def stop(event: object) -> None:
        if event["event"] == "step":  # type: ignore[index]
            _run("cancel", run.name)

    with pytest.raises(TrainingFailed, match=r"stopped after step \d+"):
        training.finish(settings, run, stop)
    assert training.runs_of(settings).state(run) == "cancelled"


def test_ctrl_c_leaves_a_checkpoint_and_says_how_to_go_on(folder: Path, settings: Settings) -> None:
    """In a process of its own, whose terminal is none: it is not asked, and stops."""
    run = training.begin(settings, LONG)
    code = "import sys; from tests.scenario.finetune.watched import watch; watch(*sys.argv[1:])"
    watcher = subprocess.Popen(
        [sys.executable, "-c", code, str(settings.home), str(run.folder), str(folder / "made" / "tiny.gguf")],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=Path(__file__).parents[3],
    )  # fmt: skip
    _step(run, watcher)
    watcher.send_signal(signal.SIGINT)
    said, _ = watcher.communicate(timeout=120)
    assert watcher.returncode == 130, said.decode()
    assert f"Go on with: pilares finetune train --resume {run.name}" in said.decode()
    assert run.log.last()["event"] == "cancelled"


def _step(run: Run, watcher: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + 120
    while not run.log.last("step"):
        assert watcher.poll() is None, watcher.communicate()[0].decode()
        assert time.monotonic() < end
        time.sleep(0.01)


def test_nothing_is_left_running(settings: Settings) -> None:
    assert Runs(settings.home / "finetune" / "runs").busy() == ""
