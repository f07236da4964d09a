"""Fits a router: ridge regression on the gain of the large model, then curves from scores to probabilities.

It learns what the large model adds (large right minus small right), not where the small one fails: what neither can do
is no reason to pay for the large one (docs/routing.md). The curves are fitted on scores of rows that the weights have
not seen.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from assistant.routing.calibration import Array, Curve, calibrated
from assistant.routing.features import SHAPE, SITUATION, Floats, Words, inverse_frequency, weighted
from assistant.routing.fitted import Weights, rest_of
from assistant.routing.samples import Sample, folds_of, outcomes_of

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Mask = npt.NDArray[np.bool_]
INNER_FOLDS = 5
# Ridge penalty and how much the parts count beside the words, chosen by cross-validation on the tune half of
# routing/mmlu (docs/benchmarks.md, "Routing").
PENALTY = 16.0
EMBEDDING_WEIGHT, SHAPE_WEIGHT, SITUATION_WEIGHT = 0.3, 0.3, 0.5


@dataclass(frozen=True, slots=True)
class Rows:
    """Samples as arrays: counts of n-grams, the rest of the features, outcomes.

    Unknown outcomes are the mean of the known ones; `seen` tells where the small model's is known.
    """

    counts: "csr_matrix"
    rest: Floats
    small: Array
    large: Array
    seen: Mask

    @classmethod
    def of(cls, samples: Sequence[Sample], vectors: Floats) -> "Rows":
        """`vectors` are the query embeddings of the texts, shape (samples, dimension)."""
        texts = [sample.text for sample in samples]
        rest = rest_of(texts, vectors, [sample.situation for sample in samples])
        seen = np.array([sample.small is not None for sample in samples])
        return cls(Words().counts(texts), rest, *outcomes_of(samples), seen)

    def __getitem__(self, chosen: Mask) -> "Rows":
        return Rows(self.counts[chosen], self.rest[chosen], self.small[chosen], self.large[chosen], self.seen[chosen])

    @property
    def gain(self) -> Array:
        """What the large model adds."""
        return self.large - self.small

    @property
    def enough(self) -> Array:
        """How likely the small model is enough: it is right, or the large one is wrong as well."""
        found: Array = 1 - self.large * (1 - self.small)
        return found


@dataclass(frozen=True, slots=True)
class Fit:
    """Weights with their curves; `scores` are those of the rows, each from weights that have not seen it."""

    weights: Weights
    enough: Curve
    small_right: Curve
    scores: Array


def fit(rows: Rows, folds: Array) -> Fit:
    """Fit weights on all rows, and the curves on scores from outside each fold."""
    scores = np.zeros((len(folds), 2))
    for fold in np.unique(folds):
        held = folds == fold
        part = rows[held]
        scores[held] = fit_weights(rows[~held]).scores(part.counts, part.rest)
    enough, right = curves(scores, rows)
    return Fit(fit_weights(rows), enough, right, scores)


def curves(scores: Array, rows: Rows) -> tuple[Curve, Curve]:
    """P(small model is enough) by the expected gain, and P(small model right) by its own score.

    Only where the small model's outcome is known: a mean in its place would pull the curves to the middle.
    """
    enough = calibrated(scores[rows.seen, 0], rows.enough[rows.seen], rising=False)
    return enough, calibrated(scores[rows.seen, 1], rows.small[rows.seen], rising=True)


def fit_weights(rows: Rows) -> Weights:
    """Two ridge regressions over words and the rest, together."""
    from scipy.sparse import csr_matrix, hstack
    from sklearn.linear_model import Ridge

    idf = inverse_frequency(rows.counts)
    centre = rows.rest.mean(axis=0)
    spread = _spread(rows.rest)
    words = weighted(rows.counts, idf)
    both = hstack([words, csr_matrix((rows.rest - centre) / spread)], format="csr", dtype=np.float32)
    targets = np.column_stack([rows.gain, rows.small]).astype(np.float32)
    bias = targets.mean(axis=0)
    ridge = Ridge(alpha=PENALTY, fit_intercept=False, solver="lsqr", tol=1e-4).fit(both, targets - bias)
    heads = np.atleast_2d(ridge.coef_).T.astype(np.float32)
    return Weights(idf, heads[: words.shape[1]], heads[words.shape[1] :], bias, centre, spread)


def _spread(rest: Floats) -> Floats:
    """Divisors that give each part (embedding, shape, situation) its weight; what never varies gets none."""
    found = rest.std(axis=0)
    still = found < 1e-6
    dimension = rest.shape[1] - len(SHAPE) - len(SITUATION)
    parts = ((dimension, EMBEDDING_WEIGHT), (len(SHAPE), SHAPE_WEIGHT), (len(SITUATION), SITUATION_WEIGHT))
    scale = np.concatenate([np.full(size, weight / np.sqrt(size)) for size, weight in parts])
    spread: Floats = (found / scale).astype(np.float32)
    spread[still] = 1e6
    return spread


def fit_samples(samples: Sequence[Sample], vectors: Floats) -> tuple[Rows, Fit]:
    """Fit on samples; folds by their ids."""
    rows = Rows.of(samples, vectors)
    return rows, fit(rows, folds_of(samples, INNER_FOLDS))
