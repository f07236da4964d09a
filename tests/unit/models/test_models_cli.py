"""`pilares models list` and `pilares models pull`."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from assistant.cli.models import app
from assistant.models.testing import FakeServer, MakeModel

CONTENT = b"content" * 300


@pytest.fixture(autouse=True)
def fresh_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PILARES_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PILARES_MODELS_FOLDER", str(tmp_path / "models"))


@pytest.fixture
def tiny(make_model: MakeModel, monkeypatch: pytest.MonkeyPatch) -> None:
    """A catalogue of one small model."""
    monkeypatch.setattr("assistant.models.catalogue.CATALOGUE", (make_model(CONTENT),))


def _run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, list(arguments))
    return result.exit_code, result.output


def test_nothing_is_installed_at_first(tmp_path: Path) -> None:
    status, output = _run("list", "--json", str(tmp_path / "models.json"))
    assert status == 0
    assert output.count("missing") == 5
    listed = json.loads((tmp_path / "models.json").read_text())
    assert listed["folder"] == str(tmp_path / "models")
    assert {model["state"] for model in listed["models"]} == {"missing"}
    assert {model["licence"] for model in listed["models"]} == {"Apache-2.0", "MIT"}


@pytest.mark.usefixtures("tiny")
def test_pull_then_list(tmp_path: Path) -> None:
    status, output = _run("pull", "tiny")
    assert status == 0, output
    assert "verified" in output
    assert "installed" in _run("list")[1]
    assert (tmp_path / "models" / "tiny" / "tiny.bin").read_bytes() == CONTENT


@pytest.mark.usefixtures("tiny")
def test_a_damaged_model_is_shown_with_what_to_do(tmp_path: Path) -> None:
    _run("pull", "tiny")
    (tmp_path / "models" / "tiny" / "tiny.bin").write_bytes(b"short")
    status, output = _run("list")
    assert status == 0
    assert "corrupt" in output
    assert "`pilares models pull tiny`" in output


@pytest.mark.usefixtures("tiny")
def test_a_pull_that_fails_says_so_in_one_sentence(server: FakeServer) -> None:
    server.wheels.clear()
    status, output = _run("pull", "tiny")
    assert status == 1
    assert "Traceback" not in output
    assert "`pilares models pull tiny`" in " ".join(output.split())


def test_an_unknown_name(tmp_path: Path) -> None:
    status, output = _run("pull", "gpt-9")
    assert status == 2
    assert "multilingual-e5-small" in output


def test_without_names_what_the_settings_use(monkeypatch: pytest.MonkeyPatch) -> None:
    pulled: list[str] = []
    monkeypatch.setenv("PILARES_LLM", "gpt-5-mini@https://api.test/v1")
    monkeypatch.setattr("assistant.models.download.pull", lambda model, *_: pulled.append(model.name))
    assert _run("pull")[0] == 0
    assert pulled == ["qwen2.5-coder-0.5b", "multilingual-e5-small"]


def test_a_file_that_cannot_be_written(tmp_path: Path) -> None:
    status, output = _run("list", "--json", str(tmp_path / "no" / "models.json"))
    assert status == 1
    assert "cannot be written" in output
