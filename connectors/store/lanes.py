"""What waits for the database, in two lanes.

In front are deliveries, which a platform waits for, and the notes that a message is there, without which it would be
sent again after a kill.
"""

import threading
from collections import deque
from collections.abc import Iterator
from time import monotonic
from typing import Generic, TypeVar

T = TypeVar("T")
MOST_AT_ONCE = 256
LONGEST_S = 0.02
"""For so long other work is added to a group: its deliveries are acknowledged only when all of it is committed."""


class Lanes(Generic[T]):
    """Filled by any thread, emptied by one."""

    def __init__(self) -> None:
        self._first: deque[T] = deque()
        self._rest: deque[T] = deque()
        self._changed = threading.Condition()
        self._closed = False

    def put(self, each: T, *, first: bool) -> None:
        """Add one to the end of its lane."""
        with self._changed:
            (self._first if first else self._rest).append(each)
            self._changed.notify()

    def close(self) -> None:
        """Nothing is added any more."""
        with self._changed:
            self._closed = True
            self._changed.notify()

    def groups(self) -> Iterator[Iterator[T]]:
        """Groups of what waits, until it is closed and empty. Each is to be used up before the next."""
        while (one := self._wait()) is not None:
            yield self._group(one)

    def _wait(self) -> T | None:
        with self._changed:
            self._changed.wait_for(lambda: self._first or self._rest or self._closed)
            return self._pop(self._first) or self._pop(self._rest)

    def _group(self, one: T) -> Iterator[T]:
        """What is done together: all deliveries, also those that come meanwhile, and some of the rest."""
        began = monotonic()
        yield one
        for _ in range(MOST_AT_ONCE - 1):
            another = self._pop(self._first)
            if another is None and monotonic() - began < LONGEST_S:
                another = self._pop(self._rest)
            if another is None:
                return
            yield another

    def _pop(self, lane: deque[T]) -> T | None:
        return lane.popleft() if lane else None
