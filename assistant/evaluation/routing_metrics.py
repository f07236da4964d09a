"""Figures of a router: how much of the large model's advantage it keeps at which share of calls.

Names as in Ong et al., "RouteLLM" (arXiv 2406.18665): the performance gap recovered (PGR) is 0 at the small model's
accuracy and 1 at the large one's; APGR is its mean over all shares of calls; CPT(x) the smallest share that recovers x.
The curve here has a point for every row; rows with equal scores are one straight piece, so a constant score is random
routing.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from assistant.routing.calibration import Array

RESAMPLES = 1_000
_SEED = 20_260_101


@dataclass(frozen=True, slots=True)
class GainCurve:
    """Accuracy over the share of calls to the large model, both from 0 on."""

    calls: Array
    accuracy: Array

    @property
    def recovered(self) -> Array:
        """The performance gap recovered at each share; NaN when the models are equally good."""
        gap = self.accuracy[-1] - self.accuracy[0]
        return (self.accuracy - self.accuracy[0]) / gap if abs(gap) > 1e-12 else np.full_like(self.accuracy, np.nan)

    def area(self) -> float:
        """APGR."""
        return float(np.trapezoid(self.recovered, self.calls))

    def calls_for(self, level: float) -> float:
        """The smallest share of calls with at least `level` of the gap recovered."""
        return _first_share(self.calls, self.recovered, level)

    def calls_for_accuracy(self, part: float) -> float:
        """The smallest share of calls with at least `part` of the large model's accuracy."""
        return _first_share(self.calls, self.accuracy, part * float(self.accuracy[-1]))


def gain_curve(scores: Array, small: Array, large: Array, counts: Array | None = None) -> GainCurve:
    """Send the rows with the highest scores to the large model first; `counts` says how often each row is there."""
    times = np.ones(len(scores)) if counts is None else counts
    order = np.argsort(-scores, kind="stable")
    ranked = scores[order]
    ends = np.append(np.flatnonzero(np.diff(ranked)), len(ranked) - 1)
    calls = np.concatenate([[0.0], np.cumsum(times[order])[ends]])
    gains = np.concatenate([[0.0], np.cumsum((times * (large - small))[order])[ends]])
    total = calls[-1]
    return GainCurve(calls / total, (float(times @ small) + gains) / total)


def _first_share(calls: Array, values: Array, level: float) -> float:
    reached = np.flatnonzero(values >= level - 1e-12)
    if not len(reached):
        return float("nan")
    at = int(reached[0])
    if at == 0:
        return 0.0
    rise = values[at] - values[at - 1]
    part = (level - values[at - 1]) / rise if rise > 0 else 1.0
    return float(calls[at - 1] + part * (calls[at] - calls[at - 1]))


def curve_figures(curve: GainCurve) -> dict[str, float]:
    """apgr, cpt50, cpt80 and calls_at_99pct."""
    return {
        "apgr": curve.area(),
        "cpt50": curve.calls_for(0.5),
        "cpt80": curve.calls_for(0.8),
        "calls_at_99pct": curve.calls_for_accuracy(0.99),
    }


def area_intervals(scores: Mapping[str, Array], small: Array, large: Array) -> dict[str, tuple[float, float]]:
    """95 % intervals of the APGR of each named score, and of its lead over the other ones (`NAME-OTHER`).

    Percentile bootstrap over rows, seeded, the same resamples for all.
    """
    generator, rows = np.random.default_rng(_SEED), len(small)
    areas = {name: np.empty(RESAMPLES) for name in scores}
    for number in range(RESAMPLES):
        counts = np.bincount(generator.integers(0, rows, rows), minlength=rows).astype(float)
        for name, values in scores.items():
            areas[name][number] = gain_curve(values, small, large, counts).area()
    first = next(iter(scores))
    found = {name: _middle(values) for name, values in areas.items()}
    leads = {f"{first}-{name}": _middle(areas[first] - values) for name, values in areas.items() if name != first}
    return found | leads


def _middle(values: Array) -> tuple[float, float]:
    low, high = np.nanpercentile(values, [2.5, 97.5])
    return float(low), float(high)
