"""`pilares documents verify`: counts, a sentence for each inconsistency, the exit status, the report."""

import json
import sqlite3
from pathlib import Path

import pytest
from typer.testing import CliRunner

from assistant.cli import app
from assistant.models.models import Models
from knowledge.library import Library
from knowledge.testing.embedder import HashingEmbedder


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two documents, and an embedder without a model."""
    monkeypatch.setenv("PILARES_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(Models, "embedder", lambda _: HashingEmbedder())
    monkeypatch.setattr(Models, "embedder_id", lambda _: HashingEmbedder().model_id)
    with Library.open(tmp_path / "home" / "knowledge", HashingEmbedder()) as library:
        library.add_texts([("refunds", "Refunds", "Money back."), ("odd", "Odd", "More words.")])
    return tmp_path / "home"


def run(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["documents", *arguments])
    assert "Traceback" not in done.output
    return done.exit_code, done.output


def damage(home: Path, statement: str) -> None:
    connection = sqlite3.connect(home / "knowledge" / "knowledge.db")
    connection.execute(statement)
    connection.commit()
    connection.close()


def test_a_sound_store() -> None:
    status, said = run("verify")
    assert status == 0, said
    assert "2 documents, 2 passages, 2 with words, 2 with vectors; vector index: 2 entries." in said
    assert said.endswith("Everything fits.\n")


def test_what_does_not_fit_is_said_and_mended_by_the_command_that_is_named(home: Path, tmp_path: Path) -> None:
    damage(home, "DELETE FROM words")
    damage(home, "UPDATE documents SET name = 'odd' || char(27) || '[31m' WHERE name = 'odd'")
    status, said = run("verify", "--json", str(tmp_path / "report.json"))
    assert status == 1
    assert "1 passage of refunds is not in the full-text index with its words. Run `pilares documents reindex`." in said
    assert "\x1b" not in said
    report = json.loads((tmp_path / "report.json").read_text())
    assert (report["sound"], report["chunks"], report["words"]) == (False, 2, 0)
    assert {each["document"] for each in report["findings"]} == {"refunds", "odd\x1b[31m"}
    assert {each["kind"] for each in report["findings"]} == {"words"}
    assert run("reindex")[0] == 0
    assert run("verify", "--json", str(tmp_path / "report.json"))[0] == 0
    assert json.loads((tmp_path / "report.json").read_text())["findings"] == []


def test_another_embedder_is_an_inconsistency(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Models, "embedder_id", lambda _: "other-1")
    status, said = run("verify")
    assert status == 1
    assert "indexed with the embedder hashing-256, but other-1 is configured" in said


def test_a_running_server_is_named(home: Path) -> None:
    with Library.open(home / "knowledge", HashingEmbedder()):
        status, said = run("verify")
    assert status == 1
    assert "in use by process" in said


def test_a_report_that_cannot_be_written_is_refused_first(tmp_path: Path) -> None:
    status, said = run("verify", "--json", str(tmp_path / "none" / "report.json"))
    assert status == 2
    assert "none" in said


def test_the_id_of_the_configured_embedder_is_that_of_the_loaded_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Known without loading it, so that verifying needs no model."""
    monkeypatch.undo()
    from assistant.models import embedder
    from assistant.models.catalogue import MULTILINGUAL_E5
    from assistant.settings import Settings

    made: list[str] = []
    monkeypatch.setattr(embedder, "require", lambda *_: tmp_path)
    monkeypatch.setattr(embedder, "SentenceEmbedder", lambda _folder, model_id, _prefixes: made.append(model_id))
    embedder.load_embedder(MULTILINGUAL_E5, tmp_path)
    assert made == [Models(Settings(home=tmp_path)).embedder_id()]
