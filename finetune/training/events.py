"""The log of a training: one JSON object a line, each on disk before the training goes on.

started     rows, tokens, steps by stage, how long it will take (seconds), what was left out, where it resumes
step        step, of, loss, tokens_per_second, eta_s, memory_bytes
evaluated   step, loss on the held-out rows
saved       step of a checkpoint
finished    the figures of the result
failed      error, and the class of the error
cancelled   step from which it can be resumed
"""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from finetune.errors import NotWritten
from finetune.registry.writing import append_line

Kind = Literal["started", "step", "evaluated", "saved", "finished", "failed", "cancelled"]
Event = Mapping[str, Any]
OnEvent = Callable[[Event], None]
ENDS: frozenset[str] = frozenset({"finished", "failed", "cancelled"})
EVENTS = "events.jsonl"


class EventLog:
    """The events of one run."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def write(self, kind: Kind, /, **about: Any) -> Event:
        """Add an event; returns it as it was written. Raises NotWritten."""
        event = {"event": kind, "at": datetime.now(UTC).isoformat(timespec="milliseconds"), **about}
        try:
            append_line(self.file, json.dumps(event, ensure_ascii=False))
        except OSError as error:
            raise NotWritten(f"{self.file} cannot be written ({error.strerror or error}). Make room.") from error
        return event

    def read(self) -> list[Event]:
        """Every event so far; half a line that a crash left is passed over."""
        return [*_events(self._bytes(0))]

    def last(self, *kinds: Kind) -> Event:
        """The newest event, of these kinds when any are given; empty when there is none."""
        found = (each for each in reversed(self.read()) if not kinds or each["event"] in kinds)
        return next(found, {})

    def follow(self) -> "Follower":
        """Whoever wants to know what comes from here on."""
        return Follower(self, len(self._bytes(0)))

    def _bytes(self, start: int) -> bytes:
        try:
            with self.file.open("rb") as stream:
                stream.seek(start)
                return stream.read()
        except FileNotFoundError:
            return b""


class Follower:
    """Reads a log as it grows."""

    def __init__(self, log: EventLog, start: int) -> None:
        self._log = log
        self._start = start

    def new(self) -> list[Event]:
        """The events since the last time; a line that is still being written comes the next time."""
        found = self._log._bytes(self._start)
        whole = found[: found.rfind(b"\n") + 1]
        self._start += len(whole)
        return [*_events(whole)]


def _events(content: bytes) -> Iterator[Event]:
    for line in content.splitlines():
        try:
            found = json.loads(line)
        except ValueError:
            continue
        if isinstance(found, dict) and "event" in found:
            yield found
