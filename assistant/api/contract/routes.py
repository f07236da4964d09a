"""How a route says what it answers."""

from typing import Any

OPENAPI_EVENTS = "text/event-stream"


def shows(shape: Any, *more: int, status: int = 200, events: bool = False, busy: bool = False) -> dict[str, Any]:
    """Arguments of a route that answers `status` with a `shape`, or one of the statuses `more`.

    The shape is documented and not enforced at run time: tests compare every response with it
    (tests/contract/api). `events`: it may come as server-sent events; `busy`: also with a 503.
    """
    said: dict[str, Any] = {"model": shape, "description": "As asked."}
    if events:
        said["content"] = {OPENAPI_EVENTS: {"schema": {"type": "string"}}}
    also = {**_also(more), **({503: {"model": shape, "description": "Not now."}} if busy else {})}
    return {"response_model": None, "status_code": status, "responses": {status: said, **also}}


def gives(media: str, *more: int) -> dict[str, Any]:
    """Arguments of a route that answers with a file of a kind."""
    content = {media: {"schema": {"type": "string"}}}
    return {"response_model": None, "responses": {200: {"description": "The file.", "content": content}, **_also(more)}}


def empties(*more: int) -> dict[str, Any]:
    """Arguments of a route that answers with nothing (204)."""
    return {"response_model": None, "status_code": 204, "responses": _also(more)}


def _also(statuses: tuple[int, ...]) -> dict[int, dict[str, Any]]:
    return {status: {"description": _WHY[status]} for status in statuses}


_WHY = {
    404: "There is no such thing, or not for this person.",
    409: "It cannot be done in this state.",
    502: "A model answered with something that cannot be used.",
}
