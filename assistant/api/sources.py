"""Sources and the jobs that sync them, for those who operate the installation."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict

from assistant.api.contract.operation_shapes import JobList, JobShape, SourceList, SourceShape, WholeJob
from assistant.api.contract.routes import empties, shows
from assistant.api.errors import OperatorOnly, language_of
from assistant.api.syncing_wire import job_document_json, job_json, source_json
from assistant.errors import InvalidRequest
from assistant.messages import message
from assistant.settings import Settings
from knowledge.sources.config import SourceConfig
from knowledge.sync.job import DocumentState
from knowledge.sync.sources import Sources

OpenSources = Callable[[], Sources]
JobId = Annotated[int, Path(ge=1, le=2**31 - 1)]


class How(BaseModel):
    """How a sync is done: with `whole`, every document is fetched whatever its version."""

    model_config = ConfigDict(extra="forbid")

    whole: bool = False


def source_routes(sources: OpenSources, settings: Settings) -> APIRouter:
    """The routes, bound to the sources of an installation."""
    router = APIRouter(prefix="/api/sources")

    @router.get("", **shows(SourceList))
    def list_sources() -> dict[str, Any]:
        return {"sources": [source_json(each) for each in sources().list()]}

    @router.post("", **shows(SourceShape, status=201))
    def add_source(request: Request, config: SourceConfig) -> dict[str, Any]:
        _check_may_add(request, config, settings)
        if any(each.name == config.name for each in sources().list()):
            raise InvalidRequest(message("source_exists", language_of(request), name=config.name))
        sources().add(config)
        return source_json(next(each for each in sources().list() if each.name == config.name))

    @router.delete("/{name:path}", **empties())
    def remove_source(request: Request, name: str) -> Response:
        _check_kind(request, sources().config(name).kind, settings)
        sources().remove(name)
        return Response(status_code=204)

    @router.post("/{name:path}/sync", **shows(JobShape, status=202))
    def sync_source(name: str, how: How | None = None) -> dict[str, Any]:
        return job_json(sources().sync(name, whole=how is not None and how.whole))

    return router


def job_routes(sources: OpenSources) -> APIRouter:
    """The routes, bound to the sources of an installation."""
    router = APIRouter(prefix="/api/jobs")

    @router.get("", **shows(JobList))
    def list_jobs(source: Annotated[str | None, Query(max_length=100)] = None) -> dict[str, Any]:
        return {"jobs": [job_json(job) for job in sources().jobs(source)]}

    @router.get("/{job_id}", **shows(WholeJob))
    def show_job(job_id: JobId, state: Annotated[list[DocumentState], Query()] = []) -> dict[str, Any]:  # noqa: B006
        rows = sources().documents(job_id, *state)
        return {**job_json(sources().job(job_id)), "documents": [job_document_json(row) for row in rows]}

    @router.post("/{job_id}/cancel", **shows(JobShape, status=202))
    def cancel_job(job_id: JobId) -> dict[str, Any]:
        return job_json(sources().cancel(job_id))

    @router.post("/{job_id}/retry", **shows(JobShape, status=202))
    def retry_job(job_id: JobId, how: How | None = None) -> dict[str, Any]:
        return job_json(sources().retry(job_id, whole=how is not None and how.whole))

    return router


def _check_may_add(request: Request, config: SourceConfig, settings: Settings) -> None:
    """Through the API come only kinds whose addresses are guarded, and nobody opens the guard through it."""
    _check_kind(request, config.kind, settings)
    opened = [key for key, value in config.options.items() if key.startswith("allow_") and value]
    if opened:
        raise InvalidRequest(message("source_option_refused", language_of(request), option=opened[0]))


def _check_kind(request: Request, kind: str, settings: Settings) -> None:
    if kind not in settings.server.api_sources:
        raise OperatorOnly(message("source_kind_refused", language_of(request), kind=kind))
