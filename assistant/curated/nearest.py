"""Finds the curated answer to what is asked: near enough, and the same in whatever no vector tells apart."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Protocol

import numpy as np

from assistant.curated.agreement import disagreement
from assistant.curated.record import Curated, State
from knowledge.embedder import Vectors
from knowledge.lexical.analyzer import Analyzer

Embed = Callable[[Sequence[str]], Vectors]
"""Vectors of questions, rows of length 1."""


class CuratedStore(Protocol):
    """Where curated answers are kept (`assistant.curated.store.CuratedAnswers` is one)."""

    def find(self, *states: State) -> list[Curated]:
        """Those in these states."""

    def mark(self, curated_id: str, why: str) -> Curated:
        """Do not serve it until somebody has looked at it."""

    def stamp(self) -> tuple[int, str]:
        """Changes whenever any of them does."""


@dataclass(frozen=True, slots=True)
class Near:
    """A curated answer, and the cosine of its question with the one that is asked."""

    curated: Curated
    cosine: float


class Nearest:
    """Holds the served answers and the vectors of their questions; looks for changes at every question."""

    def __init__(self, store: CuratedStore, embed: Embed) -> None:
        self._store = store
        self._embed = embed
        self._analyzer = Analyzer()
        self._lock = Lock()
        self._stamp: tuple[int, str] | None = None
        self._served: list[Curated] = []
        self._vectors: dict[str, Vectors] = {}

    def refresh(self) -> None:
        """Take in what has changed; vectors of new questions are computed."""
        with self._lock:
            stamp = self._store.stamp()
            if stamp == self._stamp:
                return
            served = self._store.find("served") if stamp[0] else []
            missing = [each.question for each in served if each.question not in self._vectors]
            kept = {each.question: self._vectors[each.question] for each in served if each.question in self._vectors}
            computed = dict(zip(missing, self._embed(missing), strict=True)) if missing else {}
            self._served, self._vectors, self._stamp = served, kept | computed, stamp

    def of(self, question: str, language: str, least: float, most: int = 3) -> list[Near]:
        """The nearest ones in the same language that agree with the question, nearest first."""
        self.refresh()
        with self._lock:
            served = [each for each in self._served if each.language == language]
            vectors = [self._vectors[each.question] for each in served]
        if not served:
            return []
        cosines = np.stack(vectors) @ self._embed([question])[0]
        order = [int(place) for place in np.argsort(-cosines, kind="stable") if cosines[place] >= least]
        near = (Near(served[place], float(cosines[place])) for place in order)
        return [each for each in near if self._agrees(question, each.curated.question, language)][:most]

    def _agrees(self, asked: str, answered: str, language: str) -> bool:
        return not disagreement(asked, answered, language, self._analyzer)


# By the beginning of the embedder's id: the least cosine by language. Measured (docs/benchmarks.md, "Curated answers");
# with an embedder that was not measured, only what is all but the same counts.
_LEAST = (("multilingual-e5-small", {"en": 0.94, "es": 0.95}),)
_UNMEASURED = 0.985


def least_of(model_id: str) -> Callable[[str], float]:
    """The least cosine of two questions that mean the same, by language."""
    known = next((least for start, least in _LEAST if model_id.startswith(start)), {})
    return lambda language: known.get(language, _UNMEASURED)
