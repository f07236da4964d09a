"""The OpenAPI document: every route by its versioned address, with every status that it may answer."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from fastapi import FastAPI

from assistant.api.access import ACCESS
from assistant.api.middleware.versions import API
from assistant.api.openai.errors import OPENAI_PREFIX
from assistant.security.rights import Right

Document = dict[str, Any]
_METHODS = ("get", "post", "put", "patch", "delete")
_SIGN_IN: Mapping[str, Any] = {
    "key": {"type": "http", "scheme": "bearer", "description": "A key: `pilares_...`"},
    "session": {"type": "apiKey", "in": "cookie", "name": "pilares_session"},
}
_PROBLEM: Mapping[str, Any] = {
    "type": "object",
    "title": "Problem",
    "description": "What went wrong, and what to do about it.",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["type", "message"],
            "properties": {"type": {"type": "string"}, "message": {"type": "string"}},
        }
    },
}
_OPENAI_PROBLEM: Mapping[str, Any] = {
    "type": "object",
    "title": "OpenAIProblem",
    "description": "What went wrong, as clients of OpenAI's read it.",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["message", "type", "param", "code"],
            "properties": {
                "message": {"type": "string"},
                "type": {"type": "string"},
                "param": {"type": ["string", "null"]},
                "code": {"type": ["string", "null"]},
            },
        }
    },
}
# Of every route, wherever it is.
_ANYWHERE = {
    400: "The request is not readable as HTTP, or as a form.",
    405: "Not with this method.",
    413: "The request, the question or the file is too large.",
    421: "A server on a loopback address was asked by a foreign name.",
}
# Of every route that somebody has to have the right to.
_GUARDED = {
    401: "Nobody is known by what the request shows.",
    403: "This person, or this key, may not do that.",
    422: "The request is not what this route takes.",
    429: "A limit is used up; `Retry-After` says for how many seconds.",
    503: "Not now: too many questions at once (`Retry-After` says for how many seconds), a model or store that is not "
    "there, or the server stops.",
}
_MALFORMED = "HTTPValidationError"
_MISSING = {404: "There is no such thing, or not for this person."}
_LATER = {"Retry-After": {"schema": {"type": "integer", "minimum": 1}}}
_HEADERS: Mapping[str, Any] = {
    "401": {"WWW-Authenticate": {"schema": {"type": "string"}}},
    "429": _LATER,
    "503": _LATER,
}


class Described(FastAPI):
    """FastAPI, whose document has the versions, errors and rights that middleware and handlers add to its routes."""

    needs_sign_in = True

    def openapi(self) -> Document:
        """The document, made once."""
        if self.openapi_schema is None:
            made = super().openapi()
            made["paths"] = {_public(path): item for path, item in made["paths"].items()}
            rights = {_pattern(route): right for route, right in ACCESS.items()}
            for path, method, operation in _operations(made):
                right = rights.get(f"{method.upper()} {_inner(path)}")
                _complete(path, operation, right, self.needs_sign_in)
            schemas = made.setdefault("components", {}).setdefault("schemas", {})
            for unused in (_MALFORMED, "ValidationError"):
                schemas.pop(unused, None)
            schemas |= {"Problem": dict(_PROBLEM), "OpenAIProblem": dict(_OPENAI_PROBLEM)}
            if self.needs_sign_in:
                made["components"]["securitySchemes"] = dict(_SIGN_IN)
            self.openapi_schema = made
        return self.openapi_schema


def _public(path: str) -> str:
    """A route by the address that is documented."""
    return f"{API}{path.removeprefix('/api')}" if path.startswith("/api/") else path


def _inner(path: str) -> str:
    return f"/api{path.removeprefix(API)}" if path.startswith(f"{API}/") else path


def _pattern(route: str) -> str:
    """A route as OpenAPI writes it: `{name:path}` is `{name}` there."""
    return re.sub(r":path}", "}", route)


def _operations(document: Document) -> Iterator[tuple[str, str, Document]]:
    for path, item in document["paths"].items():
        for method in _METHODS:
            if method in item:
                yield path, method, item[method]


def _complete(path: str, operation: Document, right: Right | None, needs_sign_in: bool) -> None:
    """Add the errors that every route can answer with, and who may call it."""
    compatible = path.startswith(OPENAI_PREFIX)
    schema = {"$ref": f"#/components/schemas/{'OpenAIProblem' if compatible else 'Problem'}"}
    found = operation["responses"]
    if _MALFORMED in str(found.get("422")):  # FastAPI's own, which is answered in our shape
        del found["422"]
    for status, why in {**_ANYWHERE, **(_GUARDED if right else {}), **(_MISSING if "{" in path else {})}.items():
        found.setdefault(str(status), {"description": why})
    if compatible:  # there it is a 400
        found.pop("422", None)
    for status, response in found.items():
        if int(status) >= 400:
            own = response.get("content", {}).get("application/json", {}).get("schema")
            response["content"] = {"application/json": {"schema": {"anyOf": [own, schema]} if own else schema}}
        if status in _HEADERS:
            response["headers"] = _HEADERS[status]
        for media in response.get("content", {}).values():
            if "itemSchema" in media:  # FastAPI adds that the whole is a text
                media.pop("schema", None)
    if right is not None and needs_sign_in:
        operation["security"] = [{name: []} for name in _SIGN_IN]
        operation["x-pilares-right"] = right.value
