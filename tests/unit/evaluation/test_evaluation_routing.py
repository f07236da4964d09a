"""Figures of routing, checked by hand, and the command that gives them."""

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from assistant.cli.evaluate import app
from assistant.evaluation.routing_metrics import area_intervals, curve_figures, gain_curve
from knowledge.testing.embedder import HashingEmbedder

SMALL = np.array([1.0, 0, 0, 1, 0])
LARGE = np.array([1.0, 1, 1, 1, 0])


def test_a_perfect_score_by_hand() -> None:
    curve = gain_curve(LARGE - SMALL, SMALL, LARGE)
    assert curve.accuracy.tolist() == pytest.approx([0.4, 0.8, 0.8])  # two equal scores are one straight piece
    assert curve.calls.tolist() == pytest.approx([0, 0.4, 1])
    figures = curve_figures(curve)
    assert figures["cpt50"] == pytest.approx(0.2)
    assert figures["cpt80"] == pytest.approx(0.32)
    assert figures["apgr"] == pytest.approx(0.4 * 0.5 + 0.6)
    assert figures["calls_at_99pct"] == pytest.approx(0.4 * (0.792 - 0.4) / 0.4)


def test_a_constant_score_is_random_routing() -> None:
    figures = curve_figures(gain_curve(np.zeros(5), SMALL, LARGE))
    assert (figures["apgr"], figures["cpt50"]) == (pytest.approx(0.5), pytest.approx(0.5))


def test_a_wrong_way_score_is_worse_than_random() -> None:
    assert gain_curve(SMALL - LARGE, SMALL, LARGE).area() < 0.5


def test_equally_good_models_have_no_gap_to_recover() -> None:
    assert np.isnan(gain_curve(np.arange(5.0), SMALL, SMALL).area())


def test_intervals_hold_the_figure_and_the_lead() -> None:
    generator = np.random.default_rng(0)
    need = generator.random(400)
    small = (generator.random(400) > need).astype(float)
    scores = {"router": need, "noise": generator.random(400)}
    found = area_intervals(scores, small, np.ones(400))
    low, high = found["router"]
    assert low < gain_curve(need, small, np.ones(400)).area() < high
    assert found["router-noise"][0] > 0


@pytest.mark.parametrize("half", ["all", "tune", "test"])
def test_the_command(half: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PILARES_HOME", str(tmp_path / "home"))
    monkeypatch.setattr("assistant.models.models.Models.embedder", lambda self: HashingEmbedder())
    generator = np.random.default_rng(1)
    rows = []
    for number in range(400):
        hard = bool(generator.random() < 0.5)
        text = f"{'prove the theorem' if hard else 'when does it open'} {number}"
        small, large = bool(generator.random() < (0.3 if hard else 0.9)), bool(generator.random() < 0.9)
        rows.append({"id": f"r{number}", "prompt": text, "small_correct": small, "large_correct": large})
    file, figures, details = (tmp_path / name for name in ("rows.jsonl", "figures.json", "details.jsonl"))
    file.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    arguments = ["routing", str(file), "--half", half, "--json", str(figures), "--details", str(details)]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    written = json.loads(figures.read_text("utf-8"))
    assert {"apgr", "cpt50", "cpt80", "calls_at_99pct", "ece", "baselines", "intervals"} <= written.keys()
    assert set(written["baselines"]) == {"random", "length", "tfidf"}
    assert written["apgr"] > 0.7 > written["baselines"]["random"]["apgr"]
    assert written["ece"] < 0.12
    told = [json.loads(line) for line in details.read_text("utf-8").splitlines()]
    assert len(told) == written["n"]
    assert {"id", "score", "p_slm", "p_right", "small_correct", "large_correct"} == told[0].keys()


def test_too_few_rows_are_refused_before_a_model_is_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PILARES_HOME", str(tmp_path))
    file = tmp_path / "rows.jsonl"
    file.write_text('{"id": "1", "prompt": "a", "small_correct": true, "large_correct": true}\n', encoding="utf-8")
    result = CliRunner().invoke(app, ["routing", str(file)])
    assert result.exit_code == 2
    assert "There are 1 questions with an outcome" in result.stderr
