"""Writes down what becomes of the documents of a job while it runs, seldom enough to cost nothing."""

import time
from collections.abc import Iterable
from threading import Lock

from knowledge.store import jobs
from knowledge.store.database import Database
from knowledge.sync.job import DocumentState, JobDocument

_EVERY_S = 0.5


class Record:
    """The states of a job's documents. Any thread may note one; a kill loses at most half a second of notes."""

    def __init__(self, database: Database, job_id: int) -> None:
        self._database = database
        self._job_id = job_id
        self._noted: dict[str, JobDocument] = {}
        self._written = 0.0
        self._closed = False
        self._lock = Lock()

    def note(self, name: str, state: DocumentState, error: str | None = None) -> None:
        """A document has come that far."""
        self.note_all([JobDocument(name, state, error)])

    def note_all(self, rows: Iterable[JobDocument]) -> None:
        """Documents have come that far."""
        with self._lock:
            self._noted.update({row.name: row for row in rows})
        if time.monotonic() - self._written > _EVERY_S:
            self.flush()

    def flush(self) -> None:
        """Write what has been noted."""
        with self._lock:
            noted, self._noted = list(self._noted.values()), {}
            self._written = time.monotonic()
            if noted and not self._closed:
                with self._database.write() as connection:
                    jobs.put_documents(connection, self._job_id, noted)

    def close(self) -> None:
        """Write the last notes; a thread that comes late writes nothing any more."""
        try:
            self.flush()
        finally:
            self._closed = True
