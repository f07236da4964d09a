"""A fair queue: who has least at work comes next, so that one person's many requests do not keep others waiting."""

import threading
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager

from assistant.errors import LimitReached
from assistant.messages import message

NOTICED_S = 0.2
"""How soon somebody who waits notices that they were told to stop."""


class FairQueue:
    """`places` requests are at work at the same time; of each person at most `waiting` more may wait."""

    def __init__(self, places: int, waiting: int) -> None:
        self._free, self._most = places, waiting
        self._waiting: dict[str, deque[threading.Event]] = {}
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

    @contextmanager
    def place(self, who: str, stopped: threading.Event) -> Iterator[bool]:
        """Wait for a place and keep it; False when it was stopped before there was one."""
        turn = threading.Event()
        with self._lock:
            self._waiting.setdefault(who, deque()).append(turn)
            self._hand_out()
        while not turn.wait(NOTICED_S) and not stopped.is_set():
            pass
        with self._lock:
            has_place = turn.is_set()
            if not has_place:
                self._forget(who, turn)
        try:
            yield has_place
        finally:
            if has_place:
                self._give_back(who)

    def _hand_out(self) -> None:
        """Of those who wait, the person with least at work is next; of several, the one who has waited longest."""
        while self._free and self._waiting:
            who = min(self._waiting, key=lambda each: self._at_work[each])
            turn = self._waiting[who].popleft()
            left = self._waiting.pop(who)
            if left:
                self._waiting[who] = left  # behind the others
            self._free -= 1
            self._at_work[who] += 1
            turn.set()

    def _give_back(self, who: str) -> None:
        with self._lock:
            self._free += 1
            self._at_work[who] -= 1
            if not self._at_work[who]:
                del self._at_work[who]
            self._hand_out()

    def _forget(self, who: str, turn: threading.Event) -> None:
        self._waiting[who].remove(turn)
        if not self._waiting[who]:
            del self._waiting[who]
