"""One sync of one source, from its listing to the last vector."""

from collections.abc import Callable, Mapping, Sequence
from shlex import quote
from time import time

from sqlalchemy import Connection, select

from knowledge.document import State
from knowledge.errors import SourceError
from knowledge.ingest.intake import BATCH
from knowledge.ingest.losses import is_suspicious
from knowledge.ingest.renames import Renames
from knowledge.sources.config import SourceConfig
from knowledge.store import chunks as stored_chunks
from knowledge.store import documents, jobs, notes, schema, tags, writing
from knowledge.store.database import batched
from knowledge.store.ids import ids_of
from knowledge.sync.fetching import Fetched, Fetching, Stopped
from knowledge.sync.job import DocumentState, Job, JobDocument
from knowledge.sync.plan import Plan, Policy, Task, make_plan
from knowledge.sync.record import Record
from knowledge.sync.workshop import OpenSource, Workshop

# Documents stored in one transaction at most, while the next ones are being fetched anyway.
_TOGETHER = 64


class SyncRun:
    """Does one job. What a killed process had done of it is not done again."""

    def __init__(
        self,
        workshop: Workshop,
        open_source: OpenSource,
        config: SourceConfig,
        audience: frozenset[str],
        job: Job,
        stop: Callable[[], bool],
    ) -> None:
        self._workshop = workshop
        self._config = config
        self._audience = audience
        self._job = job
        self._stop = stop
        self._database = workshop.database
        self._fetching = Fetching(workshop, open_source, config, stop)
        self._record = Record(workshop.database, job.id)
        self._without_vectors: dict[str, str] = {}
        self._not_believed: str | None = None
        self.changed = False

    def run(self) -> None:
        """List, fetch, store and embed.

        Raises SourceError when the source cannot be listed, or has lost most of its documents at once (then nothing is
        removed), Stopped, and StoreError.
        """
        try:
            listing = self._fetching.listing()
            before = self._rows()
            policy = self._policy(before)
            with self._database.read() as connection:
                known = documents.known(connection, [self._config.name])
                known = {key: each for key, each in known.items() if key[0] == self._config.name}
                given = tags.given(connection, self._config.name)
            plan = make_plan(listing, known, given, policy)
            self._begin(plan, before, {name: each.id for (_, name), each in known.items()})
            self._take_in(plan, policy)
            self._embed()
            if self._not_believed:
                raise SourceError(self._not_believed)
        finally:
            self._fetching.close()
            self._record.close()

    def _rows(self) -> dict[str, JobDocument]:
        with self._database.read() as connection:
            return {row.name: row for row in jobs.documents(connection, self._job.id)}

    def _policy(self, before: Mapping[str, JobDocument]) -> Policy:
        again: frozenset[str] = frozenset()
        if self._job.retry_of is not None:
            with self._database.read() as connection:
                failed = jobs.documents(connection, self._job.retry_of, DocumentState.FAILED)
            again = frozenset(row.name for row in failed if row.name not in before or not before[row.name].state.final)
        return Policy(
            source=self._config.name,
            groups=self._audience,
            tags=frozenset(tags.cleaned(self._config.tags)),
            max_file_bytes=self._workshop.settings.max_file_bytes,
            whole=self._job.whole,
            recognises=self._workshop.reader.recognises,
            again=again,
            done=frozenset(name for name, row in before.items() if row.state.taken_in),
        )

    def _begin(self, plan: Plan, before: Mapping[str, JobDocument], ids: Mapping[str, str]) -> None:
        """Write down what there is to do; what an earlier process has already done of it keeps its state."""
        todo = {task.name for task in plan.tasks}
        stored = {name for name in (*plan.unchanged, *plan.done) if name in before}
        rows = [JobDocument(name, DocumentState.WAITING) for name in todo]
        rows += [JobDocument(name, DocumentState.FAILED, reason) for name, reason in plan.refused.items()]
        for name, row in before.items():
            if row.state.final or name in todo or name in plan.refused:
                continue
            if name in stored:
                self._without_vectors[ids[name]] = name
            rows.append(JobDocument(name, DocumentState.WORDS if name in stored else DocumentState.REMOVED))
        self._record.note_all(rows)
        self._record.flush()
        with self._workshop.writing, self._database.write() as connection:
            for known, origin in plan.noted:
                notes.revise(connection, known.id, {"url": origin.url})
                tags.give(connection, {known.id: origin.tags})
            writing.set_audiences(connection, {known.id: origin.audience for known, origin in plan.noted})
            begun = {
                "begun_at": time(),
                "begun_with": jobs.find(connection, schema.jobs.c.id == self._job.id)[0].finished,
            }
            unchanged = len(set(plan.unchanged) - stored)
            jobs.change(connection, self._job.id, unchanged=unchanged, skipped=plan.skipped, **begun)
        self.changed = bool(plan.noted)

    def _take_in(self, plan: Plan, policy: Policy) -> None:
        renames = Renames(plan.gone)
        new = [task for task in plan.tasks if task.known is None]
        scans = self._each(new, policy, renames)
        self._remove(renames, plan)
        scans += self._each([task for task in plan.tasks if task.known is not None], policy, renames)
        if scans:
            self._embed()  # what is there already is found by meaning before hours of text recognition
            self._each(scans, policy, Renames({}), scans=True)

    def _each(self, tasks: Sequence[Task], policy: Policy, renames: Renames, *, scans: bool = False) -> list[Task]:
        """Fetch, read and store; returns the tasks whose documents wait for text recognition, unless with `scans`."""
        batch, waiting, chunks = list[Fetched](), list[Task](), 0
        for fetched, more in self._fetching.results(tasks, policy, renames, self._record, scans=scans):
            batch += [] if fetched.waits else [fetched]
            waiting += [fetched.task] if fetched.waits else []
            if more and len(batch) < _TOGETHER:
                continue
            chunks += self._store(batch) if batch else 0
            batch = []
            if chunks >= BATCH:
                self._embed(at_most=chunks // BATCH)
                chunks %= BATCH
        return waiting

    def _store(self, batch: Sequence[Fetched]) -> int:
        """Store what was read and note the rest; returns the number of new chunks."""
        parsed = [(each.origin, each.parsed) for each in batch if each.parsed is not None]
        intake = self._workshop.intake
        with self._workshop.writing:
            chunks = intake.store(parsed) if parsed else 0
            for each in batch:
                if each.same and each.known is not None and each.known.name != each.task.name:
                    intake.rename(each.known, each.task.name)
            with self._database.write() as connection:
                for each in batch:
                    if each.same and each.known is not None:
                        self._note_same(connection, each)
                    elif each.error is not None:
                        writing.put_failure(connection, each.origin, each.error, each.scans)
        self.changed = self.changed or any(not each.same or each.error is not None for each in batch)
        self._tell(batch)
        return chunks

    def _note_same(self, connection: Connection, fetched: Fetched) -> None:
        known, origin = fetched.known, fetched.origin
        assert known is not None
        values = {"modified_ns": origin.modified_ns, "remote_version": origin.remote_version, "url": origin.url}
        notes.revise(connection, known.id, values)
        notes.forget_error(connection, known.id)
        tags.give(connection, {known.id: origin.tags})
        if known.groups != frozenset(origin.audience):
            writing.set_audiences(connection, {known.id: origin.audience})
            self.changed = True

    def _tell(self, batch: Sequence[Fetched]) -> None:
        parsed = [each.origin.key for each in batch if each.parsed is not None]
        with self._database.read() as connection:
            ids = ids_of(connection, parsed)
            ready = _ready(connection, list(ids.values()))
        rows = []
        for each in batch:
            if each.parsed is not None:
                document_id = ids[each.origin.key]
                state = DocumentState.READY if document_id in ready else DocumentState.WORDS
                if state == DocumentState.WORDS:
                    self._without_vectors[document_id] = each.task.name
                rows.append(JobDocument(each.task.name, state))
            elif each.error is not None:
                rows.append(JobDocument(each.task.name, DocumentState.FAILED, each.error))
            else:
                renamed = each.known is not None and each.known.name != each.task.name
                self.changed = self.changed or renamed
                state = DocumentState.RENAMED if renamed else DocumentState.UNCHANGED
                rows.append(JobDocument(each.task.name, state))
        self._record.note_all(rows)

    def _remove(self, renames: Renames, plan: Plan) -> None:
        gone = renames.left()
        if not gone:
            return
        if is_suspicious(len(gone), plan.listed, plan.before) and not self._job.whole:
            self._not_believed = (
                f"{self._config.name} lists {plan.listed or 'no'} documents where there were {plan.before}, so the "
                f"{len(gone)} that are missing stay. Look whether the place is whole (a disk that is not mounted, "
                "another folder); if they are gone for good, forget them with "
                f"`pilares sources sync {quote(self._config.name)} --whole`."
            )
            return
        with self._workshop.writing:
            self._workshop.intake.remove([each.id for each in gone.values()])
        self._record.note_all([JobDocument(name, DocumentState.REMOVED) for _, name in gone])
        self.changed = True

    def _embed(self, at_most: int | None = None) -> None:
        with self._database.read() as connection:
            waiting = stored_chunks.unembedded(connection, 0, 1)
        if waiting or self.changed:
            self._workshop.intake.embed_pending(self._embedded, at_most, self._stop)
        if self._stop():
            raise Stopped
        if at_most is None:
            self._embedded(list(self._without_vectors))

    def _embedded(self, document_ids: Sequence[str]) -> None:
        mine = [each for each in document_ids if each in self._without_vectors]
        with self._database.read() as connection:
            ready = _ready(connection, mine)
        names = [self._without_vectors.pop(each) for each in ready]
        self._record.note_all([JobDocument(name, DocumentState.READY) for name in names])


def _ready(connection: Connection, ids: Sequence[str]) -> list[str]:
    columns, found = schema.documents.c, list[str]()
    for some in batched(ids):
        ready = select(columns.id).where(columns.id.in_(some), columns.state == State.READY)
        found.extend(connection.execute(ready).scalars())
    return found
