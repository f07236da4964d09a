"""Tokens of a turn, counted wherever a language model was called: drafts, checks and readings, not only the answer.

The tally travels with the turn's thread and the threads LangGraph runs its steps in, like `assistant.locality`.
"""

from contextvars import ContextVar
from dataclasses import dataclass, field
from threading import Lock


@dataclass(slots=True)
class Tally:
    """Tokens read and written, by the model's name. A cached prompt counts whole: providers bill it so, or cheaper."""

    tokens: dict[str, tuple[int, int]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def add(self, model: str, read: int, written: int) -> None:
        """A call to a model came back."""
        with self._lock:
            before = self.tokens.get(model, (0, 0))
            self.tokens[model] = (before[0] + read, before[1] + written)

    @property
    def total(self) -> tuple[int, int]:
        """Tokens read and written by all models."""
        return sum(read for read, _ in self.tokens.values()), sum(written for _, written in self.tokens.values())


_current: ContextVar[Tally | None] = ContextVar("pilares_tally", default=None)


def follow(tally: Tally) -> None:
    """From here on, what this thread and what it starts ask of models is added to `tally`."""
    _current.set(tally)


def count(model: str, read: int, written: int) -> None:
    """Note a call's tokens, if a turn is at work."""
    if (tally := _current.get()) is not None:
        tally.add(model, read, written)
