"""`pilares finetune grounded`: what can be refused is refused before the long work, and leaves nothing in the way."""

import json
from pathlib import Path
from shutil import copyfile

import pytest
import torch
from typer.testing import CliRunner

from assistant.cli import app
from finetune.grounded import training
from finetune.organisations import ORGANISATIONS

LEARNT, HELD_OUT = "bakery_chain", "isp_lumbra"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    for name in (LEARNT, HELD_OUT):
        copyfile(ORGANISATIONS / f"{name}.json", folder / f"{name}.json")
    return folder


def _refused(out: Path, *options: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["finetune", "grounded", str(out), *options])
    return done.exit_code, done.output.replace("\n", " ")


def test_a_folder_that_is_there_is_not_written_over(tmp_path: Path) -> None:
    status, said = _refused(tmp_path)
    assert status == 2
    assert "is there already" in said


def test_without_held_out_organisations_nothing_is_trained(data: Path, tmp_path: Path) -> None:
    (data / f"{HELD_OUT}.json").unlink()
    status, said = _refused(tmp_path / "adapter", "--data", str(data))
    assert status == 2
    assert "held_out" in said
    assert not (tmp_path / "adapter").exists()


def test_a_set_that_cannot_be_read_is_said_at_once(data: Path, tmp_path: Path) -> None:
    status, said = _refused(tmp_path / "adapter", "--data", str(data), "--sets", str(tmp_path / "nothing"))
    assert status == 2
    assert "does not exist" in said


def test_claims_that_cannot_be_read_are_said_at_once(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "claims.jsonl"
    file.write_text(json.dumps({"claim": "x"}))
    status, said = _refused(tmp_path / "adapter", "--data", str(data), "--claims", str(file))
    assert status == 2
    assert "line 1" in said


def test_a_small_model_that_is_served_elsewhere_cannot_be_trained(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PILARES_SLM", "ollama:qwen3:8b")
    status, said = _refused(tmp_path / "adapter", "--data", str(data))
    assert status == 2
    assert "Take `slm` out of pilares.toml" in said


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a graphics card")
def test_a_graphics_card_that_is_not_there_is_said(data: Path, tmp_path: Path) -> None:
    status, said = _refused(tmp_path / "adapter", "--data", str(data), "--device", "cuda")
    assert status == 2
    assert "--device cpu" in said


def test_without_the_extra_the_command_to_install_it_is_said(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training, "find_spec", lambda name: None)
    status, said = _refused(tmp_path / "adapter", "--data", str(data))
    assert status == 1
    assert "pip install 'pilares[finetune]'" in said
    assert not (tmp_path / "adapter").exists()
