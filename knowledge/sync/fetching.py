"""Fetches and reads the documents of a source, a few ahead of whoever stores them."""

import logging
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice
from typing import TypeVar

from knowledge.errors import KnowledgeError, OnlyScans, ParseError, ReaderStopped, ScansWait, SourceError
from knowledge.ingest.renames import Renames
from knowledge.parse.document import ParsedDocument
from knowledge.parse.sandbox import too_large
from knowledge.sources.config import SourceConfig
from knowledge.sources.source import Entry, Gap, Source
from knowledge.store.documents import Known
from knowledge.store.schema import READER_VERSION
from knowledge.store.writing import Origin
from knowledge.sync.job import DocumentState
from knowledge.sync.plan import Policy, Task, origin_of
from knowledge.sync.record import Record
from knowledge.sync.workshop import OpenSource, Workshop

_AHEAD = 8
_POLL_S = 0.1
_log = logging.getLogger(__name__)
T = TypeVar("T")


class Stopped(Exception):
    """The sync is to end now, because it was cancelled or because the process closes."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What became of one task: parsed, or failed with a sentence, or the `same` content as `known`, renamed or not.

    Or it `waits` to be asked for again when nothing else is to be read, since it has pages for text recognition;
    `scans` counts them where there is none.
    """

    task: Task
    origin: Origin
    known: Known | None
    parsed: ParsedDocument | None = None
    error: str | None = None
    same: bool = False
    waits: bool = False
    scans: int = 0


class Fetching:
    """Uses the source in one thread and the reader in another; the results come in order."""

    def __init__(
        self, workshop: Workshop, open_source: OpenSource, config: SourceConfig, stop: Callable[[], bool]
    ) -> None:
        self._workshop = workshop
        self._open_source = open_source
        self._config = config
        self._stop = stop
        self._stopped = False
        self._source: Source | None = None
        self._fetching = ThreadPoolExecutor(1, thread_name_prefix="fetching")
        self._reading = ThreadPoolExecutor(1, thread_name_prefix="reading")

    def listing(self) -> list[Entry | Gap]:
        """Everything the source holds. Raises SourceError when it cannot be listed, Stopped."""
        return self._result(self._fetching.submit(self._list))

    def results(
        self, tasks: Sequence[Task], policy: Policy, renames: Renames, record: Record, *, scans: bool
    ) -> Iterator[tuple[Fetched, bool]]:
        """One Fetched per task, each with whether the next one is there already; without `scans` those wait.

        Raises Stopped.
        """
        waiting: deque[Future[Fetched]] = deque()
        upcoming = iter(tasks)
        while True:
            for task in islice(upcoming, _AHEAD - len(waiting)):
                content = self._fetching.submit(self._fetch, task, policy, record)
                waiting.append(self._reading.submit(self._read, task, policy, renames, record, content, scans))
            if not waiting:
                return
            fetched = self._result(waiting.popleft())
            yield fetched, bool(waiting) and waiting[0].done()

    def close(self) -> None:
        """Close the source after what it is doing; nothing more is fetched."""
        self._stopped = True
        self._fetching.submit(self._close_source)
        self._reading.shutdown(wait=False, cancel_futures=True)
        self._fetching.shutdown(wait=False)

    def _result(self, future: "Future[T]") -> T:
        while not future.done():
            if self._stop():
                raise Stopped
            wait([future], timeout=_POLL_S)
        return future.result()

    def _list(self) -> list[Entry | Gap]:
        self._source = self._open_source(self._config)
        found = []
        for each in self._source.entries():
            found.append(each)
            if self._stopped:
                raise Stopped
        return found

    def _fetch(self, task: Task, policy: Policy, record: Record) -> bytes:
        if self._stopped or self._source is None:
            raise Stopped
        size = task.entry.size
        if size is not None and size > policy.max_file_bytes:
            raise ParseError(too_large(task.name, size, policy.max_file_bytes))
        record.note(task.name, DocumentState.FETCHING)
        try:
            data = self._source.fetch(task.entry)
        except KnowledgeError:
            raise
        except Exception as error:  # one document must not end the others, whatever a source does
            _log.exception("%s: fetching %s failed", policy.source, task.name)
            raise SourceError(f"{task.name} could not be fetched ({type(error).__name__}). Try again later.") from error
        if len(data) > policy.max_file_bytes:
            raise ParseError(too_large(task.name, len(data), policy.max_file_bytes))
        return data

    def _read(
        self, task: Task, policy: Policy, renames: Renames, record: Record, content: "Future[bytes]", scans: bool
    ) -> Fetched:
        try:
            data = content.result()
        except KnowledgeError as error:
            return Fetched(task, origin_of(task, policy, task.entry.size or 0, "", None), task.known, error=str(error))
        digest = sha256(data).hexdigest()
        origin = origin_of(task, policy, len(data), digest, task.entry.version)
        known = task.known or renames.claim(origin.key, digest)
        if known and known.sha256 == digest and not _is_read_again(known, task, policy):
            reason = None if known.served else known.error
            return Fetched(task, origin, known, error=reason, same=True)
        if self._stopped:
            raise Stopped
        record.note(task.name, DocumentState.READING)
        self._workshop.between()
        try:
            return Fetched(task, origin, known, parsed=self._workshop.reader.read(task.name, data, scans=scans))
        except ScansWait:
            record.note(task.name, DocumentState.WAITING)
            return Fetched(task, origin, known, waits=True)
        except ReaderStopped as stopped:  # may succeed another time
            return Fetched(task, origin_of(task, policy, len(data), "", None), known, error=str(stopped))
        except OnlyScans as refused:
            return Fetched(task, origin, known, error=str(refused), scans=refused.scans)
        except ParseError as refused:
            return Fetched(task, origin, known, error=str(refused))

    def _close_source(self) -> None:
        if self._source is not None:
            try:
                self._source.close()
            except Exception:
                _log.exception("%s: the source could not be closed", self._config.name)


def _is_read_again(known: Known, task: Task, policy: Policy) -> bool:
    """Whether the same content may be read differently, or at all, this time. What was only renamed is not."""
    can_now = (task.again and known.error is not None) or (policy.recognises and known.scans > 0)
    return known.reader != READER_VERSION or (can_now and task.known is not None)
