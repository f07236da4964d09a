"""Progress in a log and on a terminal."""

import io

import pytest
from rich.console import Console

from assistant.evaluation import progress


def test_a_log_gets_a_line_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(progress, "monotonic", lambda: now[0])
    written = io.StringIO()
    with progress.shown("Questions", Console(file=written, width=100)) as step:
        for done in range(1, 21):
            now[0] += 5.0
            step(done, 20)
    lines = written.getvalue().splitlines()
    assert lines[0] == "Questions: 3 of 20, 0:15 gone, about 1:25 left"
    assert len(lines) == 6


def test_a_terminal_gets_a_bar() -> None:
    written = io.StringIO()
    with progress.shown("Questions", Console(file=written, width=100, force_terminal=True)) as step:
        step(3, 20)
    assert "Questions" in written.getvalue()
    assert "3/20" in written.getvalue()
