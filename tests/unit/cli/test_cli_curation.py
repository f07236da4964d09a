"""Pinning and hiding documents from the command line."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from assistant.cli import app
from assistant.models.models import Models
from assistant.testing.homes import furnish, open_library
from knowledge.testing.embedder import HashingEmbedder


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PILARES_HOME", str(tmp_path))
    monkeypatch.setattr(Models, "embedder", lambda _: HashingEmbedder())
    return furnish(tmp_path)


def _run(*arguments: str) -> str:
    done = CliRunner().invoke(app, ["documents", *arguments])
    assert done.exit_code == 0, done.output
    return done.output


def test_hide_and_pin_are_told_in_the_list_and_taken_back(home: Path) -> None:
    assert "no search finds it" in _run("hide", "refunds")
    assert "pinned" in _run("pin", "warranty")
    lines = {line.split()[0]: line for line in _run("list").splitlines()}
    assert ("hidden" in lines["refunds"], "pinned" in lines["warranty"]) == (True, True)
    with open_library(home) as library:
        assert "refunds" not in [hit.document for hit in library.search("money back within thirty days")]
    _run("unhide", "refunds")
    _run("unpin", "warranty")
    assert not {"hidden", "pinned"} & set(_run("list").split())


def test_an_unknown_name_is_one_sentence(home: Path) -> None:
    done = CliRunner().invoke(app, ["documents", "hide", "nothing"])
    assert done.exit_code == 2
    assert "There is no document 'nothing'" in done.output
