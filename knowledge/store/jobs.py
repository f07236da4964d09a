"""Jobs in SQL; every function works inside the caller's transaction."""

import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from knowledge.store import schema
from knowledge.store.database import batched
from knowledge.sync.job import OPEN, DocumentState, Job, JobDocument, JobState

_jobs, _rows = schema.jobs.c, schema.job_documents.c
KEPT = 20  # jobs of a source whose history is kept


def add(connection: Connection, source: str, cause: str, retry_of: int | None = None, whole: bool = False) -> int:
    """Put a sync of a source into the queue and return its number; one that is waiting already is taken instead."""
    waiting = select(_jobs.id).where(_jobs.source == source, _jobs.state == JobState.WAITING)
    if whole:
        waiting = waiting.where(_jobs.whole)
    found = None if retry_of else connection.execute(waiting).scalar()
    if found is not None:
        return int(found)
    values = {
        "source": source,
        "state": JobState.WAITING.value,
        "cause": cause,
        "retry_of": retry_of,
        "whole": whole,
        "requested_at": time.time(),
    }
    (made,) = connection.execute(insert(schema.jobs).values(**values)).inserted_primary_key or (0,)
    _trim(connection, source)
    return int(made)


def find(connection: Connection, *where: Any, limit: int = 200) -> list[Job]:
    """Jobs that fulfil the conditions on `schema.jobs`, the latest first."""
    rows = connection.execute(select(schema.jobs).where(*where).order_by(_jobs.id.desc()).limit(limit)).all()
    counts = _counts(connection, [row.id for row in rows])
    return [_job(row, counts.get(row.id, {})) for row in rows]


def next_waiting(connection: Connection) -> int | None:
    """The job that has waited longest, those that were begun already first."""
    waiting = select(_jobs.id).where(_jobs.state == JobState.WAITING)
    found = connection.execute(waiting.order_by(_jobs.started_at.is_(None), _jobs.id)).scalar()
    return None if found is None else int(found)


def start(connection: Connection, job_id: int) -> None:
    """It runs from now on; one that is taken up again keeps the time it was first begun."""
    started = func.coalesce(_jobs.started_at, time.time())
    change(connection, job_id, state=JobState.RUNNING.value, started_at=started)


def finish(connection: Connection, job_id: int, state: JobState, error: str | None = None) -> None:
    """It has ended."""
    change(connection, job_id, state=state.value, error=error, finished_at=time.time())


def change(connection: Connection, job_id: int, **values: Any) -> None:
    """Set columns of a job."""
    connection.execute(update(schema.jobs).where(_jobs.id == job_id).values(**values))


def take_up(connection: Connection) -> None:
    """What ran when the process died waits again, unless it was to be cancelled."""
    running = update(schema.jobs).where(_jobs.state == JobState.RUNNING)
    cancelled = {"state": JobState.CANCELLED.value, "finished_at": time.time()}
    connection.execute(running.where(_jobs.cancelling).values(**cancelled))
    connection.execute(running.values(state=JobState.WAITING.value))


def is_cancelling(connection: Connection, job_id: int) -> bool:
    """Whether somebody wants it to stop."""
    return bool(connection.execute(select(_jobs.cancelling).where(_jobs.id == job_id)).scalar())


def documents(connection: Connection, job_id: int, *states: DocumentState) -> list[JobDocument]:
    """What a job has to do with documents, by name; with `states`, those that are in one of them."""
    wanted = [_rows.job_id == job_id, *([_rows.state.in_([state.value for state in states])] if states else [])]
    rows = connection.execute(select(schema.job_documents).where(*wanted).order_by(_rows.name))
    return [JobDocument(row.name, DocumentState(row.state), row.error) for row in rows]


def put_documents(connection: Connection, job_id: int, rows: Sequence[JobDocument]) -> None:
    """Replace the states of documents in a job."""
    for names in batched([row.name for row in rows]):
        connection.execute(delete(schema.job_documents).where(_rows.job_id == job_id, _rows.name.in_(names)))
    values = [{"job_id": job_id, "name": row.name, "state": row.state.value, "error": row.error} for row in rows]
    if values:
        connection.execute(insert(schema.job_documents), values)


def forget(connection: Connection, source: str) -> None:
    """Forget every job of a source."""
    connection.execute(delete(schema.jobs).where(_jobs.source == source))


def _trim(connection: Connection, source: str) -> None:
    kept = select(_jobs.id).where(_jobs.source == source).order_by(_jobs.id.desc()).limit(KEPT)
    ended = (_jobs.source == source, _jobs.state.not_in(OPEN), _jobs.id.not_in(kept))
    connection.execute(delete(schema.jobs).where(*ended))


def _counts(connection: Connection, ids: Sequence[int]) -> dict[int, dict[DocumentState, int]]:
    grouped = select(_rows.job_id, _rows.state, func.count().label("documents")).where(_rows.job_id.in_(ids))
    counts: dict[int, dict[DocumentState, int]] = {}
    for row in connection.execute(grouped.group_by(_rows.job_id, _rows.state)):
        counts.setdefault(row.job_id, {})[DocumentState(row.state)] = row.documents
    return counts


def _job(row: Row[Any], counts: Mapping[DocumentState, int]) -> Job:
    same = ("id", "source", "cause", "error", "retry_of", "whole", "cancelling", "unchanged", "skipped", "begun_with")
    return Job(
        state=JobState(row.state),
        requested_at=datetime.fromtimestamp(row.requested_at, UTC),
        counts=counts,
        started_at=_moment(row.started_at),
        finished_at=_moment(row.finished_at),
        begun_at=_moment(row.begun_at),
        **{name: row._mapping[name] for name in same},
    )


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
