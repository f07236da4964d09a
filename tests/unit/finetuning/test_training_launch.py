"""How the process that trains is begun, and what becomes of the ways in which it ends."""

from pathlib import Path

import pytest
from gguf import GGUFWriter

from assistant.errors import ConfigurationError
from assistant.finetuning import training
from assistant.models.catalogue import find_model
from assistant.settings import load_settings
from finetune.errors import FinetuneError, NotWritten, TrainingFailed
from finetune.gguf import architecture_of
from finetune.training.plan import Plan
from finetune.training.runs import Run, Runs


@pytest.fixture
def run(tmp_path: Path) -> Run:
    plan = Plan("help", "help@v1", "ab" * 32, "tiny", "cd" * 32, (), (), "2026-01-01")
    return Runs(tmp_path / "runs").new(plan)


def test_several_graphics_cards_are_a_process_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("torch.cuda.device_count", lambda: 2)
    assert training._launcher("auto")[-2:] == ["--nproc_per_node", "2"]
    assert len(training._launcher("cpu")) == 1
    monkeypatch.setattr("torch.cuda.device_count", lambda: 1)
    assert len(training._launcher("cuda")) == 1


def test_what_the_process_refused_is_raised_as_what_it_was(run: Run) -> None:
    run.log.write("failed", error="No room.", kind="NotWritten")
    with pytest.raises(NotWritten, match="No room"):
        training.check_ended(run, 1)


def test_an_error_of_an_unknown_kind_is_still_one_of_training(run: Run) -> None:
    run.log.write("failed", error="Odd.", kind="__doc__")
    with pytest.raises(TrainingFailed, match="Odd"):
        training.check_ended(run, 1)


def test_one_that_said_nothing_is_told_with_what_it_last_wrote(run: Run) -> None:
    (run.folder / training.ERRORS).write_text("Loading\nKilled for memory\n")
    with pytest.raises(TrainingFailed, match=rf"status -9\): Killed for memory.*--resume {run.name}"):
        training.check_ended(run, -9)


def test_one_that_finished_is_no_error(run: Run) -> None:
    run.log.write("finished")
    training.check_ended(run, 0)


@pytest.mark.parametrize(("architecture", "said"), [("llama", "is of the kind llama"), ("qwen2", "no dataset help")])
def test_a_model_that_cannot_be_trained_is_refused_before_anything_is_begun(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, architecture: str, said: str
) -> None:
    monkeypatch.setattr(training, "require", lambda model, _: tmp_path)
    writer = GGUFWriter(tmp_path / find_model("smollm2-135m").files[0].name, architecture)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.close()
    settings = load_settings(home=tmp_path, slm={"name": "smollm2-135m"})
    with pytest.raises(FinetuneError, match=said):
        training.begin(settings, training.Asked("help", "help"))
    assert training.runs_of(settings).all() == []


def test_a_file_that_is_no_model_has_no_architecture(tmp_path: Path) -> None:
    for content in (b"", b"GGUF", b"GGUF" + b"\xff" * 60, b"PK" + b"\0" * 60):
        (tmp_path / "x.gguf").write_bytes(content)
        assert architecture_of(tmp_path / "x.gguf") == ""


def test_a_small_model_that_is_served_elsewhere_cannot_be_trained_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PILARES_SLM", "other@http://127.0.0.1:1/v1")
    with pytest.raises(ConfigurationError, match="not for other"):
        training.begin(load_settings(home=tmp_path), training.Asked("help", "help"))
