"""The cheap check's weights: three logits out of the features, and how a model's verdict is weighed beside them.

Trained by `benchmarks/support_head.py` (docs/support.md); `head.json` says on what, under which licence, and what it
reached on organisations that it has not seen.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, log
from pathlib import Path

import numpy as np
import numpy.typing as npt

from assistant.grounding.support.features import FEATURES, Matrix

SHIPPED = Path(__file__).with_name("head.json")
# The classes of the head, in the order of its rows.
CLASSES = ("supported", "contradicted", "not_found")
_FLOOR = 1e-4


@dataclass(frozen=True, slots=True)
class Head:
    """Multinomial logistic regression: `weights` (3, features) and `bias` (3,) over features less `mean` by `scale`.

    `mix` weighs log-odds of "supported": of the head, of the model, and a constant.
    """

    mean: npt.NDArray[np.float64]
    scale: npt.NDArray[np.float64]
    weights: npt.NDArray[np.float64]
    bias: npt.NDArray[np.float64]
    mix: tuple[float, float, float]

    def probabilities(self, features: Sequence[Matrix]) -> npt.NDArray[np.float64]:
        """P(supported), P(contradicted), P(not found) per row: shape (rows, 3)."""
        scaled = (np.stack(features).astype(np.float64) - self.mean) / self.scale
        logits = scaled @ self.weights.T + self.bias
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        return np.asarray(powers / powers.sum(axis=1, keepdims=True))

    def mixed(self, cheap: float, model: float) -> float:
        """P(supported) out of that of the head and that of a model."""
        own, theirs, constant = self.mix
        return 1 / (1 + exp(-(own * log_odds(cheap) + theirs * log_odds(model) + constant)))


def log_odds(probability: float) -> float:
    """The log-odds of a probability, kept off 0 and 1."""
    bounded = min(max(probability, _FLOOR), 1 - _FLOOR)
    return log(bounded / (1 - bounded))


def read_head(values: Mapping[str, object]) -> Head:
    """A head out of its file's values. Raises ValueError when it was trained on other features."""
    if tuple(values["features"]) != FEATURES:  # type: ignore[arg-type]
        raise ValueError("The head was trained on other features. Train it again: benchmarks/support_head.py.")
    mean, scale, weights, bias = (
        np.array(values[name], dtype=np.float64) for name in ("mean", "scale", "weights", "bias")
    )
    own, theirs, constant = values["mix"]  # type: ignore[misc]
    return Head(mean, scale, weights, bias, (float(own), float(theirs), float(constant)))  # type: ignore[has-type]


def shipped_head() -> Head:
    """The head that Pilares ships with."""
    return read_head(json.loads(SHIPPED.read_text(encoding="utf-8")))
