"""How sure a difference is, and how many more questions would make it so."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

Z = 1.959964
"""95 %, two-sided: of a limit on one side, 97.5 %."""
DRAWS, SEED = 2000, 0
MOST_NEEDED = 100_000


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate and its 95 % interval."""

    estimate: float
    low: float
    high: float


def paired(differences: Sequence[float], *, counted: bool) -> Interval:
    """The mean of differences between two measurements of the same things.

    Where both measurements were `counted` as 0 or 1: Bonett and Price 2012
    (https://doi.org/10.1111/j.2044-8317.2011.02025.x), which has a width also where nothing differs. Otherwise the
    percentiles of a bootstrap over the things. Raises ValueError for none.
    """
    if not differences:
        raise ValueError("nothing was measured")
    return _of_counts(differences) if counted else _bootstrap(differences)


def _of_counts(differences: Sequence[float]) -> Interval:
    n = len(differences)
    better, worse = (sum(each == wanted for each in differences) for wanted in (1.0, -1.0))
    up, down = (better + 1) / (n + 2), (worse + 1) / (n + 2)
    half = Z * math.sqrt((up + down - (up - down) ** 2) / (n + 2))
    return Interval((better - worse) / n, max(-1.0, up - down - half), min(1.0, up - down + half))


def _bootstrap(differences: Sequence[float]) -> Interval:
    import numpy as np

    values = np.asarray(differences, dtype=np.float64)
    drawn = np.random.default_rng(SEED).integers(0, len(values), size=(DRAWS, len(values)))
    low, high = np.quantile(values[drawn].mean(axis=1), (0.025, 0.975))
    return Interval(float(values.mean()), float(low), float(high))


def needed(differences: Sequence[float], bound: float) -> int | None:
    """How many in all would bring the lower end above `bound`, if the mean and the spread stay; None for no number."""
    mean = sum(differences) / len(differences)
    spread = sum((each - mean) ** 2 for each in differences) / len(differences)
    spread = max(spread, 1 / len(differences))  # what has not been seen to differ yet may
    if mean <= bound:
        return None
    wanted = math.ceil(Z * Z * spread / (mean - bound) ** 2)
    return wanted if wanted <= MOST_NEEDED else None
