"""Keeps a vector index in step with SQL, and builds it again when it is damaged or differs."""

import logging
import shutil
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from threading import RLock

import numpy as np
from sqlalchemy import delete, func, select

from knowledge.embedder import Vectors
from knowledge.errors import StoreError
from knowledge.store import chunks, schema
from knowledge.store.database import Database, fact, set_fact
from knowledge.vectors.exact import ExactIndex
from knowledge.vectors.index import VectorIndex

OpenIndex = Callable[[Path], VectorIndex]

_log = logging.getLogger(__name__)
_BATCH = 2_000
_FOLDER_FACT = "vector_folder"
_SAMPLED = 16  # entries asked for at every start
_CHECKED = 4_000  # entries that are asked for at a start, some five seconds' worth; building anew costs little more


class IndexFollower:
    """Owns the index folder. Each rebuild goes into a new folder, so that damage is never opened again.

    While no index can be written at all (a full disk), searches are answered exactly from the vectors in SQL.
    """

    def __init__(self, database: Database, folder: Path, open_index: OpenIndex) -> None:
        self._database = database
        self._folder = folder
        self._open_index = open_index
        self._index: VectorIndex | None = None
        self._held: set[str] = set()
        self._lock = RLock()

    def query(self, vector: Vectors, k: int) -> list[tuple[str, float]]:
        """The nearest chunks; an index that fails is rebuilt once and asked again."""
        index = self.opened()
        try:
            return index.query(vector, k)
        except StoreError as error:
            _log.warning("Vector search failed: %s", error)
        with self._lock:
            replaced = self._index is not None and self._index is not index
            return (self.opened() if replaced else self.rebuild()).query(vector, k)

    def opened(self) -> VectorIndex:
        """The index, brought in step with SQL the first time it is needed."""
        index = self._index  # searches do not wait for a writer
        if index is None:
            with self._lock:
                index = self._index or self._open_checked()
                self._index = index
        return index

    def follow(self) -> None:
        """Bring the index up to what was committed to SQL since the last time."""
        with self._lock:
            index = self.opened()
            try:
                self._catch_up(index)
            except StoreError as error:
                _log.warning("The vector index could not be written: %s", error)
                self.rebuild()

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
            name = self._folder_name()
            if self._index is not None or name is None or not (self._folder / name).is_dir():
                return self._index
            return self._open_index(self._folder / name)

    def rebuild(self) -> VectorIndex:
        """Build the index from the vectors in SQL, in a new folder, and remove the old one."""
        with self._lock:
            try:
                index, name = self._build()
            except StoreError as error:
                _log.error("The vector index cannot be written; searching without it. %s", error)
                index, name = ExactIndex(), ""
                self._fill(index)
            self._index = index
            for other in self._folder.glob("vectors-*"):
                if name and other.name != name:
                    shutil.rmtree(other, ignore_errors=True)
            return index

    def _folder_name(self) -> str | None:
        with self._database.read() as connection:
            return fact(connection, _FOLDER_FACT)

    def _open_checked(self) -> VectorIndex:
        name = self._folder_name()
        if name is None or not (self._folder / name).is_dir():
            return self.rebuild()
        try:
            index = self._open_index(self._folder / name)
            self._held = index.ids()
            begun = self._catch_up(index)  # what a killed process may have been writing
            sound = (
                len(begun) <= _CHECKED and self._finds(index, sorted(begun)) and self.finds_its_own(index, self._held)
            )
            if sound:
                return index
            _log.warning("The vector index has lost entries; building it again.")
        except StoreError as error:
            _log.warning("The vector index is damaged; building it again. %s", error)
        return self.rebuild()

    def _catch_up(self, index: VectorIndex) -> set[str]:
        """Write what is marked or missing, delete what is gone; returns the entries that were marked."""
        with self._database.read() as connection:
            marks = connection.execute(select(schema.unindexed)).all()
            wanted = chunks.vector_ids(connection)
            marked = sorted({mark.document_id for mark in marks})
            begun = self._write(index, chunks.vector_rows(connection, document_ids=marked))
            self._write(index, chunks.vector_rows(connection, chunk_ids=sorted(wanted - self._held)))
        gone = sorted(self._held - wanted)
        if gone:
            index.delete(gone)
            self._held.difference_update(gone)
        if marks:
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

    def _build(self) -> tuple[VectorIndex, str]:
        old = self._folder_name()
        number = int(old.rpartition("-")[2]) + 1 if old else 1
        while (self._folder / f"vectors-{number}").exists():
            number += 1
        name = f"vectors-{number}"
        index = self._open_index(self._folder / name)
        self._fill(index)
        with self._database.write() as connection:
            set_fact(connection, _FOLDER_FACT, name)
        return index, name

    def _fill(self, index: VectorIndex) -> None:
        self._held = set()
        with self._database.read() as connection:
            last = connection.execute(select(func.max(schema.unindexed.c.mark))).scalar()
            self._write(index, chunks.vector_rows(connection))
        if last is not None:  # what was marked until then has been written just now
            with self._database.write() as connection:
                connection.execute(delete(schema.unindexed).where(schema.unindexed.c.mark <= last))

    def _write(self, index: VectorIndex, rows: Iterator[chunks.VectorRow]) -> set[str]:
        written: set[str] = set()
        while some := list(islice(rows, _BATCH)):
            index.upsert([row.id for row in some], np.stack([row.vector for row in some]))
            written.update(row.id for row in some)
        self._held |= written
        return written
