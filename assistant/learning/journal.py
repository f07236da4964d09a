"""What learning has done so far: a line for every step of every run, from which an interrupted run goes on.

HOME/finetune/learn.jsonl; a line is there whole or not at all.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal
from uuid import uuid4

from finetune.errors import NotWritten
from finetune.registry.writing import append_line

Stage = Literal["collect", "check", "build", "train", "gate", "decide"]
STAGES: tuple[Stage, ...] = ("collect", "check", "build", "train", "gate", "decide")
Outcome = Literal["begun", "done", "stopped", "failed"]
"""Of a stage: it began; it is through; the run ends here for a good reason; it ends here because something broke."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A line: which stage of which run, what came of it, in words, and what later stages need (`found`)."""

    run: str
    stage: Stage
    outcome: Outcome
    why: str = ""
    found: Mapping[str, Any] = field(default_factory=dict)
    at: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """A run as its lines tell it, oldest line first."""

    id: str
    entries: tuple[Entry, ...]

    @property
    def began(self) -> datetime:
        """When its first line was written (UTC)."""
        return datetime.fromisoformat(self.entries[0].at)

    @property
    def last(self) -> Entry:
        """Its newest line."""
        return self.entries[-1]

    @property
    def ended(self) -> bool:
        """Whether nothing is left to do for it."""
        return self.last.outcome in ("stopped", "failed") or (self.last.stage, self.last.outcome) == ("decide", "done")

    def found(self) -> dict[str, Any]:
        """What its finished stages have found."""
        return {name: value for each in self.entries if each.outcome != "begun" for name, value in each.found.items()}

    def done(self, stage: Stage) -> bool:
        """Whether a stage is through."""
        return any(each.stage == stage and each.outcome == "done" for each in self.entries)

    def begun(self, stage: Stage) -> int:
        """How often a stage was begun."""
        return sum(each.stage == stage and each.outcome == "begun" for each in self.entries)


class Journal:
    """The journal in a file. Whoever writes holds the lock of the runs."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def note(self, entry: Entry) -> Entry:
        """Write a line, durably. Raises NotWritten."""
        stamped = Entry(**{**asdict(entry), "at": datetime.now(UTC).isoformat(timespec="seconds")})
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            append_line(self._file, json.dumps(asdict(stamped), ensure_ascii=False, sort_keys=True))
        except OSError as error:
            raise NotWritten(
                f"{self._file} cannot be written ({error.strerror or error}); learning stops here. Free the disk or "
                "mend its rights, then `pilares learn run`."
            ) from error
        return stamped

    def runs(self) -> list[Run]:
        """Every run, oldest first."""
        found = dict[str, list[Entry]]()
        for entry in self._entries():
            found.setdefault(entry.run, []).append(entry)
        return [Run(name, tuple(entries)) for name, entries in found.items()]

    def last(self) -> Run | None:
        """The newest run."""
        runs = self.runs()
        return runs[-1] if runs else None

    def _entries(self) -> Iterator[Entry]:
        try:
            lines = self._file.read_text(encoding="utf-8", errors="replace").splitlines()
        except FileNotFoundError:
            return
        except OSError as error:
            raise NotWritten(f"{self._file} cannot be read ({error.strerror}). Mend its rights.") from error
        for line in lines:
            try:
                entry = Entry(**json.loads(line))
                datetime.fromisoformat(entry.at)
            except (ValueError, TypeError):
                continue  # half a line of a crash
            yield entry


def new_run() -> str:
    """A name for a run: the day and a few letters."""
    return f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{uuid4().hex[:4]}"
