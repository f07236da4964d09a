"""An index that compares with every vector: exact, in memory, good for some ten thousand chunks."""

from collections.abc import Sequence
from threading import RLock

import numpy as np

from knowledge.embedder import Vectors
from knowledge.vectors.resident import products


class ExactIndex:
    """Brute force over one float32 matrix; the yardstick for other indexes and what search falls back on."""

    def __init__(self) -> None:
        self._entries: dict[str, Vectors] = {}
        self._order: list[str] = []
        self._matrix: Vectors | None = None
        self._lock = RLock()

    def upsert(self, ids: Sequence[str], vectors: Vectors) -> None:
        """Add or replace entries."""
        with self._lock:
            self._entries.update(zip(ids, vectors, strict=True))
            self._matrix = None

    def delete(self, ids: Sequence[str]) -> None:
        """Remove entries."""
        with self._lock:
            for chunk_id in ids:
                self._entries.pop(chunk_id, None)
            self._matrix = None

    def query(self, vector: Vectors, k: int) -> list[tuple[str, float]]:
        """The nearest entries."""
        with self._lock:
            order, matrix = self._stacked()
        if not order:
            return []
        scores = products(vector[None], matrix)[0]
        return [(order[place], float(scores[place])) for place in np.argsort(-scores, kind="stable")[:k]]

    def ids(self) -> set[str]:
        """Every id."""
        with self._lock:
            return set(self._entries)

    def _stacked(self) -> tuple[list[str], Vectors]:
        if self._matrix is None:
            self._order = list(self._entries)
            empty = np.zeros((0, 0), dtype=np.float32)
            self._matrix = np.stack([self._entries[each] for each in self._order]) if self._order else empty
        return self._order, self._matrix
