"""`pilares router` and `pilares ledger` as an operator runs them."""

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from assistant.cli import app
from assistant.models.models import Models
from assistant.testing.homes import furnish
from knowledge.testing.embedder import HashingEmbedder


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PILARES_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(Models, "embedder", lambda _: HashingEmbedder())
    monkeypatch.setattr(Models, "embedder_id", lambda _: HashingEmbedder().model_id)
    return furnish(tmp_path / "home")


@pytest.fixture
def outcomes(tmp_path: Path) -> Path:
    generator, rows = np.random.default_rng(2), []
    for number in range(300):
        hard = bool(generator.random() < 0.5)
        small, large = bool(generator.random() < (0.3 if hard else 0.9)), bool(generator.random() < 0.9)
        text = f"{'prove the theorem' if hard else 'when does it open'} {number}"
        rows.append({"id": f"r{number}", "prompt": text, "small_correct": small, "large_correct": large})
    file = tmp_path / "outcomes.jsonl"
    file.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return file


def _run(*arguments: object, status: int = 0) -> str:
    done = CliRunner().invoke(app, [str(each) for each in arguments])
    assert done.exit_code == status, done.output
    return done.output


def test_fit_calibrate_explain_and_report(home: Path, outcomes: Path, tmp_path: Path) -> None:
    assert "No router was fitted" in _run("router", "report")
    said = _run("router", "fit", outcomes)
    assert "fitted on 300 questions (outcomes.jsonl)" in said
    assert "auto-quality" in said
    version = (home / "router" / "current").read_text("utf-8")
    assert "weights of" in _run("router", "calibrate", outcomes)
    assert (home / "router" / "current").read_text("utf-8") != version
    found = tmp_path / "explained.json"
    _run("router", "explain", "How long does the warranty of the pump last?", "--json", found)
    explained = json.loads(found.read_text("utf-8"))
    route = explained["route"]
    assert route["reason"] in ("judged_easy", "judged_between", "judged_hard")
    assert 0 < route["p_slm"] < 1
    assert explained["bands"]["hard"] == pytest.approx(route["threshold"], abs=1e-3)
    assert explained["features"]["found"] == 1.0
    _run("router", "report", "--json", tmp_path / "report.json")
    assert json.loads((tmp_path / "report.json").read_text("utf-8"))["turns"] == 0  # explaining stores nothing


def test_without_feedback_it_is_said_what_it_takes(home: Path) -> None:
    said = _run("router", "fit", status=2)
    assert "There are 0 questions with an outcome" in said
    assert "It takes 200, and 30 of each" in said
    assert "no fitted router to calibrate" in _run("router", "calibrate", status=2)


def test_a_router_for_other_models_is_refused_and_said(home: Path, outcomes: Path) -> None:
    _run("router", "fit", outcomes)
    (home / "pilares.toml").write_text('llm = "other.gguf"\n', encoding="utf-8")
    assert "is not used: llm was" in _run("router", "report")
    assert "is not used: llm was" in _run("router", "calibrate", outcomes, status=2)


def test_the_ledger_of_a_new_home(home: Path, tmp_path: Path) -> None:
    assert "Always the large model" in _run("ledger", "--since", "2026-01-01", "--json", tmp_path / "ledger.json")
    assert json.loads((tmp_path / "ledger.json").read_text("utf-8"))["answers"] == 0
