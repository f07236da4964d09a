"""Where the cosines of an embedder lie: every model has bands of its own, and thresholds are set within them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Band:
    """The cosines of texts that have nothing to do with each other, and of texts that fully do."""

    low: float
    high: float

    def position(self, cosine: float) -> float:
        """Where a cosine lies in the band, between 0 and 1."""
        return round(min(1.0, max(0.0, (cosine - self.low) / (self.high - self.low))), 3)


@dataclass(frozen=True, slots=True)
class Bands:
    """Of a question and a line that answers it; of a statement and a line that says the same."""

    question: Band
    statement: Band


# By the beginning of the model's id; the first that fits counts. An id with a "+" is a model with an adapter: its bands
# were set so that, on organisations that nothing was trained on (finetune/organisations), random and best pairs lie at
# the median where they lie for the plain model (0.2 and 0.65 of the first band, 0 and 0.95 of the second).
_KNOWN = (
    ("multilingual-e5-small-1571fc98+", Bands(Band(-0.04, 0.85), Band(0.12, 0.90))),
    ("multilingual-e5", Bands(Band(0.76, 0.92), Band(0.80, 0.95))),
)
_USUAL = Bands(Band(0.1, 0.6), Band(0.2, 0.9))


def bands_of(model_id: str) -> Bands:
    """The bands of an embedder by its `model_id`."""
    return next((bands for start, bands in _KNOWN if model_id.startswith(start)), _USUAL)
