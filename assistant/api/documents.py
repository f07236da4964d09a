"""The documents: list, add, delete, read."""

from typing import Any

from fastapi import APIRouter, Request, UploadFile
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, Response

from assistant.api.errors import language_of, status_of
from assistant.api.ports import Assistant
from assistant.api.uploads import Outcome, add_file, clean_name, too_large
from assistant.api.wire import document_json
from assistant.settings import Settings


def document_routes(assistant: Assistant, settings: Settings) -> APIRouter:
    """The routes, bound to an assistant."""
    router = APIRouter(prefix="/api/documents")
    limit = settings.knowledge.max_file_bytes

    @router.get("")
    def list_documents() -> dict[str, Any]:
        return {"documents": [document_json(each) for each in assistant.documents.list()]}

    @router.post("", status_code=201)
    async def add_documents(request: Request, files: list[UploadFile]) -> JSONResponse:
        outcomes = []
        for file in files:
            outcomes.append(await _added(assistant, file, limit, language_of(request)))
        return JSONResponse({"results": [_result(each) for each in outcomes]}, _status(outcomes))

    @router.delete("/{document_id}", status_code=204)
    def delete_document(document_id: str) -> Response:
        assistant.documents.delete(document_id)
        return Response(status_code=204)

    @router.get("/{document_id}/text")
    def document_text(document_id: str) -> dict[str, Any]:
        return {"id": document_id, "text": assistant.documents.text(document_id)}

    return router


async def _added(assistant: Assistant, file: UploadFile, limit: int, language: str) -> Outcome:
    name = file.filename or ""
    if (file.size or 0) > limit:
        return Outcome(clean_name(name), error=too_large(clean_name(name), file.size or 0, limit, language))
    content = await file.read()
    return await run_in_threadpool(add_file, assistant.documents, name, content, limit, language)


def _result(outcome: Outcome) -> dict[str, Any]:
    if outcome.upload is None:
        return {"name": outcome.name, "status": "refused", "error": str(outcome.error)}
    status = "unchanged" if outcome.upload.unchanged else "added"
    return {"name": outcome.name, "status": status, "document": document_json(outcome.upload.document)}


def _status(outcomes: list[Outcome]) -> int:
    """201 when at least one file is in; otherwise the status of the first refusal."""
    errors = [outcome.error for outcome in outcomes if outcome.error is not None]
    return status_of(errors[0]) if errors and len(errors) == len(outcomes) else 201
