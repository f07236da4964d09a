"""How a route says what it answers."""

from typing import Any

EVENTS = "text/event-stream"
NAMES = ("understood", "found", "routed", "reading", "wrote", "revised", "finished", "failed")
"""What the events of a turn are called. Those under /v1 have no names."""
_EVENT = {
    "type": "object",
    "properties": {
        "id": {"type": "string"},
        "event": {"type": "string", "enum": [*NAMES]},
        "data": {"type": "string"},
        "retry": {"type": "integer", "minimum": 0},
    },
}


def shows(shape: Any, *more: int, status: int = 200, events: bool = False, busy: bool = False) -> dict[str, Any]:
    """Arguments of a route that answers `status` with a `shape`, or one of the statuses `more`.

    The shape is documented and not enforced at run time: tests compare every response with it
    (tests/contract/api). `events`: it may come as server-sent events; `busy`: also with a 503.
    """
    said: dict[str, Any] = {"model": shape, "description": "As asked."}
    if events:
        said["content"] = {EVENTS: {"itemSchema": _EVENT}}
    also = {**_also(more), **({503: {"model": shape, "description": "Not now."}} if busy else {})}
    return {"response_model": None, "status_code": status, "responses": {status: said, **also}}


def gives(media: str, *more: int) -> dict[str, Any]:
    """Arguments of a route that answers with text of a kind, or with server-sent events."""
    content = {media: {"itemSchema": _EVENT} if media == EVENTS else {"schema": {"type": "string"}}}
    return {"response_model": None, "responses": {200: {"description": "As asked.", "content": content}, **_also(more)}}


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
