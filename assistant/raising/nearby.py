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
HALF_DAYS = 90.0
# The cosine from which on a question is near, by the beginning of the embedder's id: for one question in a hundred, the
# nearest one that asks for something else is nearer (docs/benchmarks.md, "Curated answers").
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
        self._vectors: Vectors | None = None

    def of(self, question: Vectors) -> tuple[Raise, ...]:
        """The passages that rise for a question, by its vector, shape (dimension,)."""
        with self._lock:
            self._refresh()
            helped, vectors = self._helped, self._vectors
        if vectors is None:
            return ()
        cosines = vectors @ question
        shares = dict[tuple[str, str], float]()
        for place in np.flatnonzero(cosines >= self._least):
            each = helped[int(place)]
            nearness = (float(cosines[place]) - self._least) / (1 - self._least)
            key = each.document_id, each.quote
            shares[key] = min(MOST, shares.get(key, 0.0) + MOST * min(1.0, nearness) * self._left(each))
        return tuple(Raise(*key, share) for key, share in shares.items() if share > 0)

    def _refresh(self) -> None:
        stamp = self._store.stamp()
        if stamp == self._stamp:
            return
        self._helped = self._store.current() if stamp[0] else []
        self._vectors = self._embed([each.question for each in self._helped]) if self._helped else None
        self._stamp = stamp

    def _left(self, helped: Helped) -> float:
        days = max(0.0, (self._now() - helped.created).total_seconds() / 86_400)
        return float(0.5 ** (days / HALF_DAYS))
