"""The one table that maps errors to HTTP, and the shape every error leaves this server in.

{"error": {"type": "NotFound", "message": "There is no such conversation. ..."}}

Under /v1 errors have the form that clients of the OpenAI API read (`assistant.api.openai.errors`).
"""

import logging
from math import ceil

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from assistant import errors as assistant_errors
from assistant.api.openai.errors import OPENAI_PREFIX, openai_error, openai_status
from assistant.errors import AssistantError, InvalidRequest, LimitReached, NotSignedIn
from assistant.messages import message, preferred
from finetune import errors as finetune_errors
from finetune.errors import FinetuneError
from knowledge import errors as knowledge_errors
from knowledge.errors import KnowledgeError

log = logging.getLogger(__name__)


class TooLarge(InvalidRequest):
    """A question, file or request body above its limit."""


class Busy(AssistantError):
    """Too many turns at once, or the server is stopping. `wait_s` is when to come again, in seconds."""

    wait_s = 5.0


class OperatorOnly(AssistantError):
    """Something that is done at the server itself, not through the API."""


STATUS: dict[type[Exception], int] = {
    InvalidRequest: 422,
    TooLarge: 413,
    Busy: 503,
    OperatorOnly: 403,
    assistant_errors.NotSignedIn: 401,
    assistant_errors.NotAllowed: 403,
    assistant_errors.LimitReached: 429,
    assistant_errors.SignInUnavailable: 503,
    assistant_errors.AccessError: 403,
    assistant_errors.NotFound: 404,
    assistant_errors.ModelUnavailable: 503,
    assistant_errors.ModelCorrupt: 503,
    assistant_errors.GenerationFailed: 502,
    assistant_errors.ModelError: 503,
    assistant_errors.StorageError: 503,
    assistant_errors.ConfigurationError: 500,
    knowledge_errors.DocumentNotFound: 404,
    knowledge_errors.SourceNotFound: 404,
    knowledge_errors.JobNotFound: 404,
    knowledge_errors.SourceError: 422,
    knowledge_errors.ParseError: 422,
    knowledge_errors.StoreLocked: 503,
    knowledge_errors.StoreError: 503,
    knowledge_errors.EmbedderMismatch: 503,
    knowledge_errors.RerankerUnavailable: 503,
    finetune_errors.AdapterUnknown: 404,
    finetune_errors.AdapterInvalid: 409,
    finetune_errors.PromotionRefused: 409,
    finetune_errors.RegistryUnusable: 503,
    AssistantError: 500,
    KnowledgeError: 500,
    FinetuneError: 500,
}


def status_of(error: Exception) -> int:
    """The HTTP status of an error: its own entry in the table, or the nearest base class's."""
    return next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), 500)


def error_response(status: int, kind: str, text: str, path: str = "") -> JSONResponse:
    """An error in the one shape clients get; `path` is what was asked for."""
    if path.startswith(OPENAI_PREFIX):
        return JSONResponse(openai_error(status, kind, text), openai_status(status))
    return JSONResponse({"error": {"type": kind, "message": text}}, status)


def response_of(error: Exception, path: str) -> JSONResponse:
    """An error of ours as a response, with the headers that belong to it."""
    response = error_response(status_of(error), type(error).__name__, str(error), path)
    if isinstance(error, LimitReached | Busy):
        response.headers["retry-after"] = str(max(1, ceil(error.wait_s)))
    if isinstance(error, NotSignedIn):
        response.headers["www-authenticate"] = "Bearer"
    return response


def language_of(request: Request) -> str:
    """The language a caller without an account wants to be spoken to in."""
    return preferred(request.headers.get("accept-language"))


def install(app: FastAPI) -> None:
    """Answer every error of this application in our shape."""

    @app.exception_handler(AssistantError)
    @app.exception_handler(KnowledgeError)
    @app.exception_handler(FinetuneError)
    async def _ours(request: Request, error: Exception) -> JSONResponse:
        return response_of(error, request.url.path)

    @app.exception_handler(RequestValidationError)
    async def _malformed(request: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"] if part != "body") or "body"
        text = message("malformed_request", language_of(request), detail=f"{where}: {first['msg']}")
        return error_response(422, "InvalidRequest", text, request.url.path)

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> JSONResponse:
        text = message("not_found", language_of(request)) if error.status_code == 404 else str(error.detail)
        response = error_response(error.status_code, "HttpError", text, request.url.path)
        response.headers.update(error.headers or {})
        return response

    @app.exception_handler(Exception)
    async def _unexpected(request: Request, error: Exception) -> JSONResponse:
        log.error("unexpected error at %s", request.url.path, exc_info=error)
        return error_response(500, "Unexpected", message("unexpected", language_of(request)), request.url.path)
