"""One question about a text, answered from examples: which of these labels is it, if any?

A kernel ridge (`ridge.py`) over what texts have in common (`likeness.py`), for ten examples a label as for a hundred.
Each example's score from all the others sets two things without held-out data: how sharp the probabilities are, and
what share of known texts fits the labels as badly as this one. A text that fits worse than `REJECTED` of the known ones
is out of scope; that share is what is lost, by construction (a conformal p-value: Vovk, Gammerman and Shafer, 2005).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from assistant.routing.examples import OUT_OF_SCOPE
from assistant.routing.likeness import NARROW, WIDE, Likeness, Measure, product
from assistant.routing.ridge import Matrix, Numbers, fit_by_landmarks, fit_ridge, landmarks
from knowledge.embedder import Vectors

REJECTED = 0.05
PENALTY = 0.1
_TRIED = 2_000
_SHARPNESSES = np.geomspace(0.5, 64.0, 57)


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a head makes of a text.

    `confidence` is the probability of the likeliest label; `fit` the share of known texts that fit their labels no
    better, between 0 and 1; `threshold` the fit below which a text is out of scope.
    """

    label: str
    confidence: float
    probabilities: Mapping[str, float]
    fit: float
    threshold: float = REJECTED

    @property
    def in_scope(self) -> bool:
        """Whether it is any of the labels at all."""
        return self.fit >= self.threshold


class Head:
    """Fitted on examples; examples of the label `oos` show what is none of the others.

    `vectors` are query embeddings, shape (examples, dimension). At least two other labels are needed.
    """

    def __init__(self, vectors: Vectors, texts: Sequence[str], labels: Sequence[str], measure: Measure) -> None:
        given = np.asarray(labels)
        names = sorted(set(labels) - {OUT_OF_SCOPE})
        self.labels = tuple(names)
        self.measure = measure
        self._columns = (*names, *([OUT_OF_SCOPE] if OUT_OF_SCOPE in labels else []))
        self._likeness = Likeness(vectors, texts, measure)
        prepared = self._likeness.prepare(vectors, texts)
        chosen = landmarks(given)
        self._landmarks = prepared if len(chosen) == len(given) else prepared[chosen]
        targets = (given[:, None] == np.asarray(self._columns)[None]).astype(np.float32)
        among = self._landmarks.alike(self._landmarks)
        ridge = (
            fit_ridge(among, targets, _balanced(given), PENALTY)
            if self._landmarks is prepared
            else fit_by_landmarks(prepared.alike(self._landmarks), among, targets, _balanced(given), PENALTY)
        )
        self._weights = ridge.weights
        self.left_out = ridge.left_out
        self._sharpness, self.loss = _sharpness(ridge.left_out, targets)
        self.calibrate(ridge.left_out[given != OUT_OF_SCOPE])

    def calibrate(self, scores: Matrix) -> None:
        """Take these scores, shape (texts, columns), of texts that are in scope for what is usual."""
        self._usual = np.sort(self.scope(scores))

    def scope(self, scores: Matrix) -> Matrix:
        """How much rather it is one of the labels than none, shape (texts,): the higher, the better it fits."""
        best = self.best(scores).max(axis=1)
        none = scores[:, len(self.labels) :]
        return np.asarray(best - none[:, 0] if none.size else best, dtype=np.float32)

    def scores(self, vectors: Vectors, texts: Sequence[str]) -> Matrix:
        """Raw scores, shape (texts, labels and perhaps one more for `oos`); about 1 for a label that applies."""
        return product(self._likeness.prepare(vectors, texts).alike(self._landmarks), self._weights)

    def best(self, scores: Matrix) -> Matrix:
        """The columns of the labels, without that of `oos`."""
        return scores[:, : len(self.labels)]

    def opinions(self, scores: Matrix) -> list[Opinion]:
        """What the scores mean."""
        probabilities = _softmax(scores * self._sharpness)
        best = self.best(scores)
        fits = (np.searchsorted(self._usual, self.scope(scores), side="right") + 1) / (len(self._usual) + 1)
        return [
            Opinion(
                self.labels[place],
                float(row[place]),
                dict(zip(self._columns, map(float, row), strict=True)),
                float(fit),
            )
            for place, row, fit in zip(best.argmax(axis=1), probabilities, fits, strict=True)
        ]

    def opinion(self, vector: Vectors, text: str) -> Opinion:
        """What one text is, by its query embedding, shape (dimension,), and its words."""
        return self.opinions(self.scores(vector.reshape(1, -1), [text]))[0]


def fit_head(vectors: Vectors, texts: Sequence[str], labels: Sequence[str]) -> Head:
    """The head whose left-out examples are told best; of many examples the one that was best on such sets."""
    if len(texts) > _TRIED:
        return Head(vectors, texts, labels, NARROW)
    return min((Head(vectors, texts, labels, each) for each in (WIDE, NARROW)), key=lambda head: head.loss)


def _balanced(labels: npt.NDArray[Any]) -> Numbers:
    """Weights of mean 1 that give every label the same say."""
    _, index, counts = np.unique(labels, return_inverse=True, return_counts=True)
    return np.asarray(len(labels) / (len(counts) * counts[index]), dtype=np.float64)


def _sharpness(scores: Matrix, targets: Matrix) -> tuple[float, float]:
    """The factor that makes softmax(factor * score) likeliest to give these labels (temperature scaling), and its loss.

    Guo, Pleiss, Sun and Weinberger, "On Calibration of Modern Neural Networks", 2017.
    """
    true = targets.argmax(axis=1)
    rows = np.arange(len(true))
    losses = [-np.log(_softmax(scores * each)[rows, true] + 1e-12).mean() for each in _SHARPNESSES]
    best = int(np.argmin(losses))
    return float(_SHARPNESSES[best]), float(losses[best])


def _softmax(scores: Matrix) -> Matrix:
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True), dtype=np.float32)
