"""Which passages rise for a question, and by how much.

Only for questions near to the one that a passage helped with, at most `MOST` of the best score there is, half of that
after `HALF_DAYS`, and not at all once the feedback is taken back. It costs a small query and a product of vectors.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from threading import Lock
from typing import Protocol

import numpy as np

from assistant.raising.store import Helped
from knowledge.embedder import Vectors
from knowledge.search.raising import Raise

MOST = 0.2
# Vectors of questions that may be computed while a person waits, about 8 ms each.
AT_ONCE = 4
HALF_DAYS = 90.0
# The cosine from which on a question is near, by the beginning of the embedder's id: for two to three questions in a
# hundred the nearest one that asks for something else is nearer (`benchmarks/curated_pairs.jsonl`, organisations).
_NEAR = (("multilingual-e5-small", 0.92),)
_UNMEASURED = 0.95
Embed = Callable[[Sequence[str]], Vectors]


class HelpedStore(Protocol):
    """Where helpful passages are kept (`assistant.raising.store.RaisedPassages` is one)."""

    def current(self) -> list[Helped]:
        """Those whose feedback stands."""

    def stamp(self) -> tuple[int, str]:
        """Changes with what `current` returns."""


class Nearby:
    """Holds the helpful passages and the vectors of their questions; looks for changes at every question."""

    def __init__(
        self, store: HelpedStore, embed: Embed, model_id: str, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._store = store
        self._embed = embed
        self._least = next((least for start, least in _NEAR if model_id.startswith(start)), _UNMEASURED)
        self._now = now
        self._lock = Lock()
        self._stamp: tuple[int, str] | None = None
        self._helped: list[Helped] = []
        self._vectors: dict[str, Vectors] = {}
        self._rows: Vectors | None = None

    def prime(self) -> None:
        """Compute all vectors that are missing."""
        with self._lock:
            while not self._refreshed():
                pass

    def of(self, question: Vectors) -> tuple[Raise, ...]:
        """The passages that rise for a question, by its vector, shape (dimension,)."""
        with self._lock:
            self._refreshed()
            helped, rows = self._helped, self._rows
        if rows is None:
            return ()
        cosines = rows @ question
        shares = dict[tuple[str, str], float]()
        for place in np.flatnonzero(cosines >= self._least):
            each = helped[int(place)]
            nearness = (float(cosines[place]) - self._least) / (1 - self._least)
            key = each.document_id, each.quote
            shares[key] = min(MOST, shares.get(key, 0.0) + MOST * min(1.0, nearness) * self._left(each))
        return tuple(Raise(*key, share) for key, share in shares.items() if share > 0)

    def _refreshed(self) -> bool:
        """Take in what has changed, with a few of the vectors that are missing; whether none is left."""
        stamp = self._store.stamp()
        if stamp == self._stamp:
            return True
        current = self._store.current() if stamp[0] else []
        asked = dict.fromkeys(each.question for each in current)
        known = {text: self._vectors[text] for text in asked if text in self._vectors}
        missing = [text for text in asked if text not in known]
        some = missing[:AT_ONCE]
        self._vectors = known | (dict(zip(some, self._embed(some), strict=True)) if some else {})
        self._helped = [each for each in current if each.question in self._vectors]
        self._rows = np.stack([self._vectors[each.question] for each in self._helped]) if self._helped else None
        if len(missing) > len(some):
            return False
        self._stamp = stamp
        return True

    def _left(self, helped: Helped) -> float:
        days = max(0.0, (self._now() - helped.created).total_seconds() / 86_400)
        return float(0.5 ** (days / HALF_DAYS))
