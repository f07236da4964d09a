"""/v1/files: the documents, as clients of OpenAI's know files."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, UploadFile
from fastapi.responses import PlainTextResponse

from assistant.api.contract.openai_shapes import DeletedShape, FileList, FileShape
from assistant.api.contract.routes import gives, shows
from assistant.api.documents import Intake, added, checked_audience
from assistant.api.errors import language_of
from assistant.api.identity import person_of
from assistant.api.ports import Assistant, DocumentSummary, Groups
from assistant.errors import NotFound
from assistant.messages import message
from assistant.settings import Settings

PURPOSE = "assistants"


def file_routes(assistant: Assistant, settings: Settings) -> APIRouter:
    """The routes, bound to an assistant. `bytes` is the length of the text that was read, which is all that is kept."""
    router = APIRouter(prefix="/v1/files")

    @router.get("", **shows(FileList))
    def list_files(request: Request) -> dict[str, Any]:
        found = [file_json(each) for each in assistant.documents.list(person_of(request).groups)]
        return {"object": "list", "data": found, "has_more": False}

    @router.post("", **shows(FileShape))
    async def add_one(
        request: Request, file: UploadFile, groups: Annotated[list[str] | None, Form()] = None
    ) -> dict[str, Any]:
        person, language = person_of(request), language_of(request)
        audience = checked_audience(groups, person, language)
        outcome = await added(
            assistant, file, Intake(person.groups, audience, settings.knowledge.max_file_bytes, language)
        )
        if outcome.upload is None:
            raise outcome.error or NotFound(message("file_unknown", "en"))
        return file_json(outcome.upload.document, file.size or 0)

    @router.get("/{document_id}", **shows(FileShape))
    def show_file(request: Request, document_id: str) -> dict[str, Any]:
        groups = person_of(request).groups
        return file_json(
            _one(assistant, document_id, groups), len(assistant.documents.text(document_id, groups).encode())
        )

    @router.get("/{document_id}/content", response_class=PlainTextResponse, **gives("text/plain"))
    def file_content(request: Request, document_id: str) -> PlainTextResponse:
        return PlainTextResponse(assistant.documents.text(document_id, person_of(request).groups))

    @router.delete("/{document_id}", **shows(DeletedShape))
    def delete_file(request: Request, document_id: str) -> dict[str, Any]:
        assistant.documents.delete(document_id, person_of(request).groups)
        return {"id": document_id, "object": "file", "deleted": True}

    return router


def _one(assistant: Assistant, document_id: str, groups: Groups) -> DocumentSummary:
    found = next((each for each in assistant.documents.list(groups) if each.id == document_id), None)
    if found is None:
        raise NotFound(message("file_unknown", "en"))
    return found


def file_json(document: DocumentSummary, size: int = 0) -> dict[str, Any]:
    """A document as a file object."""
    return {
        "id": document.id,
        "object": "file",
        "bytes": size,
        "created_at": int(document.added.timestamp()) if document.added is not None else 0,
        "filename": document.name,
        "purpose": PURPOSE,
        "status": "processed",
        "pilares": {"title": document.title, "language": document.language, "passages": document.passages},
    }
