"""Makes a fitted router of samples: the weights, the curves, the bands, and the card that says where they come from."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from assistant.routing.bands import bands_of
from assistant.routing.calibration import Array
from assistant.routing.features import Floats
from assistant.routing.fitted import Card, FittedRouter
from assistant.routing.fitting import Fit, Rows, curves, fit_samples
from assistant.routing.samples import LEAST_TO_CALIBRATE, Sample, check_enough, dataset_hash
from assistant.routing.shelf import RouterShelf

GRID = 201


def fitted_router(samples: Sequence[Sample], vectors: Floats, shelf: RouterShelf, source: str) -> FittedRouter:
    """Fit on samples and their query embeddings. Raises InvalidRequest when there are too few."""
    check_enough(samples)
    rows, found = fit_samples(samples, vectors)
    return _router(rows, found, samples, shelf, source)


def calibrated_router(
    known: FittedRouter, samples: Sequence[Sample], vectors: Floats, shelf: RouterShelf, source: str
) -> FittedRouter:
    """The same weights with curves and bands from other samples. Raises InvalidRequest when there are too few."""
    check_enough(samples, LEAST_TO_CALIBRATE)
    rows = Rows.of(samples, vectors)
    scores = known.weights.scores(rows.counts, rows.rest)
    found = Fit(known.weights, *curves(scores, rows), scores)
    return _router(rows, found, samples, shelf, f"{source}, weights of {known.card.version}")


def _router(rows: Rows, found: Fit, samples: Sequence[Sample], shelf: RouterShelf, source: str) -> FittedRouter:
    dataset = dataset_hash(samples)
    version, created = shelf.fresh_version(dataset)
    p_slm = found.enough(found.scores[:, 0])
    names = shelf.models
    card = Card(
        version, created, dataset, len(samples), names["embedder"], names["slm"], names["llm"], source,
        bands_of(p_slm, rows.gain), held_out(rows, found),
    )  # fmt: skip
    grid = np.quantile(p_slm, np.linspace(0, 1, GRID))
    return FittedRouter(card, found.weights, found.enough, found.small_right, grid)


def held_out(rows: Rows, found: Fit) -> Mapping[str, Any]:
    """Figures on scores from outside each fold; None where the models are equally good on these rows."""
    from assistant.evaluation.routing_metrics import area_intervals, gain_curve

    score: Array = found.scores[:, 0]
    area = gain_curve(score, rows.small, rows.large).area()
    low, high = area_intervals({"router": score}, rows.small, rows.large)["router"]
    figures = {"apgr": area, "apgr_low": low, "apgr_high": high}
    return {name: round(value, 4) if np.isfinite(value) else None for name, value in figures.items()} | {
        "always_slm": round(float(rows.small.mean()), 4),
        "always_llm": round(float(rows.large.mean()), 4),
    }
