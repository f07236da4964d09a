"""What the Bot API takes, and how it answers."""

import json
from typing import Any

from starlette.responses import JSONResponse


def value(text: str) -> Any:
    """A field of a form: JSON, a number or words."""
    if text[:1] in "[{":
        try:
            return json.loads(text)
        except ValueError:
            return text
    return int(text) if text.lstrip("-").isdecimal() else text


def ok(result: Any) -> JSONResponse:
    """What was asked for."""
    return JSONResponse({"ok": True, "result": result})


def error(status: int, description: str, parameters: dict[str, Any] | None = None) -> JSONResponse:
    """A refusal."""
    body: dict[str, Any] = {"ok": False, "error_code": status, "description": description}
    return JSONResponse(body | ({"parameters": parameters} if parameters else {}), status)
