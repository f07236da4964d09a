"""`pilares finetune lines`, a short run on the real embedder."""

import json
from pathlib import Path
from shutil import copyfile

import pytest
from typer.testing import CliRunner

from assistant.cli import app
from finetune.lora import CARD, CONFIGURATION, WEIGHTS
from finetune.organisations import ORGANISATIONS

pytestmark = pytest.mark.long
LEARNT, HELD_OUT = ("bakery_chain", "coast_museum"), "isp_lumbra"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    for name in (*LEARNT, HELD_OUT):
        copyfile(ORGANISATIONS / f"{name}.json", folder / f"{name}.json")
    return folder


def test_a_short_training_writes_an_adapter_that_can_be_used_and_its_card(data: Path, tmp_path: Path) -> None:
    out = tmp_path / "adapter"
    done = CliRunner().invoke(app, ["finetune", "lines", str(out), "--data", str(data), "--epochs", "0.2"])
    assert done.exit_code == 0, done.output
    assert {WEIGHTS, CONFIGURATION, CARD} <= {file.name for file in out.iterdir()}
    assert not list(out.glob("*.bin"))
    card = json.loads((out / CARD).read_text())
    assert card["base"] == "multilingual-e5-small"
    assert card["examples"] >= 60
    base, adapter = card["held_out"]["base"], card["held_out"]["adapter"]
    assert base.keys() == adapter.keys()
    assert base != adapter  # it was merged into the model and has changed it
    assert "right line in first 3" in done.output


def test_a_folder_that_is_there_is_not_written_over(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["finetune", "lines", str(tmp_path)])
    assert done.exit_code == 2
    assert "is there already" in done.output.replace("\n", " ")


def test_without_held_out_organisations_nothing_is_trained(data: Path, tmp_path: Path) -> None:
    (data / f"{HELD_OUT}.json").unlink()
    done = CliRunner().invoke(app, ["finetune", "lines", str(tmp_path / "adapter"), "--data", str(data)])
    assert done.exit_code == 2
    assert "held_out" in done.output
    assert not (tmp_path / "adapter").exists()


def test_a_training_that_cannot_begin_leaves_no_folder_in_the_way(data: Path, tmp_path: Path) -> None:
    (data / f"{LEARNT[0]}.json").unlink()
    file = data / f"{LEARNT[1]}.json"
    organisation = json.loads(file.read_text())
    file.write_text(json.dumps({**organisation, "questions": organisation["questions"][:3]}))
    done = CliRunner().invoke(app, ["finetune", "lines", str(tmp_path / "adapter"), "--data", str(data)])
    assert done.exit_code == 2
    assert "too few to train on" in done.output
    assert not (tmp_path / "adapter").exists()
