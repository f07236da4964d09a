"""Requests with different adapters take turns at one copy of a model.

llama.cpp works on requests with the same adapter together and on others not at all while these go on, however long the
others have waited: two clients that ask without pause keep a third with another adapter waiting for ever. So requests
go in as they come, those with one adapter together, until one with another is next: that waits for those that are being
answered, and what comes after it waits behind it.
"""

from collections import deque
from dataclasses import dataclass, field
from threading import Condition
from time import monotonic

MOST_WAIT_SECONDS = 60.0
"""How long a request waits at most. Then it goes in beside the others, and llama.cpp decides."""
AWAY_SECONDS = 3.0
"""A reader that has not come back for the next piece of a stream for so long holds nobody up. Pieces come at least
every second while there is anything to wait for (`PING_SECONDS`)."""
_LOOK_SECONDS = 0.5


@dataclass(eq=False, slots=True)
class Pass:
    """A request that goes in, with its adapter ("" for none) and the turn that asks (None outside one).

    `handed` is when its reader was given a piece and has not come back since; None while the model is at work.
    """

    adapter: str
    turn: object = None
    handed: float | None = None
    since: float = field(default_factory=monotonic)

    @property
    def away(self) -> bool:
        """Whether its reader has left it for so long that others need not wait for it."""
        return self.handed is not None and monotonic() - self.handed > AWAY_SECONDS


class Admission:
    """Lets requests in; safe to use from several threads."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._inside: list[Pass] = []
        self._waiting: deque[Pass] = deque()
        self._closed = False

    def enter(self, adapter: str, turn: object = None) -> Pass:
        """Wait until a request with this adapter may go in.

        A turn that has a request inside does not wait for itself.
        """
        asked = Pass(adapter, turn)
        with self._changed:
            self._waiting.append(asked)
            try:
                while not self._may(asked):
                    self._changed.wait(_LOOK_SECONDS)
            finally:
                self._waiting.remove(asked)
                self._changed.notify_all()
            self._inside.append(asked)
        return asked

    def leave(self, asked: Pass) -> None:
        """The request was answered, or given up."""
        with self._changed:
            self._inside.remove(asked)
            self._changed.notify_all()

    def close(self) -> None:
        """Nobody waits any more: the model is freed."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _may(self, asked: Pass) -> bool:
        inside = [each for each in self._inside if not each.away]
        own = asked.turn is not None and any(each.turn is asked.turn for each in inside)
        if self._closed or own or monotonic() - asked.since > MOST_WAIT_SECONDS:
            return True
        return self._waiting[0] is asked and all(each.adapter == asked.adapter for each in inside)
