"""Keeps a vector index in step with SQL, and builds it again when it is damaged or differs."""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from itertools import islice
from threading import RLock
from time import monotonic

import numpy as np
from sqlalchemy import delete, func, select

from knowledge.embedder import Vectors
from knowledge.errors import IndexUnreachable, StoreError
from knowledge.store import chunks, schema
from knowledge.store.database import Database, fact, remove_fact, set_fact
from knowledge.vectors.exact import ExactIndex
from knowledge.vectors.index import VectorIndex
from knowledge.vectors.places import PREFIX, Places

_log = logging.getLogger(__name__)
_BATCH = 2_000
_NAME_FACT = "vector_folder"
_WRITTEN_FACT = "vector_index_written"  # from the first write of a process until it closes the index
_SAMPLED = 16  # entries asked for at every start
_CHECKED = 4_000  # entries that are asked for at a start, some five seconds' worth; building anew costs little more
_EXAMINED = 200  # entries that are asked for at a time, besides other work
_WORN = 0.05  # share of the entries that may be written over or deleted until all are asked for again
_TRIED_AGAIN_S = 30.0


class IndexFollower:
    """Owns the places of the index. Each rebuild goes into a new one, so that damage is never opened again.

    While no index can be had at all (a full disk, a server that is away), searches are answered exactly from the
    vectors in SQL, and every half minute it is tried again.
    """

    def __init__(self, database: Database, places: Places) -> None:
        self._database = database
        self._places = places
        self._index: VectorIndex | None = None
        self._held: set[str] = set()
        self._tried: float | None = None  # when an index could last not be had; None while there is one
        self._writing = False  # whether this process has noted that it writes
        self._doubtful: list[str] = []  # entries from before a kill that have not been asked for yet
        self._worn = 0  # entries written over or deleted since all were asked for
        self._closed = False
        self._lock = RLock()

    def query(self, vector: Vectors, k: int) -> list[tuple[str, float]]:
        """The nearest chunks; an index that fails is rebuilt once and asked again."""
        index = self.opened()
        try:
            return index.query(vector, k)
        except StoreError as error:
            failure = error
        with self._lock:
            if self._index is index:
                self._recover(failure)
            return self.opened().query(vector, k)

    def opened(self) -> VectorIndex:
        """The index, brought in step with SQL the first time it is needed."""
        index = self._index  # searches do not wait for a writer
        if index is None:
            with self._lock:
                index = self._index or self._open()
        elif self._tried is not None and monotonic() - self._tried > _TRIED_AGAIN_S:
            index = self._try_again(index)
        return index

    def follow(self) -> None:
        """Bring the index up to what was committed to SQL since the last time."""
        with self._lock:
            index = self.opened()
            try:
                self._catch_up(index, forget=self._tried is None)
            except StoreError as error:
                self._recover(error)

    def follow_if_open(self) -> None:
        """The same, unless nobody has needed the index yet: then it catches up when it is opened."""
        with self._lock:
            if self._index is not None:
                self.follow()

    def as_it_is(self) -> VectorIndex | None:
        """The index without bringing it in step, to be looked at; None when there is none.

        Raises StoreError when it cannot be opened.
        """
        with self._lock:
            if self._index is not None and self._tried is None:
                return self._index
            name = self._name()
            return self._places.open(name) if name in self._places.names() and name else None

    def examine(self, between: Callable[[], None] = lambda: None) -> None:
        """Ask for every entry, after a kill and after many changes; where one is lost the index is built again.

        After a kill a small index is examined when it is opened, a large one here, besides other work. Writing over
        entries and deleting them wears a graph out: others can no longer be reached (chroma #7678).
        """
        with self._lock:
            if self._index is not None and self._worn > _WORN * len(self._held):
                self._doubtful, self._worn = sorted(self._held), 0
        while self._doubtful:
            between()
            with self._lock:
                if self._closed or self._tried is not None:
                    return
                some, self._doubtful = self._doubtful[:_EXAMINED], self._doubtful[_EXAMINED:]
                try:
                    sound = self._finds(self.opened(), some)
                except StoreError as error:
                    self._recover(error)
                    continue
                if not sound:
                    _log.warning("The vector index has lost entries; building it again.")
                    self.rebuild()

    def close(self) -> None:
        """Let go of the index."""
        self._closed = True
        with self._lock:  # not while it is being examined
            self._places.close()
        if self._index is not None and self._tried is None and not self._doubtful:
            with suppress(StoreError), self._database.write() as connection:
                remove_fact(connection, _WRITTEN_FACT)

    def rebuild(self) -> VectorIndex:
        """Build the index from the vectors in SQL, in a new place, and remove the old one."""
        with self._lock:
            try:
                return self._use(self._build())
            except StoreError as error:
                with suppress(StoreError), self._database.write() as connection:
                    set_fact(connection, _NAME_FACT, self._next_name())  # not there: what there was is left alone
                return self._substitute(error)

    def _recover(self, failure: StoreError) -> None:
        _log.warning("The vector index failed: %s", failure)
        if isinstance(failure, IndexUnreachable):
            self._substitute(failure)
        else:
            self.rebuild()

    def _open(self) -> VectorIndex:
        try:
            return self._use(self._reopen() or self._build())
        except StoreError as error:
            return self._substitute(error)

    def _try_again(self, substitute: VectorIndex) -> VectorIndex:
        """The index, if it can be had by now; one thread tries, the others go on."""
        if not self._lock.acquire(blocking=False):
            return substitute
        try:
            if self._index is not substitute:
                return self.opened()
            self._tried = monotonic()
            return self._use(self._reopen() or self._build())
        except StoreError:
            self._held = substitute.ids()
            return substitute
        finally:
            self._lock.release()

    def _use(self, index: VectorIndex) -> VectorIndex:
        self._index, self._tried = index, None
        return index

    def _substitute(self, error: StoreError) -> VectorIndex:
        _log.error("The vector index cannot be used; searching without it. %s", error)
        index = ExactIndex()
        self._fill(index)
        self._index, self._tried = index, monotonic()
        return index

    def _name(self) -> str | None:
        with self._database.read() as connection:
            return fact(connection, _NAME_FACT)

    def _was_killed(self) -> bool:
        """Whether the process that last wrote the index did not get to close it."""
        with self._database.read() as connection:
            return not self._writing and fact(connection, _WRITTEN_FACT) is not None

    def _note_writing(self) -> None:
        if not self._writing:
            with self._database.write() as connection:
                set_fact(connection, _WRITTEN_FACT, "yes")
            self._writing = True

    def _next_name(self) -> str:
        old = self._name()
        return f"{PREFIX}{int(old.rpartition('-')[2]) + 1 if old else 1}"

    def _reopen(self) -> VectorIndex | None:
        """The index that was built last, in step with SQL; None when it is not there, damaged or not complete."""
        name = self._name()
        if name is None or name not in self._places.names():
            return None
        try:
            index = self._places.open(name)
            self._held = index.ids()
            doubtful = set(self._held) if self._was_killed() else set()
            begun = self._catch_up(index)  # what a killed process may have been writing
            if len(doubtful | begun) <= _CHECKED:
                begun, doubtful = doubtful | begun, set()
            sound = (
                len(begun) <= _CHECKED and self._finds(index, sorted(begun)) and self.finds_its_own(index, self._held)
            )
            if sound:
                self._doubtful = sorted(doubtful)
                return index
            _log.warning("The vector index has lost entries; building it again.")
        except IndexUnreachable:
            raise
        except StoreError as error:
            _log.warning("The vector index is damaged; building it again. %s", error)
        return None

    def _catch_up(self, index: VectorIndex, *, forget: bool = True) -> set[str]:
        """Write what is marked or missing, delete what is gone; returns the entries that were marked.

        Marks stay while they reach a substitute only.
        """
        with self._database.read() as connection:
            marks = connection.execute(select(schema.unindexed)).all()
            wanted = chunks.vector_ids(connection)
            marked = sorted({mark.document_id for mark in marks})
            begun = self._write(index, chunks.vector_rows(connection, document_ids=marked))
            self._write(index, chunks.vector_rows(connection, chunk_ids=sorted(wanted - self._held)))
        gone = sorted(self._held - wanted)
        if gone:
            self._note_writing()
            self._worn += len(gone)
            index.delete(gone)
            self._held.difference_update(gone)
        if marks and forget:
            with self._database.write() as connection:
                last = max(mark.mark for mark in marks)
                connection.execute(delete(schema.unindexed).where(schema.unindexed.c.mark <= last))
        return begun

    def finds_its_own(self, index: VectorIndex, held: set[str], sampled: int = _SAMPLED) -> bool:
        """Whether so many of the entries are found by their own vectors."""
        return self._finds(index, sorted(held)[:: max(1, len(held) // sampled)][:sampled])

    def _finds(self, index: VectorIndex, ids: Sequence[str]) -> bool:
        """Counts and ids stay right where a graph has lost its entries (chroma #7678, #7758), so each is asked for.

        What is lost is what was being written over when a process was killed; writing it again does not bring it back.
        """
        with self._database.read() as connection:
            rows = list(chunks.vector_rows(connection, chunk_ids=ids))
        for row in rows:
            hits = index.query(row.vector, 10)
            # An equal passage of another document may stand in its place.
            if row.id not in dict(hits) and (not hits or hits[0][1] < 0.999):
                return False
        return True

    def _build(self) -> VectorIndex:
        there, name = self._places.names(), self._next_name()
        while name in there:
            name = f"{PREFIX}{int(name.rpartition('-')[2]) + 1}"
        index = self._places.open(name)
        last, self._doubtful, self._worn = self._fill(index), [], 0
        with self._database.write() as connection:
            set_fact(connection, _NAME_FACT, name)
            if last is not None:  # what was marked until then has been written just now
                connection.execute(delete(schema.unindexed).where(schema.unindexed.c.mark <= last))
        for other in there:
            self._places.remove(other)
        return index

    def _fill(self, index: VectorIndex) -> int | None:
        """Write everything; returns the last mark there was by then."""
        self._held = set()
        with self._database.read() as connection:
            last = connection.execute(select(func.max(schema.unindexed.c.mark))).scalar()
            self._write(index, chunks.vector_rows(connection))
        return last

    def _write(self, index: VectorIndex, rows: Iterator[chunks.VectorRow]) -> set[str]:
        written: set[str] = set()
        while some := list(islice(rows, _BATCH)):
            self._note_writing()
            ids = [row.id for row in some]
            index.upsert(ids, np.stack([row.vector for row in some]))
            self._worn += len(self._held.intersection(ids))
            written.update(ids)
        self._held |= written
        return written
