"""`pilares evaluate` as a person runs it."""

import json
import signal
from pathlib import Path

import pytest
from typer.testing import CliRunner

from assistant.cli.evaluate import app
from assistant.errors import ModelUnavailable
from knowledge.testing.embedder import HashingEmbedder

KEYS = {
    "n", "answered_correct", "wrong", "abstained_right", "abstained_wrong", "citation_document_recall",
    "citation_precision", "slm_share", "escalated_share", "first_token_s_p50", "first_token_s_p95", "total_s_p50",
    "by_language", "by_kind", "intervals", "partial",
}  # fmt: skip


@pytest.fixture
def evaluate(home: Path, opening, monkeypatch: pytest.MonkeyPatch):
    """Run the command with scripted models."""
    monkeypatch.setattr("assistant.evaluation.measure.loaded_assistant", opening)
    monkeypatch.setattr("assistant.models.models.Models.embedder", lambda self: HashingEmbedder())
    return lambda *arguments: CliRunner().invoke(app, [str(each) for each in arguments])


@pytest.fixture
def beir(tmp_path: Path) -> Path:
    folder = tmp_path / "beir"
    (folder / "qrels").mkdir(parents=True)
    (folder / "corpus.jsonl").write_text(
        '{"_id": "d1", "title": "Leave", "text": "annual leave"}\n{"_id": "d2", "text": "travel expenses"}\n', "utf-8"
    )
    (folder / "queries.jsonl").write_text('{"_id": "q1", "text": "annual leave"}\n', "utf-8")
    (folder / "qrels/test.tsv").write_text("query-id\tcorpus-id\tscore\nq1\td1\t1\n", "utf-8")
    return folder


def test_retrieval_writes_figures_and_details(evaluate, beir: Path, tmp_path: Path) -> None:
    figures, details = tmp_path / "figures.json", tmp_path / "details.jsonl"
    result = evaluate("retrieval", beir, "--json", figures, "--details", details)
    assert result.exit_code == 0, result.output
    written = json.loads(figures.read_text("utf-8"))
    assert (written["documents"], written["queries"], written["ndcg@10"], written["mode"]) == (2, 1, 1.0, "hybrid")
    assert [json.loads(line) for line in details.read_text("utf-8").splitlines()] == [
        {"query": "q1", "ranked": ["d1", "d2"]}
    ]
    assert "ndcg@10" in result.stdout


def test_answers_writes_figures_and_details(evaluate, asked: Path, tmp_path: Path) -> None:
    figures, details = tmp_path / "figures.json", tmp_path / "details.jsonl"
    result = evaluate("answers", asked, "--json", figures, "--details", details)
    assert result.exit_code == 0, result.output
    assert json.loads(figures.read_text("utf-8")).keys() >= KEYS
    rows = [json.loads(line) for line in details.read_text("utf-8").splitlines()]
    assert [row["id"] for row in rows] == ["right", "follow", "withheld", "fails", "refused", "hello"]
    assert "answered_correct" in result.stdout
    assert "follow_up" in result.stdout


def test_the_model_is_passed_on(evaluate, asked: Path, opening) -> None:
    assert evaluate("answers", asked, "--model", "llm", "--kind", "single").exit_code == 0
    assert [(request.text, request.model) for request in opening.last.requests] == [
        ("How many days of annual leave?", "llm"), ("Will this fail?", "llm"),
    ]  # fmt: skip


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_being_stopped_writes_what_is_done(sent, evaluate, asked: Path, opening, tmp_path: Path) -> None:
    opening.interrupt_at, opening.interrupt_with = 2, sent
    figures, details = tmp_path / "figures.json", tmp_path / "details.jsonl"
    result = evaluate("answers", asked, "--json", figures, "--details", details)
    assert result.exit_code == 130
    assert json.loads(figures.read_text("utf-8"))["partial"] is True
    assert len(details.read_text("utf-8").splitlines()) == 1
    assert not opening.settings.home.exists()
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


@pytest.mark.parametrize("command", ["retrieval", "answers"])
def test_bad_input_is_one_sentence_and_status_2(evaluate, tmp_path: Path, command: str) -> None:
    result = evaluate(command, tmp_path / "nowhere")
    assert result.exit_code == 2
    assert "nowhere does not exist. Name a folder" in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert result.stdout == ""


def test_an_output_that_cannot_be_written_is_refused_before_anything_runs(evaluate, asked: Path, opening) -> None:
    result = evaluate("answers", asked, "--json", "/nowhere/figures.json")
    assert result.exit_code == 2
    assert opening.last is None


def test_a_missing_model_is_status_1_and_leaves_no_files(
    evaluate, asked: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(settings):
        raise ModelUnavailable("The model is not on disk. Run `pilares models pull`.")

    monkeypatch.setattr("assistant.evaluation.measure.loaded_assistant", missing)
    result = evaluate("answers", asked, "--details", tmp_path / "details.jsonl")
    assert result.exit_code == 1
    assert result.stderr.strip() == "The model is not on disk. Run `pilares models pull`."
    assert not list(tmp_path.glob("details*"))


def test_a_broken_setting_is_bad_input(evaluate, asked: Path, home: Path) -> None:
    (home / "pilares.toml").write_text("[turn]\npassages = 0\n", encoding="utf-8")
    result = evaluate("answers", asked)
    assert result.exit_code == 2
    assert "turn.passages" in result.stderr


def test_support_writes_figures_and_details(evaluate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.models.models.Models.line_embedder", lambda self: HashingEmbedder())
    monkeypatch.setattr("assistant.models.models.Models.endpoint", lambda self, role: None)
    monkeypatch.setattr(
        "assistant.models.models.Models.first_token_logprobs",
        lambda self, role, messages: {"True": -0.1, "False": -2.4},
    )
    file, figures, details = tmp_path / "claims.jsonl", tmp_path / "figures.json", tmp_path / "details.jsonl"
    rows = [
        {"id": "a", "lang": "en", "context": "Cats sleep all day.", "claim": "Cats sleep all day.", "supported": True},
        {"id": "b", "lang": "en", "context": "Cats sleep all day.", "claim": "Fish fly at 9.", "supported": False},
    ]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    result = evaluate("support", file, "--json", figures, "--details", details)
    assert result.exit_code == 0, result.output
    written = json.loads(figures.read_text("utf-8"))
    assert {"balanced_accuracy", "auroc", "f1_unsupported", "ms_per_claim_p50"} <= written.keys()
    assert written["baselines"]["majority"]["balanced_accuracy"] == 0.5
    assert [json.loads(line)["id"] for line in details.read_text("utf-8").splitlines()] == ["a", "b"]
    assert "balanced_accuracy" in result.stdout


def test_answers_shows_the_risk_of_the_surest_and_a_threshold(evaluate, asked: Path, tmp_path: Path) -> None:
    figures = tmp_path / "figures.json"
    result = evaluate("answers", asked, "--json", figures, "--target-error", "0.5")
    assert result.exit_code == 0, result.output
    measured = json.loads(figures.read_text("utf-8"))["risk_coverage"]
    assert measured["target"]["error"] == 0.5
    assert measured["questions"] == measured["answered"] + 1
