"""The dense leg: the nearest passages among those that a question may be answered from.

Three ways, by how much the scope lets through:

- everything: the vector index is asked; in a small library each passage is compared as well, which takes a millisecond
  or two: a graph that is written over now and then loses entries (chroma #7678);
- up to 50,000 passages: each of them is compared. No graph search comes near that in recall, and it costs as little;
- more: the index is asked for more than is needed, and SQL says which of it lies in the scope. When too little does
  (somebody of one department asks what another one knows), all are compared.

The index's own metadata filter is not used: with 100,000 entries Chroma takes 85 ms where 1,000 of them pass and 600 ms
where 50,000 do, against 2 ms without one. Whether a document is in the scope is decided in SQL each time, so that a
grant that was taken back counts with the next question, however far the index is behind.
"""

from threading import Lock

import numpy as np
from sqlalchemy import Connection

from knowledge.embedder import Vectors
from knowledge.store import numbers as store
from knowledge.store.database import Database, fact
from knowledge.store.numbers import Numbers
from knowledge.store.portion import Portion, Portions
from knowledge.store.scope import Scope
from knowledge.vectors.follower import IndexFollower
from knowledge.vectors.resident import ResidentVectors, products

RESIDENT_BYTES = 256_000_000  # a byte per component: 650,000 vectors of 384
_MARGIN = 20  # so many more than asked for are compared exactly: a byte per component hardly changes the order
_COMPARED_TOO = 5_000
_ASK_FOR_MORE = 2
_MOST_ASKED = 1_000  # an index of 100,000 gives so many in 10 ms; comparing all takes about 20

Hits = dict[str, float]


class Dense:
    """Finds the nearest chunks of a scope."""

    def __init__(
        self, database: Database, index: IndexFollower, portions: Portions, resident_bytes: int = RESIDENT_BYTES
    ) -> None:
        self._database = database
        self._index = index
        self._resident = ResidentVectors(resident_bytes)
        self._portions = portions
        self._loading = Lock()

    def nearest(self, vectors: Vectors, k: int, scope: Scope) -> list[Hits]:
        """For each vector, up to `k` chunk ids with their cosine."""
        with self._database.read() as connection:
            portion = self._portions.of(connection, scope)
            if portion.small:
                return self._compared(connection, portion, vectors, k)
        if portion.complete:
            return [self._from_all(vector, k, scope, portion.total <= _COMPARED_TOO) for vector in vectors]
        return [self._from_index(vector, k, scope) for vector in vectors]

    def warm(self) -> None:
        """Read all vectors into memory, if they fit."""
        with self._database.read() as connection:
            dimension = int(fact(connection, "dimension") or 0)
            everything = store.all_numbers(connection)
            if dimension and self._resident.holds(len(everything), dimension):
                self._hold(connection, everything, dimension)

    def forget(self) -> None:
        """Hold no vectors: they are being computed anew."""
        self._resident.clear()

    def _from_all(self, vector: Vectors, k: int, scope: Scope, compared_too: bool) -> Hits:
        """From the index; by comparison where it costs nothing, or too few are found, as among equal vectors."""
        hits = dict(self._index.query(vector, k))
        if len(hits) == k and not compared_too:
            return hits
        found = hits | self._compare_whole(vector, k, scope)
        return dict(sorted(found.items(), key=lambda hit: -hit[1])[:k])

    def _from_index(self, vector: Vectors, k: int, scope: Scope) -> Hits:
        asked = _ASK_FOR_MORE * k
        while True:
            hits = self._index.query(vector, asked)
            with self._database.read() as connection:
                inside = store.inside(connection, [each for each, _ in hits], scope)
            found = [hit for hit in hits if hit[0] in inside]
            if len(found) >= k:
                return dict(found[:k])
            if asked >= _MOST_ASKED or len(hits) < asked:
                break
            asked = min(_MOST_ASKED, max(2 * asked, asked * k // max(1, len(found)) * 3 // 2))
        return self._compare_whole(vector, k, scope)

    def _compare_whole(self, vector: Vectors, k: int, scope: Scope) -> Hits:
        with self._database.read() as connection:
            return self._compared(connection, self._portions.whole(connection, scope), vector[None], k)[0]

    def _compared(self, connection: Connection, portion: Portion, vectors: Vectors, k: int) -> list[Hits]:
        """The nearest of a portion: roughly by what is held in memory, then exactly by what is stored."""
        near = self._near(connection, portion.embedded, vectors, k + _MARGIN)
        exact = store.ids_with_vectors(connection, [int(each) for each in near])
        if not exact:
            return [{} for _ in vectors]
        ids = list(exact)
        cosines = products(vectors, np.stack([exact[each] for each in ids]))
        return [{ids[place]: float(row[place]) for place in np.argsort(-row, kind="stable")[:k]} for row in cosines]

    def _near(self, connection: Connection, numbers: Numbers, vectors: Vectors, count: int) -> Numbers:
        """The numbers of the `count` nearest chunks to each vector."""
        dimension = vectors.shape[1]
        if self._resident.holds(len(numbers), dimension):
            self._hold(connection, numbers, dimension)
            return _nearest(*self._resident.cosines(numbers, vectors), count)
        blocks = [(some, products(vectors, rows)) for some, rows in store.vectors_of_numbers(connection, numbers)]
        if not blocks:
            return numbers[:0]
        cosines = np.concatenate([each for _, each in blocks], axis=1)
        return _nearest(np.concatenate([some for some, _ in blocks]), cosines, count)

    def _hold(self, connection: Connection, numbers: Numbers, dimension: int) -> None:
        missing = self._resident.missing(numbers, dimension)
        if len(missing):
            with self._loading:  # one reads what several miss
                missing = self._resident.missing(numbers, dimension)
                self._resident.add(store.vectors_of_numbers(connection, missing), dimension)


def _nearest(numbers: Numbers, cosines: Vectors, count: int) -> Numbers:
    """The numbers with the `count` highest cosines to each of the vectors."""
    if len(numbers) <= count:
        return numbers
    best = np.argpartition(-cosines, count, axis=1)[:, :count]
    return numbers[np.unique(best)]
