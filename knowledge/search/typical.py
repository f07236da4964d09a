"""How near a question is to a passage that has nothing to do with it: what a cosine has to be measured from.

The cosines of one model fill a narrow band that lies elsewhere for every question; and they lie lower for passages in
another language than the question's, whatever these say. So a question is compared with the mean of a sample of the
store's vectors of each language: with that taken off the cosines, a passage in the other language that answers stands
beside one in the question's own. Measured on held-out organisations in two languages: docs/benchmarks.md,
"Across languages".
"""

from collections import defaultdict
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection

from knowledge.embedder import Vectors
from knowledge.store import chunks

_SAMPLE = 2_000
_FEWEST = 8  # vectors that make a mean of their own

Floors = dict[str | None, npt.NDArray[np.float32]]


class Typical:
    """The store's mean vectors; taken again when it has grown by a twentieth."""

    def __init__(self) -> None:
        self._state: tuple[int, bool] | None = None
        self._means: dict[str | None, Vectors] = {}

    def floors(self, connection: Connection, vectors: Vectors, languages: Iterable[str | None]) -> Floors:
        """By language of a passage, the cosines that the questions typically have: shape (number of questions,)."""
        means = self._current(connection)
        if not means:
            return {language: np.zeros(len(vectors), dtype=np.float32) for language in languages}
        common = means[None]
        floors = {}
        for language in set(languages):
            floors[language] = np.asarray(vectors @ means.get(language, common), dtype=np.float32)
        return floors

    def _current(self, connection: Connection) -> dict[str | None, Vectors]:
        last, waiting = chunks.progress(connection)
        known = self._state
        if known is None or known[1] != waiting or abs(last - known[0]) * 20 > known[0]:
            means = _means(chunks.vector_sample(connection, last, _SAMPLE))
            self._means, self._state = means, (last, waiting) if means else None
        return self._means


def _means(sample: Iterable[tuple[str | None, Vectors]]) -> dict[str | None, Vectors]:
    """By language; None is all of them."""
    by_language: dict[str | None, list[Vectors]] = defaultdict(list)
    for language, vector in sample:
        by_language[language].append(vector)
    everything = [vector for vectors in by_language.values() for vector in vectors]
    if not everything:
        return {}
    means = {language: np.mean(each, axis=0) for language, each in by_language.items() if len(each) >= _FEWEST}
    return {**means, None: np.mean(everything, axis=0)}
