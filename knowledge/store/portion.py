"""Which chunks a scope lets through, kept until something is written."""

from collections import OrderedDict
from dataclasses import dataclass
from functools import cached_property
from threading import Lock

import numpy as np
from sqlalchemy import Connection

from knowledge.store import numbers as store
from knowledge.store.database import commits_before
from knowledge.store.numbers import Numbers
from knowledge.store.scope import Scope

FEW = 50_000
"""Chunks that are compared one by one rather than looked for in an index."""
_KEPT = 64


@dataclass(frozen=True)
class Portion:
    """What a scope lets through of the store's chunks.

    `complete` when that is all of them; else `numbers` are theirs in order, or None when there are more than `FEW`.
    `pending` are chunks that have no vector yet, `total` is how many chunks the whole store has.
    """

    complete: bool
    numbers: Numbers | None
    pending: Numbers
    total: int

    @property
    def small(self) -> bool:
        """Whether each of its chunks can be looked at."""
        return self.numbers is not None

    @property
    def members(self) -> Numbers:
        """The numbers of a portion that has them."""
        assert self.numbers is not None
        return self.numbers

    @property
    def share(self) -> float:
        """How much of the store it is."""
        return len(self.members) / max(1, self.total)

    @cached_property
    def embedded(self) -> Numbers:
        """The chunks that have a vector."""
        return np.setdiff1d(self.members, self.pending, assume_unique=True) if len(self.pending) else self.members

    @property
    def lowest(self) -> int:
        """The first of its numbers."""
        return int(self.members[0])

    @property
    def highest(self) -> int:
        """The last of its numbers."""
        return int(self.members[-1])

    @cached_property
    def mask(self) -> bytes:
        """A byte per chunk number up to the highest one of the portion: 1 when it is in, else 0."""
        inside = np.zeros(int(self.members[-1]) + 1 if len(self.members) else 0, dtype=np.uint8)
        inside[self.members] = 1
        return inside.tobytes()


class Portions:
    """Finds portions, and keeps the latest ones until the next commit: what was granted may be another thing then."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[Scope, bool], tuple[int, Portion]] = OrderedDict()
        self._lock = Lock()

    def of(self, connection: Connection, scope: Scope) -> Portion:
        """The portion of a scope."""
        return self._find(connection, scope, whole=False)

    def whole(self, connection: Connection, scope: Scope) -> Portion:
        """The same with all its numbers, however many."""
        return self._find(connection, scope, whole=True)

    def _find(self, connection: Connection, scope: Scope, whole: bool) -> Portion:
        key, now = (scope, whole), commits_before(connection)
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None and kept[0] == now:
                self._kept.move_to_end(key)
                return kept[1]
        complete = store.is_all(connection, scope)
        numbers = None
        if whole or not complete:
            numbers = store.numbers_in(connection, scope, None if whole else FEW)
        found = Portion(complete, numbers, store.pending(connection), store.count(connection))
        with self._lock:
            self._kept[key] = (now, found)
            self._kept.move_to_end(key)
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return found
