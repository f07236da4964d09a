"""Failed sign-ins: after a few of them an account has to wait, longer each time."""

import threading
from collections.abc import Callable
from time import monotonic

FREE = 5
FIRST_WAIT_S, LONGEST_WAIT_S = 2.0, 900.0
REMEMBERED = 10_000


class Attempts:
    """Counts failures by name. Kept in memory: a restart forgives, and a flood of names does not grow it for ever."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._now = clock
        self._failed: dict[str, tuple[int, float]] = {}
        self._lock = threading.Lock()

    def wait_s(self, name: str) -> float:
        """Seconds until the next attempt with this name is looked at; 0 when it may come now."""
        with self._lock:
            _, until = self._failed.get(name, (0, 0.0))
        return max(0.0, until - self._now())

    def failed(self, name: str) -> None:
        """One more failure."""
        with self._lock:
            count = self._failed.pop(name, (0, 0.0))[0] + 1
            wait = min(LONGEST_WAIT_S, FIRST_WAIT_S * 2 ** (count - FREE)) if count >= FREE else 0.0
            self._failed[name] = (count, self._now() + wait)
            if len(self._failed) > REMEMBERED:
                del self._failed[next(iter(self._failed))]

    def succeeded(self, name: str) -> None:
        """Forget the failures."""
        with self._lock:
            self._failed.pop(name, None)
