"""Vectors held in memory, to compare a question with every one of some chunks."""

from collections.abc import Iterable
from threading import Lock
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from knowledge.embedder import Vectors

Numbers = npt.NDArray[np.int64]
Blocks = Iterable[tuple[Numbers, Vectors]]
_TOGETHER = 512  # rows turned into float32 at a time: they stay in the processor's cache
_ABSENT = -1


class _Table(NamedTuple):
    """`places[number]` is the row of a chunk; `codes * scales` are the vectors."""

    places: npt.NDArray[np.int32]
    codes: npt.NDArray[np.int8]
    scales: npt.NDArray[np.float32]
    used: int


class ResidentVectors:
    """Vectors by chunk number, a byte for each component: a quarter of float32, and read that much faster.

    The components of a unit vector of 384 keep cosines within 0.002 when rounded to a byte, so whoever wants exact ones
    computes them for the nearest. Chunk numbers are never given twice, so nothing held here goes stale; what is needed
    no more makes room when the table is full.
    """

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._table = _empty(0)
        self._lock = Lock()

    def holds(self, count: int, dimension: int) -> bool:
        """Whether so many vectors fit."""
        return count * dimension <= self._most_bytes

    def missing(self, numbers: Numbers, dimension: int) -> Numbers:
        """Those of the numbers (in order) that are not held."""
        absent: Numbers = numbers[_places(self._fitting(dimension), numbers) == _ABSENT]
        return absent

    def add(self, blocks: Blocks, dimension: int) -> None:
        """Hold vectors, in place of all others when there is no room for more."""
        for numbers, vectors in blocks:
            with self._lock:
                table = self._fitting(dimension)
                if not self.holds(table.used + len(numbers), dimension):
                    table = _empty(dimension)
                self._table = _with(table, numbers, vectors)

    def cosines(self, numbers: Numbers, questions: Vectors) -> tuple[Numbers, Vectors]:
        """The numbers that are held, and their cosines with each question, as (len(questions), len(numbers))."""
        table = self._fitting(questions.shape[1])
        places = _places(table, numbers)
        held = places != _ABSENT
        places = places[held]
        found = np.empty((len(questions), len(places)), dtype=np.float32)
        for start in range(0, len(places), _TOGETHER):
            rows = places[start : start + _TOGETHER]
            vectors = table.codes[rows].astype(np.float32)
            found[:, start : start + len(rows)] = products(questions, vectors) * table.scales[rows]
        return numbers[held], found

    def _fitting(self, dimension: int) -> _Table:
        """The table, or an empty one when it holds another embedder's vectors."""
        table = self._table
        return table if table.codes.shape[1] == dimension else _empty(dimension)

    def clear(self) -> None:
        """Hold nothing: the vectors are being computed anew."""
        with self._lock:
            self._table = _empty(0)


def products(questions: Vectors, vectors: Vectors) -> Vectors:
    """The scalar products, as (len(questions), len(vectors)).

    Not by matrix multiplication, whose threads wait for each other when the processor is busy: 28 ms instead of 1 for
    5,000 vectors, with a load of 5 on each core.
    """
    found = np.empty((len(questions), len(vectors)), dtype=np.float32)
    for question, row in zip(questions, found, strict=True):
        np.einsum("nd,d->n", vectors, question, out=row)
    return found


def _empty(dimension: int) -> _Table:
    none = np.zeros(0, dtype=np.int32)
    return _Table(none, np.zeros((0, dimension), np.int8), np.zeros(0, np.float32), 0)


def _places(table: _Table, numbers: Numbers) -> npt.NDArray[np.int32]:
    found = np.full(len(numbers), _ABSENT, dtype=np.int32)
    known = numbers < len(table.places)
    found[known] = table.places[numbers[known]]
    return found


def _with(table: _Table, numbers: Numbers, vectors: Vectors) -> _Table:
    """The table with more rows. Those who still read the old one see nothing of them."""
    fresh = _places(table, numbers) == _ABSENT
    numbers, vectors = numbers[fresh], vectors[fresh]
    if not len(numbers):
        return table
    used = table.used + len(numbers)
    places = _grown(table.places, int(numbers.max()) + 1, _ABSENT)
    codes, scales = table.codes, table.scales
    if used > len(codes):
        room = max(used, len(codes) * 3 // 2)
        codes = np.concatenate([codes, np.zeros((room - len(codes), codes.shape[1]), np.int8)])
        scales = np.concatenate([scales, np.zeros(room - len(scales), np.float32)])
    scale = np.abs(vectors).max(axis=1) / 127
    scale[scale == 0] = 1
    codes[table.used : used] = np.rint(vectors / scale[:, None])
    scales[table.used : used] = scale
    places[numbers] = np.arange(table.used, used)
    return _Table(places, codes, scales, used)


def _grown(places: npt.NDArray[np.int32], length: int, filling: int) -> npt.NDArray[np.int32]:
    """A copy, long enough."""
    if length <= len(places):
        return places.copy()
    return np.concatenate([places, np.full(max(length - len(places), len(places) // 2), filling, dtype=np.int32)])
