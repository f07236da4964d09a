"""Whatever a command is asked about that is not there: one sentence, status 2, and nothing of Python."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from assistant.cli import app
from assistant.testing.homes import furnish
from knowledge.testing.embedder import HashingEmbedder

NONE = "nothing-like-it"
ASKED_FOR = [
    ["documents", "show", NONE],
    ["documents", "tag", NONE, "x"],
    ["documents", "delete", NONE],
    ["documents", "pin", NONE],
    ["documents", "unpin", NONE],
    ["documents", "hide", NONE],
    ["documents", "unhide", NONE],
    ["sources", "remove", NONE],
    ["sources", "sync", NONE],
    ["jobs", "show", "4711"],
    ["jobs", "cancel", "4711"],
    ["jobs", "retry", "4711"],
    ["grants", "remove", NONE],
    ["grants", "of", NONE],
    ["grants", "give", NONE, "staff"],
    ["users", "link", NONE],
    ["users", "suspend", NONE],
    ["users", "resume", NONE],
    ["users", "role", NONE, "admin"],
    ["users", "groups", NONE, "staff"],
    ["users", "export", NONE, "out.zip"],
    ["users", "delete", NONE, "--yes"],
    ["keys", "create", "robot", "--user", NONE],
    ["keys", "list", "--user", NONE],
    ["keys", "revoke", NONE],
    ["widget", "revoke", NONE],
    ["widget", "secret", NONE],
    ["handoffs", "show", NONE],
    ["handoffs", "take", NONE],
    ["handoffs", "close", NONE],
    ["curated", "show", NONE],
    ["curated", "confirm", NONE],
    ["curated", "retire", NONE],
    ["connectors", "run", NONE],
    ["connectors", "manifest", NONE],
    ["connectors", "simulate", NONE],
    ["connectors", "send", NONE, "C1", "Hello"],
    ["connectors", "pause", NONE],
    ["connectors", "resume", NONE],
    ["models", "pull", NONE],
    ["mcp", "--user", NONE],
    ["finetune", "show", NONE],
    ["finetune", "show", "nothing@v1"],
    ["finetune", "promote", "reader", "nothing@v1"],
    ["finetune", "rollback", NONE],
    ["finetune", "export", "nothing@v1", "out.zip"],
    ["finetune", "import", NONE, "help"],
    ["finetune", "train", NONE],
    ["finetune", "train", "--resume", NONE],
    ["finetune", "cancel", NONE],
    ["finetune", "evaluate", NONE],
    ["finetune", "evaluate", "nothing@v1"],
    ["finetune", "dataset", "check", NONE],
    ["finetune", "dataset", "show", NONE],
    ["finetune", "dataset", "review", "show", "abcdef1234"],
    ["finetune", "dataset", "review", "accept", "abcdef1234"],
    ["finetune", "dataset", "review", "refuse", "abcdef1234"],
    ["finetune", "dataset", "import", NONE],
    ["ingest", NONE],
    ["restore", NONE],
    ["router", "fit", NONE],
    ["router", "calibrate", NONE],
    *(["evaluate", kind, NONE] for kind in (
        "retrieval", "answers", "routing", "escalation", "support", "intents", "tools",
    )),
]  # fmt: skip
MAKES = {
    "ask", "backup", "sources add", "grants set", "grants restrict", "users add", "keys create", "widget create",
    "finetune dataset build", "finetune lines", "finetune grounded", "router explain",
}  # fmt: skip
"""What is given a name for something new, or a question."""


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return furnish(tmp_path_factory.mktemp("unknown") / "home")


@pytest.fixture(autouse=True)
def home(furnished: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PILARES_HOME", str(furnished))
    monkeypatch.setattr("assistant.models.models.Models.embedder", lambda _: HashingEmbedder())
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("words", ASKED_FOR, ids=" ".join)
def test_what_is_not_there_ends_with_status_2(words: list[str]) -> None:
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 2, f"{done.exit_code}: {done.output}"
    assert "Traceback" not in done.output
    assert len(done.output.strip().splitlines()) <= 2, done.output


def test_every_command_that_takes_a_name_is_asked() -> None:
    asked = [" ".join(words) for words in ASKED_FOR]
    named = [path for path, command in _commands(typer.main.get_command(app), "")
             if any(each.param_type_name == "argument" for each in command.params)]  # fmt: skip
    missing = [path for path in named if path not in MAKES and not any(each.startswith(f"{path} ") for each in asked)]
    assert missing == []


def _commands(command: object, path: str) -> Iterator[tuple[str, typer.core.TyperCommand]]:
    if isinstance(command, typer.core.TyperGroup):
        for name, each in command.commands.items():
            yield from _commands(each, f"{path} {name}".strip())
    else:
        assert isinstance(command, typer.core.TyperCommand)
        yield path, command
