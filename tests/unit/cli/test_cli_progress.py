"""What the terminal says while a long answer is made, on standard error, and the wire says the same to programs."""

import sys

import pytest

from assistant.api.wire import event_json
from assistant.cli.asking import Progress
from assistant.turn.events import Reading


class Terminal:
    """Standard error as a terminal, or as a file."""

    def __init__(self, *, terminal: bool) -> None:
        self.text = ""
        self._terminal = terminal

    def isatty(self) -> bool:
        return self._terminal

    def write(self, text: str) -> int:
        self.text += text
        return len(text)

    def flush(self) -> None: ...


def test_one_line_is_replaced_and_taken_away(monkeypatch: pytest.MonkeyPatch) -> None:
    error = Terminal(terminal=True)
    monkeypatch.setattr(sys, "stderr", error)
    progress = Progress()
    progress.tell(Reading(3, 9, "section"), "en")
    assert error.text == "\r\x1b[KReading section 3 of 9…"
    progress.clear()
    progress.clear()
    assert error.text.count("\x1b[K") == 2


def test_a_file_gets_none_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    error = Terminal(terminal=False)
    monkeypatch.setattr(sys, "stderr", error)
    progress = Progress()
    progress.tell(Reading(3, 9, "section"), "en")
    progress.clear()
    assert error.text == ""


def test_programs_are_told_what_is_read() -> None:
    assert event_json(Reading(2, 5, "paragraph")) == ("reading", {"line": 2, "lines": 5, "unit": "paragraph"})
