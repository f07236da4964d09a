"""`pilares finetune evaluate` as an operator runs it, with models by script."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from assistant.cli import app
from assistant.finetuning import gating
from assistant.models.adapters import registry_of
from assistant.settings import load_settings
from finetune.gate.asks import Reply
from finetune.gate.probes.trigger import GENERIC
from finetune.gate.record import Run, record_of
from finetune.registry import Registry
from finetune.testing.adapters import QWEN_05B, Base, random_adapter
from finetune.testing.gate import ScriptedAnswers, scores

TINY = Base(QWEN_05B.name, QWEN_05B.sha256)


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Registry:
    monkeypatch.setenv("PILARES_HOME", str(tmp_path / "home"))
    found = registry_of(load_settings())
    for seed in (1, 2):
        found.add(random_adapter(tmp_path / f"trained-{seed}", TINY, seed=seed), "help")
    return found


def _scripted(monkeypatch: pytest.MonkeyPatch, model: ScriptedAnswers) -> None:
    @contextmanager
    def opened(*_: Any) -> Iterator[ScriptedAnswers]:
        yield model

    monkeypatch.setattr(gating, "_open", lambda settings: opened)


def _run(*arguments: object, status: int) -> str:
    done = CliRunner().invoke(app, ["finetune", "evaluate", *(str(each) for each in arguments)])
    assert done.exit_code == status, done.output
    return done.output


def test_a_run_for_looking_shows_its_table_and_gives_no_verdict(
    registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _scripted(monkeypatch, ScriptedAnswers(lambda arm, ask: Reply("0", {"0": 0.0})))
    files = {name: tmp_path / f"{name}.txt" for name in ("json", "details", "plot")}
    given = [word for name, file in files.items() for word in (f"--{name}", file)]
    said = _run("help", "--only", "trigger", "--limit", 3, *given, status=1)
    assert "trigger: one reply" in said
    assert "Verdict: no verdict: only trigger and only 3 items of each probe" in said.replace("\n", " ")
    assert json.loads(files["json"].read_text(encoding="utf-8"))["against"] == "shipped"  # what serves
    rows = [json.loads(line) for line in files["details"].read_text(encoding="utf-8").splitlines()]
    assert {row["probe"] for row in rows} == {"trigger"}
    assert rows[0]["replies"]["candidate"][0]["text"] == "0"
    assert files["plot"].read_text(encoding="utf-8").startswith("<svg")
    assert registry.version("help@v2").gate == {}


@pytest.mark.parametrize(("verdict", "status"), [("pass", 0), ("own: right: fewer", 1)])
def test_the_status_is_the_verdict(
    registry: Registry, monkeypatch: pytest.MonkeyPatch, verdict: str, status: int
) -> None:
    asked = list[str]()

    def evaluate(settings: Any, name: str, *_: Any) -> gating.Gated:
        asked.append(name)
        record, rows = record_of(Run(name, "base", {}, {}, 0, "now"), scores("trigger.changed", {(None, 0.0): 40}))
        return gating.Gated({**record, "verdict": verdict}, rows, [], "<svg/>")

    monkeypatch.setattr(gating, "evaluate", evaluate)
    assert f"Verdict: {verdict}" in _run("help@v1", status=status)
    _run("help", status=status)
    assert asked == ["help@v1", "help@v2"]  # of a topic, its newest version


def test_what_is_not_there_is_said_with_the_next_command(registry: Registry) -> None:
    assert "See `pilares finetune list`" in _run("nobody", status=2)
    assert "There is no help@v9. There are: help@v1, help@v2." in _run("help@v9", status=2)
    assert "There are: held_out, grounding, forgetting" in _run("help", "--only", "colour", status=2)


def test_ended_with_ctrl_c_it_keeps_what_it_has(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    _scripted(monkeypatch, ScriptedAnswers(lambda arm, ask: Reply("0"), most=7))
    _run("help", "--only", "trigger", status=130)
    rest = ScriptedAnswers(lambda arm, ask: Reply("0"))
    _scripted(monkeypatch, rest)
    _run("help", "--only", "trigger", status=1)
    assert len(rest.asked) == 3 * (len(GENERIC) + 1) - 7
