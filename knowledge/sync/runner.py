"""Works through the queue of jobs, one after the other, and puts sources into it when their time has come."""

import logging
import time
from collections.abc import Callable
from threading import Event, RLock, Thread

from knowledge.errors import KnowledgeError, SourceError, SourceNotFound
from knowledge.store import chunks, jobs
from knowledge.store import sources as stored
from knowledge.sync import schedule
from knowledge.sync.fetching import Stopped
from knowledge.sync.job import OPEN, Job, JobState
from knowledge.sync.run import SyncRun
from knowledge.sync.sources import Sources
from knowledge.sync.watching import Watching
from knowledge.sync.workshop import AudienceOf, OpenSource, Workshop, named_only

_TICK_S = 1.0
_ASKED_EVERY_S = 0.3
_log = logging.getLogger(__name__)


class Runner:
    """Does the jobs of one library. `on_changed` is called after a job that changed what is found."""

    def __init__(
        self,
        workshop: Workshop,
        sources: Sources,
        open_source: OpenSource,
        audience_of: AudienceOf = named_only,
        on_changed: Callable[[], None] = lambda: None,
    ) -> None:
        """What a killed process was doing is in the queue again afterwards."""
        self._workshop = workshop
        self._database = workshop.database
        self._sources = sources
        self._open_source = open_source
        self._audience_of = audience_of
        self.on_changed = on_changed
        self._closing = Event()
        self._one = RLock()  # two jobs never run at once
        self._thread: Thread | None = None
        self._watching = Watching(sources, open_source)
        self._leftovers = True
        self._refused: set[str] = set()
        with self._database.write() as connection:
            jobs.take_up(connection)

    def start(self) -> None:
        """Work in a thread of its own until `close`."""
        self._thread = Thread(target=self._work, name="sync", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop after the document at hand; the next process goes on from there."""
        self._closing.set()
        self._sources.wanted.set()
        self._watching.close()
        if self._thread is not None:
            self._thread.join(timeout=30)

    def run(self, job_id: int) -> Job:
        """Do one job here and now, if it still waits; returns how it ended."""
        with self._one:
            with self._database.write() as connection:
                if self._sources.job(job_id).state != JobState.WAITING:
                    return self._sources.job(job_id)
                jobs.start(connection, job_id)
            job = self._sources.job(job_id)
            state, error = self._outcome(job)
            with self._database.write() as connection:
                if state == JobState.WAITING:
                    jobs.change(connection, job_id, state=state.value)
                else:
                    jobs.finish(connection, job_id, state, error)
            self._plan_next(job.source, state)
            self._leftovers = True
            return self._sources.job(job_id)

    def _outcome(self, job: Job) -> tuple[JobState, str | None]:
        run: SyncRun | None = None
        try:
            config = self._sources.config(job.source)
            audience = frozenset(self._audience_of(config))
            run = SyncRun(self._workshop, self._open_source, config, audience, job, self._stopping(job.id))
            run.run()
        except Stopped:
            # When the process ends, the job waits for the next one.
            return (JobState.CANCELLED if self._cancelled(job.id) else JobState.WAITING), None
        except KnowledgeError as error:
            return JobState.FAILED, str(error)
        except Exception as error:  # whatever a source does, the next job must run
            _log.exception("job %s (%s) failed", job.id, job.source)
            return JobState.FAILED, f"The sync stopped: {error} ({type(error).__name__})."
        finally:
            if run is not None and run.changed:
                self.on_changed()
        return JobState.DONE, None

    def _stopping(self, job_id: int) -> Callable[[], bool]:
        asked = 0.0

        def stop() -> bool:
            nonlocal asked
            if self._closing.is_set():
                return True
            if time.monotonic() - asked < _ASKED_EVERY_S:
                return False
            if self._cancelled(job_id):
                return True
            asked = time.monotonic()
            return False

        return stop

    def _cancelled(self, job_id: int) -> bool:
        with self._database.read() as connection:
            return jobs.is_cancelling(connection, job_id)

    def _plan_next(self, source: str, state: JobState) -> None:
        try:
            every = self._sources.config(source).every_minutes
        except SourceNotFound:
            return
        with self._database.write() as connection:
            kept = stored.all_stored(connection).get(source)
            failures = (kept.failures if kept else 0) + 1 if state == JobState.FAILED else 0
            next_at = None if every is None else schedule.following(time.time(), every, failures)
            stored.change(connection, source, failures=failures, next_at=next_at)

    def _work(self) -> None:
        while not self._closing.is_set():
            self._sources.wanted.clear()
            try:
                busy = self._step()
            except Exception:  # a full disk, for example: it may be better in a moment
                _log.exception("the queue of jobs could not be worked on")
                busy = False
            if not busy:
                self._sources.wanted.wait(_TICK_S)

    def _step(self) -> bool:
        """Do one thing; returns whether there may be more."""
        self._watching.follow()
        self._enqueue_due()
        with self._database.read() as connection:
            job_id = jobs.next_waiting(connection)
        if job_id is not None:
            self.run(job_id)
            return True
        return self._embed_leftovers()

    def _embed_leftovers(self) -> bool:
        """The vectors that a cancelled job, or a killed process, left out."""
        if self._leftovers:
            with self._database.read() as connection:
                self._leftovers = bool(chunks.unembedded(connection, 0, 1))
        if not self._leftovers:
            return False
        self._leftovers = False  # once only, when it fails
        self._workshop.intake.embed_pending(at_most=1, stop=self._something_to_do)
        self._leftovers = True
        return True

    def _something_to_do(self) -> bool:
        return self._sources.wanted.is_set()

    def _enqueue_due(self) -> None:
        now = time.time()
        with self._database.read() as connection:
            kept = stored.all_stored(connection)
        for config in self._sources.configs():
            if config.every_minutes is None or config.name in self._refused:
                continue
            try:
                self._enqueue(config.name, config.every_minutes, kept.get(config.name), now)
            except SourceError as error:
                self._refused.add(config.name)
                _log.error("%s is not synced: %s", config.name, error)

    def _enqueue(self, name: str, every: float, kept: stored.StoredSource | None, now: float) -> None:
        if kept is None or kept.next_at is None:
            self._sources.plan(name, schedule.first(now, every))
        elif now >= kept.next_at and not self._is_open(name):
            self._sources.sync(name, "schedule")
            self._sources.plan(name, schedule.following(now, every, kept.failures))

    def _is_open(self, name: str) -> bool:
        return any(job.state in OPEN for job in self._sources.jobs(name))
