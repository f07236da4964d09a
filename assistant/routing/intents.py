"""What a person wants, from a handful of examples per intent and language (`intents.toml`).

A logistic regression over the embedding that retrieval computes anyway: with about ten examples an intent it is fitted
in tens of milliseconds, and its probabilities are usable as confidence.
"""

import hashlib
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from assistant.errors import ConfigurationError
from knowledge.embedder import Embedder, Vectors

if TYPE_CHECKING:
    from sklearn.linear_model import LogisticRegression

SHIPPED = Path(__file__).with_name("intents.toml")
# Regularisation of the few-shot head (inverse strength, scikit-learn's C): unit vectors of e5 differ little in
# length and direction (cosines of 0.7 to 0.9), so the head has to be allowed large weights.
HEAD_C = 300.0


@dataclass(frozen=True, slots=True)
class Intent:
    """An intent by its examples; `small_talk` intents are answered without documents."""

    name: str
    examples: tuple[str, ...]
    small_talk: bool = False


@dataclass(frozen=True, slots=True)
class Guess:
    """The most likely intent and its probability."""

    intent: str
    confidence: float
    small_talk: bool


def load_intents(*files: Path) -> tuple[Intent, ...]:
    """Read intent files, later ones adding to earlier ones. Raises ConfigurationError naming the file."""
    intents: dict[str, Intent] = {}
    for file in files:
        try:
            entries = tomllib.loads(file.read_text(encoding="utf-8"))
            for name, entry in entries.items():
                intents[name] = _joined(name, entry, intents.get(name))
        except (tomllib.TOMLDecodeError, TypeError, KeyError, AttributeError, OSError) as error:
            raise ConfigurationError(
                f"The intents in {file} cannot be read: {error}. Mend or remove the file."
            ) from None
    return tuple(intents.values())


def _joined(name: str, entry: Mapping[str, Any], known: Intent | None) -> Intent:
    examples = tuple(str(example) for example in entry["examples"])
    small_talk = bool(entry.get("small_talk", known.small_talk if known else False))
    return Intent(name, (known.examples if known else ()) + examples, small_talk)


class IntentClassifier:
    """Guesses the intent of a question from its embedding."""

    def __init__(self, embedder: Embedder, intents: tuple[Intent, ...], *, cache: Path | None = None) -> None:
        self._small_talk = frozenset(intent.name for intent in intents if intent.small_talk)
        texts = [example for intent in intents for example in intent.examples]
        labels = [intent.name for intent in intents for _ in intent.examples]
        self._head = _fit(_embedded(embedder, texts, cache), labels)

    def is_small_talk(self, intent: str) -> bool:
        """Whether an intent is answered without documents."""
        return intent in self._small_talk

    def guess(self, vector: Vectors) -> Guess:
        """Classify one question by its query embedding, shape (dimension,)."""
        probabilities = self._head.predict_proba(vector.reshape(1, -1))[0]
        best = int(np.argmax(probabilities))
        name = str(self._head.classes_[best])
        talk = sum(p for p, label in zip(probabilities, self._head.classes_, strict=True) if label in self._small_talk)
        return Guess(name, float(probabilities[best]), bool(talk > 0.5 and name in self._small_talk))


def _embedded(embedder: Embedder, texts: list[str], cache: Path | None) -> Vectors:
    """The examples' vectors, from `cache` when they and the embedder have not changed: seconds saved at each start."""
    if cache is None:
        return embedder.embed_queries(texts)
    key = hashlib.sha256("\n".join((embedder.model_id, *texts)).encode()).hexdigest()[:16]
    file = cache / f"intents-{key}.npy"
    try:
        return np.asarray(np.load(file, allow_pickle=False), dtype=np.float32)
    except (OSError, ValueError):
        vectors = embedder.embed_queries(texts)
    try:
        cache.mkdir(parents=True, exist_ok=True)
        part = file.with_suffix(f".{os.getpid()}.npy")
        np.save(part, vectors)
        part.replace(file)
    except OSError:  # a cache that cannot be written costs time, nothing else
        pass
    return vectors


def _fit(vectors: Vectors, labels: list[str]) -> "LogisticRegression":
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=HEAD_C, class_weight="balanced", max_iter=2000).fit(vectors, labels)
