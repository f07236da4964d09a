"""Texts that are nearly the same, found without comparing each with each.

MinHash (Broder 1997, https://doi.org/10.1109/SEQUEN.1997.666900) with banding (Leskovec, Rajaraman, Ullman, *Mining of
Massive Datasets*, 3.4): texts that agree in one band are compared by their shingles.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cache
from hashlib import blake2b

import numpy as np
import numpy.typing as npt

# 32 bands of 4: two texts of similarity 0.6 meet with a probability of 0.99, of 0.3 with 0.23.
BANDS, IN_BAND = 32, 4
WORDS = 3
# A bucket fuller than this is compared with its first members only; they stand for the rest.
FULL = 50
_PRIME = np.uint64((1 << 31) - 1)
_WORD = re.compile(r"\w+")

Hashes = npt.NDArray[np.uint64]


def shingles(text: str, words: int = WORDS) -> frozenset[int]:
    """Hashes (31 bits) of all runs of `words` words; of shorter texts, of the whole."""
    found = _WORD.findall(text.casefold())
    runs = [" ".join(found[at : at + words]) for at in range(max(1, len(found) - words + 1))]
    return frozenset(
        int.from_bytes(blake2b(run.encode("utf-8", "replace"), digest_size=4).digest(), "big") >> 1 for run in runs
    )


def resemblance(one: frozenset[int], other: frozenset[int]) -> float:
    """Jaccard similarity, 0 to 1."""
    both = len(one & other)
    return both / (len(one) + len(other) - both) if both else 0.0


@cache
def _functions() -> tuple[Hashes, Hashes]:
    """Factors and offsets of the hash functions; always the same."""
    rng = np.random.default_rng(1)
    factors, offsets = (rng.integers(1, int(_PRIME), BANDS * IN_BAND, dtype=np.uint64)[:, None] for _ in range(2))
    return factors, offsets


def signature(found: frozenset[int]) -> Hashes:
    """The smallest of each of the hash functions over the shingles."""
    factors, offsets = _functions()
    values = np.fromiter(found, dtype=np.uint64, count=len(found))[None, :]
    return np.asarray(((values * factors + offsets) % _PRIME).min(axis=1), dtype=np.uint64)


def near_pairs(texts: Sequence[frozenset[int]], least: float) -> Iterator[tuple[int, int, float]]:
    """Places of two texts (the earlier first) whose shingles resemble each other at least so much, each pair once."""
    buckets: defaultdict[tuple[int, bytes], list[int]] = defaultdict(list)
    seen: set[tuple[int, int]] = set()
    for place, found in enumerate(texts):
        rows = signature(found).reshape(BANDS, IN_BAND)
        for band, row in enumerate(rows):
            members = buckets[band, row.tobytes()]
            for other in members[:FULL]:
                if (other, place) not in seen:
                    seen.add((other, place))
                    if (alike := resemblance(texts[other], found)) >= least:
                        yield other, place, alike
            members.append(place)


def clusters(texts: Sequence[frozenset[int]], least: float) -> list[list[int]]:
    """Places of texts that are nearly the same, each text in one cluster, in order."""
    joined = Joined(len(texts))
    for one, other, _ in near_pairs(texts, least):
        joined.join(one, other)
    return joined.groups()


class Joined:
    """Disjoint sets of numbers (union-find)."""

    def __init__(self, count: int) -> None:
        self._parent = list(range(count))

    def root(self, one: int) -> int:
        """The number that stands for the set of `one`: its smallest."""
        while self._parent[one] != one:
            self._parent[one] = self._parent[self._parent[one]]
            one = self._parent[one]
        return one

    def join(self, one: int, other: int) -> None:
        """Make one set of two."""
        first, second = sorted((self.root(one), self.root(other)))
        self._parent[second] = first

    def groups(self) -> list[list[int]]:
        """All sets, by their smallest number."""
        found: defaultdict[int, list[int]] = defaultdict(list)
        for each in range(len(self._parent)):
            found[self.root(each)].append(each)
        return [found[root] for root in sorted(found)]
