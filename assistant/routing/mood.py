"""How a person sounds and whether it can wait: what triage and hand-off look at, from examples in both languages."""

from dataclasses import dataclass
from pathlib import Path

from assistant.routing.examples import load_labels, own_file
from assistant.routing.head import Head
from assistant.routing.intents import head_of
from knowledge.embedder import Embedder, Vectors

SHIPPED = {name: Path(__file__).with_name(f"{name}.yaml") for name in ("sentiment", "urgency")}
UNREMARKABLE = {"sentiment": "neutral", "urgency": "normal"}
# Below this probability a text counts as unremarkable.
SURE = 0.5


@dataclass(frozen=True, slots=True)
class Tone:
    """What one head says: the label, and the probability of the likeliest label that is remarkable."""

    label: str
    probability: float
    threshold: float = SURE


@dataclass(frozen=True, slots=True)
class Mood:
    """Sentiment ("negative", "neutral", "positive") and urgency ("urgent", "normal"), or an operator's own labels."""

    sentiment: Tone
    urgency: Tone


class MoodReader:
    """Tells the mood of a text from its query embedding.

    `home` may hold sentiment.yaml and urgency.yaml with more examples. Raises ConfigurationError.
    """

    def __init__(self, embedder: Embedder, *, home: Path | None = None, cache: Path | None = None) -> None:
        self._heads: dict[str, Head] = {}
        for name, shipped in SHIPPED.items():
            labels = load_labels(shipped, *(own_file(home, name) if home else ()))
            self._heads[name] = head_of(embedder, labels, cache=cache)

    def read(self, vector: Vectors, text: str) -> Mood:
        """The mood of one text; `vector` has the shape (dimension,)."""
        return Mood(self._tone("sentiment", vector, text), self._tone("urgency", vector, text))

    def _tone(self, name: str, vector: Vectors, text: str) -> Tone:
        found, usual = self._heads[name].opinion(vector, text).probabilities, UNREMARKABLE[name]
        label, probability = max(((each, p) for each, p in found.items() if each != usual), key=lambda each: each[1])
        return Tone(label if probability >= SURE else usual, round(probability, 3))
