"""Sources and jobs as JSON."""

from datetime import UTC, datetime
from typing import Any

from assistant.api.wire import moment_json
from knowledge.sync.job import Job, JobDocument
from knowledge.sync.sources import SourceStatus


def source_json(status: SourceStatus) -> dict[str, Any]:
    """A source and how it stands with it; its options name no secrets, only the variables that hold them."""
    config = status.config
    return {
        "name": status.name,
        "kind": None if config is None else config.kind,
        "options": {} if config is None else config.model_dump(mode="json")["options"],
        "groups": None if config is None or config.groups is None else list(config.groups),
        "tags": [] if config is None else list(config.tags),
        "every_minutes": None if config is None else config.every_minutes,
        "fixed": status.fixed,
        "documents": status.documents,
        "failures": status.failures,
        "next": _moment(status.next_at),
        "last": None if status.last is None else job_json(status.last),
    }


def job_json(job: Job) -> dict[str, Any]:
    """A job with its progress; `seconds_left` is null while it cannot be told."""
    left = job.seconds_left(datetime.now(UTC))
    return {
        "id": job.id,
        "source": job.source,
        "state": job.state.value,
        "cause": job.cause,
        "error": job.error,
        "retry_of": job.retry_of,
        "whole": job.whole,
        "cancelling": job.cancelling,
        "requested": moment_json(job.requested_at),
        "started": _moment(job.started_at),
        "finished": _moment(job.finished_at),
        "progress": {
            "done": job.finished,
            "total": job.total,
            "unchanged": job.unchanged,
            "skipped": job.skipped,
            "states": {state.value: count for state, count in job.counts.items()},
        },
        "seconds_left": None if left is None else round(left, 1),
    }


def job_document_json(row: JobDocument) -> dict[str, Any]:
    """A document in a job."""
    return {"name": row.name, "state": row.state.value, "error": row.error}


def _moment(when: datetime | None) -> str | None:
    return None if when is None else moment_json(when)
