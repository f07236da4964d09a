"""`pilares handoffs` as a colleague runs it."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from assistant.cli import app
from assistant.handoff.record import Exchange, Handoff, Quote, Summary
from assistant.handoff.store import Circumstances
from assistant.storage.conversations import Conversations


def _run(*arguments: str, status: int = 0) -> str:
    done = CliRunner().invoke(app, ["handoffs", *arguments])
    assert done.exit_code == status, done.output
    return done.output


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Handoff:
    monkeypatch.setenv("PILARES_HOME", str(tmp_path))
    with Conversations.open(f"sqlite:///{tmp_path / 'pilares.db'}") as conversations:
        begun = conversations.start("ana\x1b[31m")
        exchange = Exchange("How long is\x1b[2J the warranty?", "Two years.", (Quote("w.md", "2 years"),))
        summary = Summary("a person, please", (exchange,), 0, ("Who repairs it?",))
        why = Circumstances("en", "withheld", "urgent", "negative")
        return conversations.handoffs.begin("ana\x1b[31m", begun.id, why, summary)


def test_it_is_listed_shown_taken_and_closed(made: Handoff) -> None:
    listed = _run("list")
    assert made.id[:8] in listed
    assert "the documents did not answer (urgent, negative)" in listed
    shown = _run("show", made.id[:8])
    assert "Asked for a person: a person, please" in shown
    assert "w.md: “2 years”" in shown
    assert "- Who repairs it?" in shown
    assert "\x1b" not in listed + shown  # nothing of it drives the terminal
    assert "taken" in _run("take", made.id[:8])
    assert "closed" in _run("close", made.id)
    assert "No conversation waits" in _run("list")
    assert made.id[:8] in _run("list", "--state", "closed")


def test_an_unknown_one_is_an_error_that_says_what_to_do(made: Handoff) -> None:
    assert "pilares handoffs list" in _run("show", "0" * 32, status=2)
