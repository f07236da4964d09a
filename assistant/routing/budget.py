"""What models may cost in a day (UTC)."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from threading import Lock


class Budget:
    """Counts a day's cost against its limit. Safe to use from several threads."""

    def __init__(
        self, limit: float, used: float = 0.0, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._limit = limit
        self._clock = clock
        self._day: date = clock().date()
        self._used = used
        self._lock = Lock()

    def add(self, cost: float) -> None:
        """An answer cost this much."""
        with self._lock:
            self._turn_page()
            self._used += cost

    def spent(self) -> bool:
        """Whether nothing is left of today's."""
        with self._lock:
            self._turn_page()
            return self._used >= self._limit

    def _turn_page(self) -> None:
        if (today := self._clock().date()) != self._day:
            self._day, self._used = today, 0.0
