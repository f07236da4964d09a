"""Reads the files of an ingest ahead of the writer, and finds out which of them are new at all."""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice

from knowledge.document import State
from knowledge.errors import OnlyScans, ParseError, ReaderStopped, ScansWait
from knowledge.ingest.discover import FoundFile
from knowledge.ingest.renames import Renames
from knowledge.parse.document import ParsedDocument
from knowledge.parse.sandbox import DocumentReader, too_large
from knowledge.store.documents import Known
from knowledge.store.schema import READER_VERSION
from knowledge.store.writing import Origin

_AHEAD = 32
_SETTLED = 2.0  # seconds after which a file's time of change tells every change (file systems count coarsely)


@dataclass(frozen=True, slots=True)
class Reading:
    """The outcome for one file: parsed, or failed with a sentence, or the `same` as known (which may be a failure).

    Or it `waits` to be asked for again when nothing else is to be read, since it has pages for text recognition.
    """

    file: FoundFile
    origin: Origin
    known: Known | None
    parsed: ParsedDocument | None = None
    error: str | None = None
    same: bool = False
    waits: bool = False


class ReadAhead:
    """Reads files one after the other in a thread of its own, a few ahead of whoever takes the results."""

    def __init__(self, reader: DocumentReader, groups: tuple[str, ...], max_file_bytes: int) -> None:
        self._reader = reader
        self._groups = groups
        self._renames = Renames({})
        self._max_file_bytes = max_file_bytes
        self._scans = False

    def readings(
        self,
        files: Sequence[FoundFile],
        known: Mapping[tuple[str, str], Known],
        renames: Renames,
        *,
        scans: bool = False,
    ) -> Iterator[tuple[Reading, bool]]:
        """One Reading per file, in order, each with whether the next is there already; without `scans` those wait."""
        self._renames, self._scans = renames, scans
        waiting: deque[Future[Reading]] = deque()
        upcoming = iter(files)
        pool = ThreadPoolExecutor(1, thread_name_prefix="reading")
        try:
            while True:
                for file in islice(upcoming, _AHEAD - len(waiting)):
                    waiting.append(pool.submit(self._read, file, known.get((file.source, file.name))))
                if not waiting:
                    return
                reading = waiting.popleft().result()
                yield reading, bool(waiting) and waiting[0].done()
        finally:
            pool.shutdown(cancel_futures=True)

    def _read(self, file: FoundFile, known: Known | None) -> Reading:
        origin = Origin(file.source, file.name, self._groups, 0, "", file.root)
        try:
            stat = file.path.stat()
            size = stat.st_size
            origin = Origin(file.source, file.name, self._groups, size, "", file.root, stat.st_mtime_ns)
            if known and _same_stat(known, origin) and not self._is_read_again(known):
                return self._unchanged(file, origin, known)
            if size > self._max_file_bytes:
                raise ParseError(too_large(file.name, size, self._max_file_bytes))
            data = file.path.read_bytes()
        except (OSError, ParseError) as error:
            reason = str(error) if isinstance(error, ParseError) else _unreadable(file.name, error)
            return Reading(file, origin, known, error=reason)
        origin = Origin(
            file.source, file.name, self._groups, len(data), sha256(data).hexdigest(), file.root, stat.st_mtime_ns
        )
        moved = None if known else self._renames.claim(origin.key, origin.sha256)
        if known and (known.sha256, known.reader) == (origin.sha256, READER_VERSION) and not self._is_read_again(known):
            return self._unchanged(file, origin, known)
        if moved:
            return self._unchanged(file, origin, moved)
        return self._parse(file, origin, known, data)

    def _parse(self, file: FoundFile, origin: Origin, known: Known | None, data: bytes) -> Reading:
        try:
            return Reading(file, origin, known, parsed=self._reader.read(file.name, data, scans=self._scans))
        except ScansWait:
            return Reading(file, origin, known, waits=True)
        except (ReaderStopped, OnlyScans) as error:  # may succeed another time: without a digest it is tried again
            again = Origin(file.source, file.name, self._groups, len(data), "", file.root)
            return Reading(file, again, known, error=str(error))
        except ParseError as error:
            return Reading(file, origin, known, error=str(error))

    def _is_read_again(self, known: Known) -> bool:
        """Whether it has pages that are pictures, which were left out and can be read now."""
        return known.scans > 0 and self._reader.recognises

    def _unchanged(self, file: FoundFile, origin: Origin, known: Known) -> Reading:
        error = known.error if known.state == State.FAILED else None
        return Reading(file, origin, known, error=error, same=True)


def _same_stat(known: Known, origin: Origin) -> bool:
    return (
        known.reader == READER_VERSION
        and (known.bytes, known.modified_ns) == (origin.bytes, origin.modified_ns)
        and bool(known.sha256)
        and known.modified_ns is not None
        and known.updated_at - known.modified_ns / 1e9 > _SETTLED
    )


def _unreadable(name: str, error: OSError | ParseError) -> str:
    reason = getattr(error, "strerror", None) or type(error).__name__
    return f"{name} cannot be read ({reason}). Give this user the right to read it."
