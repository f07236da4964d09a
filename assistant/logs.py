"""The log of a server: lines for people, or JSON for programs; neither has personal data or secrets in it."""

import json
import logging
import re
import sys
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import TextIO

from assistant.settings import LogSettings
from finetune.privacy.scrub import Scrubber

# What would begin a line of its own, or move about in a terminal: whoever is logged could write what they like.
_CONTROL = {number: f"\\x{number:02x}" for number in (*range(32), *range(127, 160))}

# Four numbers, or groups with colons between them; `ip_address` says whether it is one.
_ADDRESS = re.compile(
    r"(?<![\w.:])(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7})(?![\w:]|\.\d)", re.I
)


def start_logging(settings: LogSettings, stream: TextIO | None = None) -> None:
    """Write the log of this process to `stream` (default: standard error) from now on, in the place of what was set."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines() if settings.format == "json" else PlainLines())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(settings.level.upper())


class PlainLines(logging.Formatter):
    """`2026-05-04T12:30:10Z WARNING knowledge.sync: ...`, and below it the stack of calls of an error."""

    def format(self, record: logging.LogRecord) -> str:
        """One record."""
        said = redacted(record.getMessage()).translate(_CONTROL)
        line = f"{_moment(record)} {record.levelname} {record.name}: {said}"
        stack = _stack(self, record)
        return f"{line}\n{stack}" if stack else line


class JsonLines(logging.Formatter):
    """An object a line: `time`, `level`, `logger`, `message`, and for an error its `error` (type) and `stack`."""

    def format(self, record: logging.LogRecord) -> str:
        """One record."""
        row = {
            "time": _moment(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": redacted(record.getMessage()),
        }
        if stack := _stack(self, record):
            kind = record.exc_info[0] if record.exc_info else None
            row |= {"error": kind.__name__ if kind else "", "stack": stack}
        return json.dumps(row, ensure_ascii=False)


def _moment(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _stack(formatter: logging.Formatter, record: logging.LogRecord) -> str:
    """The stack of calls of an error, whose own words may quote somebody."""
    return redacted(formatter.formatException(record.exc_info)) if record.exc_info else ""


def redacted(text: str) -> str:
    """A text without personal data, secrets, and addresses of other computers."""
    return _ADDRESS.sub(_address, Scrubber().clean(text))


def _address(found: re.Match[str]) -> str:
    try:
        known = ip_address(found[0])
    except ValueError:
        return found[0]
    return found[0] if known.is_loopback or known.is_unspecified else "[address]"
