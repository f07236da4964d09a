"""The command line: quick help, one clear sentence for bad input."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from assistant.cli import app

HEAVY = (
    "torch",
    "transformers",
    "sentence_transformers",
    "chromadb",
    "opentelemetry",
    "gradio",
    "langchain",
    "langgraph",
    "sklearn",
    "pandas",
)


def test_help_loads_nothing_heavy() -> None:
    code = f"import sys, assistant, assistant.cli; print([name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_help_names_every_command() -> None:
    shown = CliRunner().invoke(app, ["--help"]).output
    for command in (
        "up",
        "serve",
        "ask",
        "chat",
        "ingest",
        "documents",
        "sources",
        "jobs",
        "grants",
        "users",
        "keys",
        "models",
        "evaluate",
        "backup",
        "restore",
        "doctor",
    ):
        assert command in shown


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["ask", "   "], 2, "question"),
        (["ask", "x" * 100_000], 2, "8000"),
        (["ingest", "/no/such/folder"], 2, "/no/such/folder"),
        (["documents", "show", "nothing.md"], 2, "nothing.md"),
        (["documents", "delete", "../../etc/passwd"], 2, "no document"),
    ],
)
def test_bad_input_ends_in_one_sentence(
    arguments: list[str], status: int, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PILARES_HOME", str(tmp_path))
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == status, done.output
    assert said in done.output.replace(",", "").replace(".000", "000")
    assert "Traceback" not in done.output


def test_a_setting_that_cannot_be_used_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PILARES_HOME", str(tmp_path))
    (tmp_path / "pilares.toml").write_text('llm = "x@ftp://example"\n')
    done = CliRunner().invoke(app, ["documents", "list"])
    assert done.exit_code == 2
    assert "llm.url" in done.output
    assert "pilares.toml" in done.output


def test_missing_models_name_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PILARES_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PILARES_MODELS_FOLDER", str(tmp_path / "none"))
    done = CliRunner().invoke(app, ["ask", "How long is the warranty?"])
    assert done.exit_code == 1
    assert "pilares models pull multilingual-e5-small" in done.output


def test_a_terminal_is_not_obeyed() -> None:
    from assistant.cli.asking import safe

    assert safe("a\x1b[31mred\x07\x9b31m\u202eb\nc") == "a[31mred31mb\nc"


def test_doctor_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PILARES_HOME", str(tmp_path))
    monkeypatch.setenv("PILARES_MODELS_FOLDER", str(tmp_path / "none"))
    done = CliRunner().invoke(app, ["doctor"])
    assert done.exit_code == 1
    assert "FAIL  small model" in done.output
    assert "pilares models pull" in done.output
    assert os.listdir(tmp_path) == []
