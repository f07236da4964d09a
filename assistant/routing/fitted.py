"""A router that was fitted: what it says about a question, and the file it is kept in.

The file is a NumPy archive of plain arrays with its card in JSON; nothing in it can run. A router holds for the models
and the embedder it was fitted with, and for no others.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile

import numpy as np

from assistant.errors import ConfigurationError
from assistant.routing.calibration import Array, Curve
from assistant.routing.features import NOTHING_FOUND, Floats, Words, shape_of, weighted

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

FORMAT = 1
_ARRAYS = ("idf", "words", "rest", "bias", "centre", "spread", "grid")
_CURVES = ("enough", "small_right")


@dataclass(frozen=True, slots=True)
class Card:
    """What a router was fitted on: for people, and to tell whether it still holds.

    `bands` are the probabilities of each profile, (surely easy from, surely hard below); `figures` those of the
    cross-validation.
    """

    version: str
    created: str
    dataset: str
    rows: int
    embedder: str
    slm: str
    llm: str
    source: str
    bands: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    figures: Mapping[str, Any] = field(default_factory=dict)
    format: int = FORMAT


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a router says of one question.

    `gain` is what the large model is expected to add (-1 to 1), `p_slm` the probability that the small model is
    enough (it is right, or the large one would be wrong as well), `p_right` that it is right.
    """

    gain: float
    p_slm: float
    p_right: float


@dataclass(frozen=True, slots=True)
class Weights:
    """Two linear heads, (gain, small model right), over words (sparse) and the rest (embedding, shape, situation)."""

    idf: Floats
    words: Floats
    rest: Floats
    bias: Floats
    centre: Floats
    spread: Floats

    def scores(self, counts: "csr_matrix", rest: Floats) -> Array:
        """Shape (texts, 2)."""
        dense = (rest - self.centre) / self.spread
        found: Array = weighted(counts, self.idf) @ self.words + dense @ self.rest + self.bias
        return found


@dataclass(frozen=True, slots=True)
class FittedRouter:
    """Weights, the curves that make probabilities of their scores, and `grid`, `p_slm` of the rows by quantile."""

    card: Card
    weights: Weights
    enough: Curve
    small_right: Curve
    grid: Array
    reader: Words = field(default_factory=Words)

    def judge(self, text: str, vector: Floats, situation: Sequence[float] = NOTHING_FOUND) -> Judgement:
        """Judge one question by its text, its query embedding (dimension,) and what was found for it."""
        rest = rest_of([text], vector.reshape(1, -1), [situation])
        gain, right = self.weights.scores(self.reader.counts([text]), rest)[0]
        return Judgement(float(gain), *(float(curve(value)) for curve, value in self._curves(gain, right)))

    def _curves(self, gain: Any, right: Any) -> tuple[tuple[Curve, Any], tuple[Curve, Any]]:
        return (self.enough, gain), (self.small_right, right)

    def save(self, path: Path) -> None:
        """Write the file; it is either complete or not there."""
        arrays = {name: getattr(self.weights, name) for name in _ARRAYS if name != "grid"}
        curves = {
            f"{name}_{part}": getattr(getattr(self, name), part) for name in _CURVES for part in ("scores", "values")
        }
        part = path.with_name(f"{path.stem}.part.npz")
        card = np.array(json.dumps(asdict(self.card), ensure_ascii=False))
        np.savez_compressed(part, card=card, grid=self.grid, **arrays, **curves)
        part.replace(path)

    @classmethod
    def load(cls, path: Path) -> "FittedRouter":
        """Read the file. Raises ConfigurationError when it is damaged or of another version of Pilares."""
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
                card = json.loads(str(stored["card"]))
                if card.pop("format") != FORMAT:
                    raise ValueError("it was written by another version of Pilares")
                arrays = {name: stored[name] for name in _ARRAYS}
                curves = {name: Curve(stored[f"{name}_scores"], stored[f"{name}_values"]) for name in _CURVES}
        except (OSError, ValueError, KeyError, TypeError, EOFError, BadZipFile) as error:
            raise ConfigurationError(
                f"The router in {path} cannot be read ({error}). Fit it again with `pilares router fit`."
            ) from None
        grid = arrays.pop("grid")
        bands = {name: (float(low), float(high)) for name, (low, high) in card.pop("bands").items()}
        return cls(Card(**card, bands=bands), Weights(**arrays), curves["enough"], curves["small_right"], grid)


def rest_of(texts: Sequence[str], vectors: Floats, situations: Sequence[Sequence[float]]) -> Floats:
    """What is not words, side by side: embedding, shape, situation; float32, shape (texts, dimension + 20)."""
    shapes = np.array([shape_of(text) for text in texts], dtype=np.float32)
    return np.hstack([vectors, shapes, np.array(situations, dtype=np.float32)]).astype(np.float32)
