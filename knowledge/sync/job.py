"""A sync of a source, as people see it: its state, what becomes of each document, how long it will still take."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class JobState(StrEnum):
    """How far a job has come."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"  # it looked at everything; single documents may have failed
    FAILED = "failed"  # the source as a whole could not be read, or nothing could be stored
    CANCELLED = "cancelled"


class DocumentState(StrEnum):
    """How far a job has come with one document."""

    WAITING = "waiting"
    FETCHING = "fetching"
    READING = "reading"
    WORDS = "words"  # found by its words
    READY = "ready"  # found by words and by meaning
    UNCHANGED = "unchanged"  # fetched, and the same as before
    RENAMED = "renamed"
    REMOVED = "removed"
    FAILED = "failed"

    @property
    def final(self) -> bool:
        """Whether the job has nothing more to do with the document."""
        return self in _FINAL

    @property
    def taken_in(self) -> bool:
        """Whether its content need not be fetched any more: at most its vectors are missing."""
        return self.final or self is DocumentState.WORDS


OPEN = (JobState.WAITING, JobState.RUNNING)
_FINAL = frozenset(
    {
        DocumentState.READY,
        DocumentState.UNCHANGED,
        DocumentState.RENAMED,
        DocumentState.REMOVED,
        DocumentState.FAILED,
    }
)


@dataclass(frozen=True, slots=True)
class Job:
    """One sync of a source.

    `cause` is "asked", "schedule", "change" or "retry"; `retry_of` the job it repeats, `whole` whether every document
    is fetched whatever its version. `counts` are the documents that had to be looked at, by state; `unchanged` those
    whose version told that they need not be, `skipped` those of a type that is not read. `begun_at` is when the
    process that runs it began with the documents, of which `begun_with` were finished then.
    """

    id: int
    source: str
    state: JobState
    cause: str
    requested_at: datetime
    error: str | None = None
    retry_of: int | None = None
    whole: bool = False
    cancelling: bool = False
    started_at: datetime | None = None
    finished_at: datetime | None = None
    unchanged: int = 0
    skipped: int = 0
    begun_at: datetime | None = None
    begun_with: int = 0
    counts: Mapping[DocumentState, int] = field(default_factory=dict)

    @property
    def open(self) -> bool:
        """Whether it is still to be done."""
        return self.state in OPEN

    @property
    def total(self) -> int:
        """Documents that have to be looked at; 0 until the source is listed."""
        return sum(self.counts.values())

    @property
    def finished(self) -> int:
        """Documents that the job is through with."""
        return sum(count for state, count in self.counts.items() if state.final)

    @property
    def failed(self) -> int:
        """Documents that could not be taken in."""
        return self.counts.get(DocumentState.FAILED, 0)

    def seconds_left(self, now: datetime) -> float | None:
        """How long it will still take at the pace so far; None while that cannot be told."""
        done = self.finished - self.begun_with
        if self.state != JobState.RUNNING or self.begun_at is None or done <= 0:
            return None
        return (now - self.begun_at).total_seconds() / done * (self.total - self.finished)


@dataclass(frozen=True, slots=True)
class JobDocument:
    """A document in a job; `error` is the sentence that says why it failed."""

    name: str
    state: DocumentState
    error: str | None = None
