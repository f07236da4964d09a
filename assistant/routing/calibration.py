"""From a score to a probability that means what it says: isotonic regression, read between its steps.

Zadrozny and Elkan, "Transforming classifier scores into accurate multiclass probability estimates", KDD 2002. Its steps
give many scores the same value; between the middles of the steps the value is interpolated, so that a better score
never gets the same probability by accident and a share of the traffic can be cut off exactly.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
LEAST_STEP = 25
"""Rows behind one value, so that an extreme of the sample is not taken for certainty."""


@dataclass(frozen=True, slots=True)
class Curve:
    """A monotone curve through points (`scores` ascending, `values` between 0 and 1)."""

    scores: Array
    values: Array

    def __call__(self, scores: Array) -> Array:
        """The probabilities of scores; beyond the ends, those of the ends."""
        return np.interp(scores, self.scores, self.values)


def calibrated(scores: Array, outcomes: Array, *, rising: bool) -> Curve:
    """Fit a curve that rises or falls with the score to outcomes between 0 and 1."""
    from sklearn.isotonic import IsotonicRegression

    order = np.argsort(scores, kind="stable")
    ranked, came = scores[order], outcomes[order]
    groups = np.array_split(np.arange(len(ranked)), max(1, len(ranked) // LEAST_STEP))
    middles = np.array([ranked[group].mean() for group in groups])
    shares = np.array([came[group].mean() for group in groups])
    weights = np.array([len(group) for group in groups], dtype=float)
    values = IsotonicRegression(increasing=rising).fit(middles, shares, sample_weight=weights).predict(middles)
    return _through_middles(middles, values, weights, (float(ranked[0]), float(ranked[-1])), rising)


def _through_middles(middles: Array, values: Array, weights: Array, ends: tuple[float, float], rising: bool) -> Curve:
    """One point for each step, at the mean of its scores; a little more at the ends."""
    steps = np.flatnonzero(np.diff(values)) + 1
    parts = np.split(np.arange(len(values)), steps)
    at = np.array([np.average(middles[part], weights=weights[part]) for part in parts])
    level = np.array([values[part[0]] for part in parts])
    low, high = min(ends[0], float(at[0]) - 1e-9), max(ends[1], float(at[-1]) + 1e-9)
    # a little beyond the last steps, by half of what that many rows could tell
    beyond = np.array([0.5 / weights[part].sum() for part in (parts[0], parts[-1])]) * (1 if rising else -1)
    first, last = np.clip([level[0] - beyond[0], level[-1] + beyond[1]], 0.001, 0.999)
    return Curve(np.array([low, *at, high]), np.array([first, *level, last]))


def calibration_error(probabilities: Array, outcomes: Array, bins: int = 15) -> float:
    """Expected calibration error: the mean distance of confidence and frequency over bins of equal width.

    Naeini, Cooper and Hauskrecht, AAAI 2015.
    """
    place = np.minimum((probabilities * bins).astype(int), bins - 1)
    rows = np.bincount(place, minlength=bins)
    off = np.abs(np.bincount(place, probabilities, bins) - np.bincount(place, outcomes, bins))
    return float(off[rows > 0].sum() / len(probabilities))
