"""Holds the large model's share of the turns at a target, whatever people ask.

A threshold chosen on other questions gives another share (RouteLLM issue 36), so the threshold moves: it is a quantile
of the probabilities seen while fitting, the target's own, shifted by what has been used too little or too much so far.
The sum of the shortfall makes it an integral controller: in the long run its share is the target's, and after n turns
it is off by at most LARGEST / n.
"""

from collections import deque
from collections.abc import Iterable
from threading import Lock

import numpy as np

from assistant.routing.calibration import Array

STEP = 0.04
"""Quantiles the threshold moves for each turn of shortfall."""
LARGEST = 25.0
"""Turns of shortfall that are remembered: after a quiet time nothing is made up for in one go."""
REMEMBERED = 1_000


class ShareHolder:
    """Gives the threshold of the next turn. Safe to use from several threads."""

    def __init__(self, target: float, grid: Array, used: Iterable[bool] = ()) -> None:
        self._target = target
        self._grid = grid
        self._used: deque[bool] = deque(maxlen=REMEMBERED)
        self._short = 0.0
        self._lock = Lock()
        for each in used:
            self.record(large=each)

    @property
    def target(self) -> float:
        """The share that is held."""
        return self._target

    @property
    def share(self) -> float | None:
        """The share of the turns remembered; None before the first."""
        with self._lock:
            return sum(self._used) / len(self._used) if self._used else None

    def threshold(self) -> float:
        """The probability below which the next question goes to the large model at once."""
        with self._lock:
            quantile = min(1.0, max(0.0, self._target + STEP * self._short))
        if quantile in (0.0, 1.0):
            return float(quantile)  # nothing, or everything
        return float(np.interp(quantile, np.linspace(0, 1, len(self._grid)), self._grid))

    def record(self, *, large: bool) -> None:
        """A turn was answered, by the large model or not."""
        with self._lock:
            self._used.append(large)
            self._short = min(LARGEST, max(-LARGEST, self._short + self._target - large))
