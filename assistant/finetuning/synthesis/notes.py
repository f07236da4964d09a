"""Which questions were tried, so that a run that was stopped goes on where it was."""

import json
from dataclasses import dataclass
from pathlib import Path

from finetune.errors import NotWritten
from finetune.registry.writing import append_line

FILE = "synthesis.jsonl"


@dataclass(frozen=True, slots=True)
class Task:
    """A question to be made up: to which passage, in which language, and whether a line is to answer it."""

    chunk_id: str
    language: str
    answerable: bool


class Notes:
    """The notes in a file. A passage that has changed has another id, and is tried again."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def done(self) -> set[Task]:
        """What was tried."""
        if not self._file.exists():
            return set()
        found = set[Task]()
        for line in self._file.read_text(encoding="utf-8", errors="replace").splitlines():
            try:
                row = json.loads(line)
                found.add(Task(str(row["chunk"]), str(row["language"]), bool(row["answerable"])))
            except (ValueError, KeyError, TypeError):
                continue  # half a line of a crash
        return found

    def add(self, task: Task, why: str) -> None:
        """Note what became of one: empty when it was taken. Raises NotWritten."""
        row = {"chunk": task.chunk_id, "language": task.language, "answerable": task.answerable, "why": why}
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            append_line(self._file, json.dumps(row, ensure_ascii=False, sort_keys=True))
        except OSError as error:
            raise NotWritten(f"{self._file} cannot be written ({error.strerror}). Free the disk and go on.") from error
