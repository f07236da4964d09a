"""Errors in the form that clients of the OpenAI API read.

{"error": {"message": "...", "type": "invalid_request_error", "param": null, "code": "not_found"}}
"""

import re
from typing import Any

from assistant.errors import InvalidRequest
from assistant.messages import message

OPENAI_PREFIX = "/v1/"
_TYPES = {401: "authentication_error", 403: "permission_error", 429: "rate_limit_error"}
_CODES = {"NotSignedIn": "invalid_api_key", "LimitReached": "rate_limit_exceeded", "Busy": "server_busy"}
_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def openai_status(status: int) -> int:
    """The HTTP status there: what is malformed is a 400."""
    return 400 if status == 422 else status


def openai_error(status: int, kind: str, text: str, param: str | None = None) -> dict[str, Any]:
    """The body of an error; `kind` is the name of ours, and the code is made of it."""
    given = "server_error" if status >= 500 else _TYPES.get(status, "invalid_request_error")
    code = _CODES.get(kind) or _WORD.sub("_", kind).lower()
    return {"error": {"message": text, "type": given, "param": param, "code": code}}


def refused(key: str, **values: object) -> InvalidRequest:
    """A request that cannot be answered, said in English: programs read it, and those who write them."""
    return InvalidRequest(message(key, "en", **values))
