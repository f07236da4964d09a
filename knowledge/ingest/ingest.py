"""One ingest of files and folders: read, store by words, then embed, and report."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from time import perf_counter

from knowledge.ingest.discover import Discovery, FoundFile, discover
from knowledge.ingest.intake import BATCH, Intake
from knowledge.ingest.losses import Losses
from knowledge.ingest.reading import ReadAhead, Reading
from knowledge.ingest.renames import Renames
from knowledge.ingest.report import Failure, IngestReport, OnProgress, Progress, Stage
from knowledge.parse.sandbox import DocumentReader
from knowledge.settings import KnowledgeSettings
from knowledge.store import documents
from knowledge.store.database import Database
from knowledge.store.documents import Known
from knowledge.store.ids import digest

# Documents stored in one transaction at most, while the next ones are being read anyway.
_TOGETHER = 64
# All documents are found by words before any vector is computed, unless so many chunks wait that the first documents
# of a long run would be found by meaning only hours later.
_BACKLOG = 16 * BATCH


class Ingest:
    """Takes in files and folders once."""

    def __init__(
        self,
        database: Database,
        intake: Intake,
        reader: DocumentReader,
        settings: KnowledgeSettings,
        audience: Iterable[str],
        progress: OnProgress | None,
        *,
        forget_gone: bool = False,
    ) -> None:
        self._database = database
        self._intake = intake
        self._groups = tuple(sorted(set(audience)))
        self._reader = ReadAhead(reader, self._groups, settings.max_file_bytes)
        self._progress = progress
        self._forget_gone = forget_gone
        self._report = IngestReport()
        self._names: dict[str, str] = {}
        self._removed = False
        self._done = 0
        self._embedded = 0
        self._total = 0

    def run(self, paths: Sequence[Path], source: str | None) -> IngestReport:
        """Read, store and embed; raises SourceError for a path that cannot be read, StoreError for a full disk."""
        started = perf_counter()
        with self._database.read() as connection:
            found = discover(paths, source, documents.roots(connection))
            sources = {file.source for file in found.files} | set(found.folders.values())
            known = documents.known(connection, sources, found.folders)
        files = self._distinct(found.files)
        self._total = len(files)
        self._report.skipped.extend(found.skipped)
        for failure in found.failed:
            self._fail(failure.document, failure.reason)
        missing = _missing(found, files, known)
        renames, losses = Renames(missing), Losses(files, missing, known)
        if all((file.source, file.name) in known for file in files):
            self._remove(renames, losses)
        scans = self._take_in(files, known, renames)
        self._remove(renames, losses)
        if scans:
            self._take_in(scans, known, Renames({}), scans=True)
        self._report.seconds = perf_counter() - started
        return self._report

    def _take_in(
        self,
        files: Sequence[FoundFile],
        known: dict[tuple[str, str], Known],
        renames: Renames,
        *,
        scans: bool = False,
    ) -> list[FoundFile]:
        """Read, store and embed; returns the files that wait for text recognition, unless with `scans`."""
        batch, later = list[Reading](), list[FoundFile]()
        waiting = 0
        for reading, more in self._reader.readings(files, known, renames, scans=scans):
            batch += [] if reading.waits else [reading]
            later += [reading.file] if reading.waits else []
            if more and len(batch) < _TOGETHER:
                continue
            waiting += self._store(batch) if batch else 0
            batch = []
            while waiting >= _BACKLOG:
                self._report.tokens += self._intake.embed_pending(self._vectors, at_most=1)
                waiting -= BATCH
        self._report.tokens += self._intake.embed_pending(self._vectors)
        return later

    def _store(self, readings: Sequence[Reading]) -> int:
        """Store what was read; returns the number of new chunks."""
        parsed = [(each.origin, each.parsed) for each in readings if each.parsed is not None]
        chunks = self._intake.store(parsed) if parsed else 0
        self._intake.note(readings, self._groups)
        for reading in readings:
            self._tell(reading)
        return chunks

    def _tell(self, reading: Reading) -> None:
        name = reading.origin.name
        self._done += 1
        self._names[reading.known.id if reading.known else digest(*reading.origin.key)] = name
        if reading.error is not None:
            self._fail(name, reading.error)
        elif reading.parsed is None:
            before = reading.known
            same = before is not None and (before.name, before.groups) == (name, frozenset(self._groups))
            (self._report.unchanged if same else self._report.updated).append(name)
            self._step(name, "unchanged")
        else:
            is_new = reading.known is None or not reading.known.served
            (self._report.added if is_new else self._report.updated).append(name)
            self._step(name, "words")

    def _distinct(self, files: Iterable[FoundFile]) -> list[FoundFile]:
        """One file per name: a path named twice counts once, two files that share a name and source cannot both be."""
        kept: dict[tuple[str, str], FoundFile] = {}
        for file in files:
            other = kept.setdefault((file.source, file.name), file)
            if other.path != file.path:
                self._fail(
                    file.name, f"{file.path} and {other.path} have the same name. Give each folder its own source."
                )
        return list(kept.values())

    def _remove(self, renames: Renames, losses: Losses) -> None:
        gone = renames.left()
        if not gone or self._removed:
            return
        self._removed = True
        if not self._forget_gone:
            for root, sentence in losses.not_believed(gone.values()).items():
                self._fail(root, sentence)
                gone = {key: each for key, each in gone.items() if each.root != root}
        self._intake.remove([each.id for each in gone.values()])
        for _, name in gone:
            self._report.removed.append(name)
            self._step(name, "removed")

    def _vectors(self, document_ids: Sequence[str]) -> None:
        for document_id in document_ids:
            self._embedded += 1
            if document_id in self._names and self._progress:
                self._progress(
                    Progress(self._names[document_id], min(self._embedded, self._total), self._total, "vectors")
                )

    def _fail(self, name: str, reason: str) -> None:
        self._report.failed.append(Failure(name, reason))
        self._step(name, "failed")

    def _step(self, name: str, stage: Stage) -> None:
        if self._progress:
            self._progress(Progress(name, self._done, self._total, stage))


def _missing(
    found: Discovery, files: Sequence[FoundFile], known: dict[tuple[str, str], Known]
) -> dict[tuple[str, str], Known]:
    """The documents of the folders that were seen whole, and are not there any more."""
    present = {(file.source, file.name) for file in files}
    return {
        key: each
        for key, each in known.items()
        if each.root in found.folders
        and key not in present
        and not any(closed == "." or key[1].startswith(f"{closed}/") for closed in found.closed)
    }
