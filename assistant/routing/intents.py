"""What a person wants, from a few examples per intent and language (`intents.yaml`), or that it is none of them."""

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from assistant.errors import ConfigurationError
from assistant.routing.examples import OUT_OF_SCOPE, Label, load_labels
from assistant.routing.head import REJECTED, Head, fit_head
from knowledge.embedder import Embedder, Vectors

SHIPPED = Path(__file__).with_name("intents.yaml")
Intent = Label


@dataclass(frozen=True, slots=True)
class Guess:
    """The most likely intent and its probability; with whether it is chat, and how well the text fits any intent.

    `fit` below `threshold` is out of scope; `documents` is the probability that it asks for what documents may say.
    """

    intent: str
    confidence: float
    small_talk: bool
    fit: float = 1.0
    threshold: float = REJECTED
    documents: float = 1.0
    probabilities: Mapping[str, float] = field(default_factory=dict)

    @property
    def in_scope(self) -> bool:
        """Whether it is any of the intents at all."""
        return self.fit >= self.threshold


def load_intents(*files: Path) -> tuple[Intent, ...]:
    """Read intent files, later ones adding to earlier ones. Raises ConfigurationError naming the file."""
    return load_labels(*files)


class IntentClassifier:
    """Guesses the intent of a question from its embedding and its words."""

    def __init__(self, embedder: Embedder, intents: tuple[Intent, ...], *, cache: Path | None = None) -> None:
        self._small_talk = frozenset(intent.name for intent in intents if intent.small_talk)
        self._documents = frozenset(intent.name for intent in intents if intent.documents)
        self.head = head_of(embedder, intents, cache=cache)

    def is_small_talk(self, intent: str) -> bool:
        """Whether an intent is answered without documents."""
        return intent in self._small_talk

    def guess(self, vector: Vectors, text: str = "") -> Guess:
        """Classify one question by its query embedding, shape (dimension,), and what it says."""
        opinion = self.head.opinion(vector, text)
        talk = sum(p for name, p in opinion.probabilities.items() if name in self._small_talk)
        return Guess(
            opinion.label,
            opinion.confidence,
            bool(talk > 0.5 and opinion.label in self._small_talk),
            opinion.fit,
            opinion.threshold,
            sum(p for name, p in opinion.probabilities.items() if name in self._documents),
            opinion.probabilities,
        )


def head_of(embedder: Embedder, labels: tuple[Label, ...], *, cache: Path | None = None) -> Head:
    """A head fitted on examples. Raises ConfigurationError when there are not two labels to tell apart."""
    if len({label.name for label in labels} - {OUT_OF_SCOPE}) < 2:
        raise ConfigurationError("There are examples of one label only. Give examples of at least two.")
    texts = [example for label in labels for example in label.examples]
    names = [label.name for label in labels for _ in label.examples]
    return fit_head(embedded(embedder, texts, cache), texts, names)


def embedded(embedder: Embedder, texts: list[str], cache: Path | None) -> Vectors:
    """The texts' query embeddings, from the folder `cache` when they and the embedder have not changed."""
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
