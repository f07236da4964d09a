"""`pilares learn` night after night, as an operator sees it: real queue, doctor, dataset, training and registry, on a
base model of a few thousand numbers; what the gate measures is by script."""

import shutil
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
from typer.testing import CliRunner

from assistant.cli import app
from assistant.finetuning import gathering, gating, training
from assistant.finetuning.datasets import DatasetDesk
from assistant.models.catalogue import Model, ModelFile, Role
from assistant.models.models import Models
from assistant.settings import Settings, load_settings
from assistant.testing.homes import furnish
from finetune.registry import Registry
from finetune.testing.examples import WordTokens, many
from finetune.testing.training import TinyHome
from finetune.training.runs import Run
from knowledge.testing.embedder import HashingEmbedder

pytestmark = [pytest.mark.slow, pytest.mark.long]
REFUSED = "own: right: gain -0.1 (-0.2 to -0.05), has to be above -0.05"


@pytest.fixture(scope="module")
def verdicts() -> list[str]:
    """What the gate says next."""
    return []


@pytest.fixture(scope="module", autouse=True)
def settings(tmp_path_factory: pytest.TempPathFactory, verdicts: list[str]) -> Iterator[Settings]:
    """A home whose small model is the tiny one."""
    folder = tmp_path_factory.mktemp("nightly")
    home, tiny = furnish(folder / "home"), TinyHome(folder / "made")
    shutil.copytree(tiny.folder / "tokenizer", home / "cache" / f"tokenizer-{tiny.base_sha256[:12]}")
    file = tiny.places.base
    model = Model("tiny", Role.TEST, "tiny", "own", (ModelFile(file.name, file.stat().st_size, tiny.base_sha256),))
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {"PILARES_HOME": str(home), "PILARES_THREADS": "1"}.items():
            patch.setenv(name, value)
        patch.setattr(Models, "embedder", lambda _: HashingEmbedder())
        patch.setattr(gathering, "tokenizer_of", lambda _: WordTokens())
        patch.setattr(gating, "judge", lambda _, __: {"verdict": verdicts.pop(0)})
        patch.setattr(training, "_base", lambda _: model)
        patch.setattr(training, "require", lambda *_: file.parent)
        patch.setattr(training, "configured", lambda *_, **__: TinyHome.SMALL)
        patch.setattr(training, "registry_of", lambda its: Registry(its.adapters_folder, {tiny.base_sha256: "tiny"}))
        yield load_settings()


def _run(*arguments: str, status: int = 0) -> str:
    done = CliRunner().invoke(app, [*arguments])
    assert done.exit_code == status, done.output
    return done.output


def test_a_night_without_news_ends_at_once() -> None:
    said = _run("learn", "run")
    assert "collect  done: 0 new rows, 0 wait for review" in said
    assert "check    stopped: 0 newly accepted rows are too few, 50 are needed (`least` in [learn])" in said


def test_ten_rows_are_no_reason_to_train(settings: Settings) -> None:
    DatasetDesk(settings.home).take(many(10), trusted=True)
    assert "check    stopped: 10 newly accepted rows are too few" in _run("learn", "run")


def test_stopped_in_the_middle_it_goes_on_where_it_was(
    settings: Settings, verdicts: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    DatasetDesk(settings.home).take(many(80), trusted=True)
    workers = list["subprocess.Popen[bytes]"]()  # of a process that has gone nobody holds them; here this test does

    def interrupted(_: Run, worker: "subprocess.Popen[bytes]") -> Iterator[Any]:
        workers.append(worker)
        raise KeyboardInterrupt
        yield

    with monkeypatch.context() as patch:
        patch.setattr(training, "follow", interrupted)
        said = _run("learn", "run", status=130)
    assert "check    done: 80 rows, 80 of them new" in said
    assert "build    done: learnt@v1" in said
    assert said.rstrip().endswith("train    …")
    assert "It was interrupted; `pilares learn run` goes on with it." in _run("learn", "status")
    run = training.runs_of(settings).all()[-1]
    assert f"{run.name}  running" in _run("finetune", "runs"), "the training itself goes on"

    verdicts.append("pass")
    said = _run("learn", "run")
    assert "collect" not in said, "what was done is not done again"
    assert "train    done: learnt@v1 on learnt@v1" in said
    assert "gate     done: learnt@v1 passed" in said
    assert "decide   done: learnt@v1 waits for a person: `pilares finetune promote reader learnt@v1`" in said
    assert len(training.runs_of(settings).all()) == 1
    assert run.log.last()["event"] == "finished"
    assert workers[0].wait(60) == 0


def test_the_next_night_has_nothing_new_to_learn_and_says_so() -> None:
    assert "check    stopped: 0 newly accepted rows are too few" in _run("learn", "run")


def test_what_the_gate_refuses_is_said_with_its_reason_and_changes_nothing(
    settings: Settings, verdicts: list[str]
) -> None:
    with (settings.home / "pilares.toml").open("a", encoding="utf-8") as file:
        file.write("[learn]\nleast = 20\n")
    DatasetDesk(settings.home).take(many(110), trusted=True)
    verdicts.append(REFUSED)
    said = _run("learn", "run")
    assert "check    done: 110 rows, 30 of them new" in said
    assert f"gate     stopped: the gate refused learnt@v2: {REFUSED}. What serves has not changed" in said
    assert "decide" not in said
    assert not (settings.adapters_folder / "aliases.json").exists()
    assert "gate     stopped" in _run("learn", "status")
