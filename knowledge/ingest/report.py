"""What an ingest tells while it runs and when it ends."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

Stage = Literal["unchanged", "words", "vectors", "failed", "removed"]


@dataclass(frozen=True, slots=True)
class Progress:
    """One step: `document` (the n-th of total) has reached `stage`."""

    document: str
    number: int
    total: int
    stage: Stage


OnProgress = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class Failure:
    """A document that could not be taken in, and the sentence that says why."""

    document: str
    reason: str


@dataclass(slots=True)
class IngestReport:
    """What became of every document: names, per outcome; wall-clock seconds; tokens embedded.

    `skipped` are files in a folder whose format is not read; they are no failure.
    """

    added: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    failed: list[Failure] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    seconds: float = 0.0
    tokens: int = 0
