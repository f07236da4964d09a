"""The log of a server: lines for people, or JSON for programs; neither has personal data or secrets in it."""

import json
import logging
import sys
from datetime import UTC, datetime
from typing import TextIO

from assistant.security.redaction import redacted
from assistant.settings import LogSettings
from finetune.privacy.spans import Finder, nothing

# What would begin a line of its own, or move about in a terminal: whoever is logged could write what they like.
_CONTROL = {number: f"\\x{number:02x}" for number in (*range(32), *range(127, 160))}


def start_logging(settings: LogSettings, stream: TextIO | None = None, finder: Finder = nothing) -> None:
    """Write the log of this process to `stream` (default: standard error) from now on, in the place of what was set.

    `finder` finds personal data beside our own rules.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter((JsonLines if settings.format == "json" else PlainLines)(finder))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(settings.level.upper())


class _Redacting(logging.Formatter):
    def __init__(self, finder: Finder = nothing) -> None:
        super().__init__()
        self._finder = finder

    def said(self, record: logging.LogRecord) -> str:
        """What is logged."""
        return redacted(record.getMessage(), self._finder)

    def stack(self, record: logging.LogRecord) -> str:
        """The stack of calls of an error, whose own words may quote somebody."""
        return redacted(self.formatException(record.exc_info), self._finder) if record.exc_info else ""


class PlainLines(_Redacting):
    """`2026-05-04T12:30:10Z WARNING knowledge.sync: ...`, and below it the stack of calls of an error."""

    def format(self, record: logging.LogRecord) -> str:
        """One record."""
        said = self.said(record).translate(_CONTROL)
        line = f"{_moment(record)} {record.levelname} {record.name}: {said}"
        stack = self.stack(record)
        return f"{line}\n{stack}" if stack else line


class JsonLines(_Redacting):
    """An object a line: `time`, `level`, `logger`, `message`, and for an error its `error` (type) and `stack`."""

    def format(self, record: logging.LogRecord) -> str:
        """One record."""
        row = {
            "time": _moment(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": self.said(record),
        }
        if stack := self.stack(record):
            kind = record.exc_info[0] if record.exc_info else None
            row |= {"error": kind.__name__ if kind else "", "stack": stack}
        return json.dumps(row, ensure_ascii=False)


def _moment(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
