"""The documents: list, add, delete, read."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, UploadFile
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, Response

from assistant.api.access import check_right
from assistant.api.contract.library_shapes import DocumentList, DocumentText, UploadList
from assistant.api.contract.routes import empties, shows
from assistant.api.errors import language_of, status_of
from assistant.api.identity import person_of
from assistant.api.ports import Assistant, Groups
from assistant.api.uploads import Outcome, add_file, clean_name, too_large
from assistant.api.wire import document_json
from assistant.security.person import Person
from assistant.security.rights import Right
from assistant.security.user import clean_readers
from assistant.settings import Settings


def document_routes(assistant: Assistant, settings: Settings) -> APIRouter:
    """The routes, bound to an assistant."""
    router = APIRouter(prefix="/api/documents")
    limit = settings.knowledge.max_file_bytes

    @router.get("", **shows(DocumentList))
    def list_documents(request: Request) -> dict[str, Any]:
        found = assistant.documents.list(person_of(request).groups)
        return {"documents": [document_json(each) for each in found]}

    @router.post("", **shows(UploadList, status=201, alike=(413, 422, 503)))
    async def add_documents(
        request: Request, files: list[UploadFile], groups: Annotated[list[str] | None, Form()] = None
    ) -> JSONResponse:
        person, language = person_of(request), language_of(request)
        given = Intake(person.groups, checked_audience(groups, person, language), limit, language)
        outcomes = [await added(assistant, file, given) for file in files]
        return JSONResponse({"results": [_result(each) for each in outcomes]}, _status(outcomes))

    @router.delete("/{document_id}", **empties())
    def delete_document(request: Request, document_id: str) -> Response:
        assistant.documents.delete(document_id, person_of(request).groups)
        return Response(status_code=204)

    @router.get("/{document_id}/text", **shows(DocumentText))
    def document_text(request: Request, document_id: str) -> dict[str, Any]:
        return {"id": document_id, "text": assistant.documents.text(document_id, person_of(request).groups)}

    return router


@dataclass(frozen=True, slots=True)
class Intake:
    """Whose files come in and who may read them; `limit` is the most bytes of one."""

    groups: Groups
    audience: Groups | None
    limit: int
    language: str


def checked_audience(groups: list[str] | None, person: Person, language: str) -> Groups | None:
    """The groups that may read an upload: of those the person is in, unless they see to accounts. None is the usual.

    Raises NotAllowed.
    """
    if not groups:
        return None
    wanted = clean_readers(groups)
    if not wanted <= person.groups:
        check_right(person, Right.ACCOUNTS, language)
    return wanted


async def added(assistant: Assistant, file: UploadFile, given: Intake) -> Outcome:
    """Take one file in. What is wrong with it is in the outcome."""
    name, limit = file.filename or "", given.limit
    if (file.size or 0) > limit:
        return Outcome(clean_name(name), error=too_large(clean_name(name), file.size or 0, limit, given.language))
    content = await file.read()
    return await run_in_threadpool(
        add_file, assistant.documents, name, content, limit, given.language,
        groups=given.groups, audience=given.audience,
    )  # fmt: skip


def _result(outcome: Outcome) -> dict[str, Any]:
    if outcome.upload is None:
        return {"name": outcome.name, "status": "refused", "error": str(outcome.error)}
    status = "unchanged" if outcome.upload.unchanged else "added"
    return {"name": outcome.name, "status": status, "document": document_json(outcome.upload.document)}


def _status(outcomes: list[Outcome]) -> int:
    """201 when at least one file is in; otherwise the status of the first refusal."""
    errors = [outcome.error for outcome in outcomes if outcome.error is not None]
    return status_of(errors[0]) if errors and len(errors) == len(outcomes) else 201
