"""An index that compares with every vector: exact, in memory, good for some ten thousand chunks."""

from collections.abc import Sequence
from threading import RLock

import numpy as np

from knowledge.embedder import Vectors


class ExactIndex:
    """Brute force over one float32 matrix; the yardstick for other indexes and what search falls back on."""

    def __init__(self) -> None:
        self._entries: dict[str, tuple[Vectors, frozenset[str]]] = {}
        self._order: list[str] = []
        self._matrix: Vectors | None = None
        self._lock = RLock()

    def upsert(self, ids: Sequence[str], vectors: Vectors, groups: Sequence[Sequence[str]]) -> None:
        """Add or replace entries."""
        with self._lock:
            for chunk_id, vector, granted in zip(ids, vectors, groups, strict=True):
                self._entries[chunk_id] = (vector, frozenset(granted))
            self._matrix = None

    def delete(self, ids: Sequence[str]) -> None:
        """Remove entries."""
        with self._lock:
            for chunk_id in ids:
                self._entries.pop(chunk_id, None)
            self._matrix = None

    def query(self, vector: Vectors, k: int, groups: frozenset[str] | None) -> list[tuple[str, float]]:
        """The nearest granted entries; with None, of all."""
        with self._lock:
            order, matrix, entries = *self._stacked(), dict(self._entries)
        if groups == frozenset() or not order:
            return []
        scores = matrix @ vector
        hits: list[tuple[str, float]] = []
        for place in np.argsort(-scores, kind="stable"):
            if len(hits) == k:
                break
            if groups is None or groups & entries[order[place]][1]:
                hits.append((order[place], float(scores[place])))
        return hits

    def ids(self) -> set[str]:
        """Every id."""
        with self._lock:
            return set(self._entries)

    def grants(self) -> dict[str, frozenset[str]]:
        """The groups of every entry, by id."""
        with self._lock:
            return {chunk_id: groups for chunk_id, (_, groups) in self._entries.items()}

    def _stacked(self) -> tuple[list[str], Vectors]:
        if self._matrix is None:
            self._order = list(self._entries)
            empty = np.zeros((0, 0), dtype=np.float32)
            self._matrix = np.stack([self._entries[each][0] for each in self._order]) if self._order else empty
        return self._order, self._matrix
