"""`pilares ingest`: what was added is said, and what was not decides the exit status."""

from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from assistant.cli import app
from assistant.models.models import Models
from knowledge.testing.embedder import HashingEmbedder


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PILARES_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(Models, "embedder", lambda _: HashingEmbedder())
    (tmp_path / "papers").mkdir()
    (tmp_path / "papers" / "refunds.md").write_text("# Refunds\n\nMoney is paid back within thirty days.\n")
    return tmp_path / "papers"


def _ingest(folder: Path) -> Result:
    return CliRunner().invoke(app, ["ingest", str(folder)])


def test_documents_that_can_be_read_end_well(folder: Path) -> None:
    done = _ingest(folder)
    assert done.exit_code == 0, done.output
    assert "1 added" in done.output
    assert "1 unchanged" in _ingest(folder).output


def test_one_that_cannot_be_read_does_not_end_well_and_the_others_are_there(folder: Path) -> None:
    (folder / "prices.pdf").write_bytes(b"%PDF-1.7 cut short")
    (folder / "nothing.txt").write_bytes(b"")
    done = _ingest(folder)
    assert done.exit_code == 1
    assert "1 added" in done.output
    assert "2 failed" in done.output
    assert "prices.pdf" in done.output
    assert "nothing.txt" in done.output
    assert "refunds.md" in CliRunner().invoke(app, ["documents", "list"]).output


def test_a_folder_that_is_empty_all_at_once_is_believed_only_when_that_is_said(folder: Path) -> None:
    for number in range(10):
        (folder / f"{number}.md").write_text(f"Words of number {number}.\n")
    _ingest(folder)
    for each in folder.iterdir():
        each.unlink()
    done = _ingest(folder)
    assert (done.exit_code, "--forget-gone" in done.output) == (1, True)
    done = CliRunner().invoke(app, ["ingest", str(folder), "--forget-gone"])
    assert (done.exit_code, "11 removed" in done.output) == (0, True)
