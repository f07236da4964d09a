"""What may be done with sources and jobs, by anybody and from any thread; the runner does the work."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Event

from sqlalchemy import select

from knowledge.document import CONVERSATIONS
from knowledge.errors import JobNotFound, SourceError, SourceNotFound
from knowledge.ingest.upload import UPLOADS
from knowledge.sources.config import SourceConfig
from knowledge.store import jobs, schema
from knowledge.store import sources as stored
from knowledge.store.database import Database
from knowledge.sync.job import OPEN, DocumentState, Job, JobDocument, JobState
from knowledge.sync.workshop import AudienceOf, Workshop, named_only

_REMOVE_WAITS_S = 30.0
# What documents that no source brings are filed under.
_RESERVED = (UPLOADS, CONVERSATIONS, "texts", "samples")
_jobs = schema.jobs.c


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """A source and how it stands with it.

    `config` is None when it no longer stands in the settings file while its documents are still here; `fixed` tells
    that it stands there. `failures` are the failed syncs in a row, `next_at` is when the schedule runs it.
    """

    name: str
    config: SourceConfig | None
    fixed: bool
    documents: int
    failures: int
    next_at: datetime | None
    last: Job | None


class Sources:
    """The sources of one library, and the jobs that sync them. `wanted` is set when there is something to do."""

    def __init__(
        self, workshop: Workshop, configured: Sequence[SourceConfig], audience_of: AudienceOf = named_only
    ) -> None:
        self._workshop = workshop
        self._audience_of = audience_of
        self._database: Database = workshop.database
        self._fixed = {config.name: config for config in configured}
        self.wanted = Event()

    def list(self) -> Sequence[SourceStatus]:
        """Every source, by name."""
        with self._database.read() as connection:
            known = stored.all_stored(connection)
            return [self._status(name, known.get(name)) for name in sorted(known.keys() | self._fixed.keys())]

    def config(self, name: str) -> SourceConfig:
        """How a source is configured; what stands in the file counts. Raises SourceNotFound."""
        found = self._fixed.get(name)
        if found is None:
            with self._database.read() as connection:
                kept = stored.all_stored(connection).get(name)
            found = kept.config if kept else None
        if found is None:
            raise SourceNotFound(f"There is no source {name!r}. `pilares sources list` shows their names.")
        return found

    def configs(self) -> Sequence[SourceConfig]:
        """Every source that can be synced."""
        with self._database.read() as connection:
            kept = [each.config for each in stored.all_stored(connection).values() if each.config is not None]
        return [*self._fixed.values(), *(config for config in kept if config.name not in self._fixed)]

    def add(self, config: SourceConfig) -> None:
        """Add a source at run time, or change one that was. Raises SourceError when it cannot be used as it is."""
        if config.name in self._fixed:
            raise SourceError(f"The source {config.name} stands in pilares.toml. Change it there, or use another name.")
        self._audience_of(config)
        with self._workshop.writing, self._database.write() as connection:
            if config.name not in stored.all_stored(connection):
                self._check_free(config.name)
            stored.put(connection, config.name, config)
        self.wanted.set()

    def remove(self, name: str) -> int:
        """Forget a source with its documents and jobs; returns how many documents that were.

        Raises SourceNotFound, and SourceError for one that stands in the settings file or cannot be stopped.
        """
        if name in self._fixed:
            raise SourceError(
                f"The source {name} stands in pilares.toml. Take it out there first, then remove it here."
            )
        with self._database.write() as connection:
            if name not in stored.all_stored(connection):
                raise SourceNotFound(f"There is no source {name!r}. `pilares sources list` shows their names.")
            stored.put(connection, name, None)  # from here on nothing syncs it any more
        self._stop_jobs(name)
        with self._workshop.writing:
            ids = self._document_ids(name)
            self._workshop.intake.remove(ids)
            with self._database.write() as connection:
                jobs.forget(connection, name)
                stored.remove(connection, name)
        return len(ids)

    def sync(self, name: str, cause: str = "asked", *, whole: bool = False) -> Job:
        """Ask for a sync; the one that is waiting already is as good. Raises SourceNotFound, SourceError.

        With `whole` every document is fetched, whatever its version.
        """
        config = self.config(name)
        with self._database.write() as connection:
            if name not in stored.all_stored(connection):
                self._check_free(name)
                stored.put(connection, name, None if name in self._fixed else config)
            job_id = jobs.add(connection, name, cause, whole=whole)
        self.wanted.set()
        return self.job(job_id)

    def plan(self, name: str, next_at: float) -> None:
        """Note when the schedule runs a source next. Raises SourceError when its name cannot be used."""
        with self._database.write() as connection:
            if name not in stored.all_stored(connection):
                self._check_free(name)
                stored.put(connection, name, None)
            stored.change(connection, name, next_at=next_at)

    def jobs(self, source: str | None = None) -> Sequence[Job]:
        """The jobs of one source or all, the latest first."""
        with self._database.read() as connection:
            return jobs.find(connection, *([] if source is None else [_jobs.source == source]))

    def job(self, job_id: int) -> Job:
        """One job. Raises JobNotFound."""
        with self._database.read() as connection:
            found = jobs.find(connection, _jobs.id == job_id)
        if not found:
            raise JobNotFound(f"There is no job {job_id}. `pilares jobs list` shows those that are remembered.")
        return found[0]

    def documents(self, job_id: int, *states: DocumentState) -> Sequence[JobDocument]:
        """What a job did with each document that was not as before. Raises JobNotFound."""
        self.job(job_id)
        with self._database.read() as connection:
            return jobs.documents(connection, job_id, *states)

    def cancel(self, job_id: int) -> Job:
        """End a job after the document it is at; what it has done stays. One that has ended stays as it is."""
        self.job(job_id)
        with self._database.write() as connection:
            (job,) = jobs.find(connection, _jobs.id == job_id)
            if job.open:
                jobs.change(connection, job_id, cancelling=True)
            if job.state == JobState.WAITING:
                jobs.finish(connection, job_id, JobState.CANCELLED)
        return self.job(job_id)

    def retry(self, job_id: int, *, whole: bool = False) -> Job:
        """Ask for a sync that also fetches the documents that failed in a job; with `whole`, every document.

        Raises JobNotFound, and SourceError while the job has not ended.
        """
        job = self.job(job_id)
        if job.open:
            raise SourceError(
                f"Job {job_id} has not ended yet. Wait for it, or cancel it: `pilares jobs cancel {job_id}`."
            )
        self.config(job.source)
        with self._database.write() as connection:
            made = jobs.add(connection, job.source, "retry", retry_of=job_id, whole=whole)
        self.wanted.set()
        return self.job(made)

    def _status(self, name: str, kept: stored.StoredSource | None) -> SourceStatus:
        last = self.jobs(name)
        return SourceStatus(
            name=name,
            config=self._fixed.get(name) or (kept.config if kept else None),
            fixed=name in self._fixed,
            documents=len(self._document_ids(name)),
            failures=kept.failures if kept else 0,
            next_at=datetime.fromtimestamp(kept.next_at, UTC) if kept and kept.next_at else None,
            last=last[0] if last else None,
        )

    def _document_ids(self, name: str) -> Sequence[str]:
        columns = schema.documents.c
        with self._database.read() as connection:
            return [*connection.execute(select(columns.id).where(columns.source == name)).scalars()]

    def _check_free(self, name: str) -> None:
        """Documents that came another way must not be taken for those of the source, which would remove them."""
        if name in _RESERVED or self._document_ids(name):
            raise SourceError(
                f"There are documents of {name!r} that came another way (ingest, upload). Give the source another name."
            )

    def _stop_jobs(self, name: str) -> None:
        deadline = time.monotonic() + _REMOVE_WAITS_S
        running = [job for job in self.jobs(name) if job.open]
        for job in running:
            self.cancel(job.id)
        while any(self.job(job.id).state in OPEN for job in running):
            if time.monotonic() > deadline:
                raise SourceError(f"The source {name} is being synced and does not stop. Try again in a minute.")
            time.sleep(0.1)
