"""A fair queue: who has least at work comes next, so that one person's many requests do not keep others waiting."""

import threading
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from assistant.errors import LimitReached
from assistant.messages import message

NOTICED_S = 0.2
"""How soon somebody who waits notices that they were told to stop."""


@dataclass(eq=False, slots=True)
class Ticket:
    """Somebody who waits for a place, or has one."""

    who: str
    given: Callable[[], object]
    has_place: bool = False


class FairQueue:
    """`places` requests are at work at the same time; of each person at most `waiting` more may wait."""

    def __init__(self, places: int, waiting: int) -> None:
        self._free, self._most = places, waiting
        self._waiting: dict[str, deque[Ticket]] = {}
        self._at_work: Counter[str] = Counter()
        self._lock = threading.Lock()

    @property
    def waiting(self) -> int:
        """How many wait now."""
        with self._lock:
            return sum(len(each) for each in self._waiting.values())

    def check(self, who: str, language: str | None) -> None:
        """Raises LimitReached for somebody of whom as many wait as may."""
        with self._lock:
            full = len(self._waiting.get(who, ())) >= self._most
        if full:
            raise LimitReached(message("limit_waiting", language), 5.0)

    def enter(self, who: str, given: Callable[[], object]) -> Ticket:
        """Wait for a place without standing still: `given` is called when there is one, here or in another thread.

        Whoever enters has to `leave`, with the place or without it.
        """
        ticket = Ticket(who, given)
        with self._lock:
            self._waiting.setdefault(who, deque()).append(ticket)
            self._hand_out()
        return ticket

    def leave(self, ticket: Ticket) -> None:
        """Give a place back, or wait no longer."""
        with self._lock:
            if ticket.has_place:
                self._give_back(ticket.who)
            else:
                self._forget(ticket)

    @contextmanager
    def place(self, who: str, stopped: threading.Event) -> Iterator[bool]:
        """Wait for a place and keep it; False when it was stopped before there was one."""
        turn = threading.Event()
        ticket = self.enter(who, turn.set)
        try:
            while not turn.wait(NOTICED_S) and not stopped.is_set():
                pass
            yield turn.is_set()
        finally:
            self.leave(ticket)

    def _hand_out(self) -> None:
        """Of those who wait, the person with least at work is next; of several, the one who has waited longest."""
        while self._free and self._waiting:
            who = min(self._waiting, key=lambda each: self._at_work[each])
            ticket = self._waiting[who].popleft()
            left = self._waiting.pop(who)
            if left:
                self._waiting[who] = left  # behind the others
            self._free -= 1
            self._at_work[who] += 1
            ticket.has_place = True
            ticket.given()

    def _give_back(self, who: str) -> None:
        self._free += 1
        self._at_work[who] -= 1
        if not self._at_work[who]:
            del self._at_work[who]
        self._hand_out()

    def _forget(self, ticket: Ticket) -> None:
        self._waiting[ticket.who].remove(ticket)
        if not self._waiting[ticket.who]:
            del self._waiting[ticket.who]
