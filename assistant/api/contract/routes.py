"""How a route says what it answers."""

from typing import Any

EVENTS = "text/event-stream"
OF_A_TURN = ("understood", "found", "routed", "reading", "wrote", "revised", "finished", "failed")
"""What the events of a turn are called."""
OF_OPENAI = ()
"""Under /v1 events are called as OpenAI calls them, or not at all."""


def shows(
    shape: Any, *more: int, status: int = 200, events: tuple[str, ...] | None = None, alike: tuple[int, ...] = ()
) -> dict[str, Any]:  # fmt: skip
    """Arguments of a route that answers `status` with a `shape`, or one of the statuses `more`.

    The shape is documented and not enforced at run time: tests compare every response with it
    (tests/contract/api). `events`: it may come as server-sent events of these names; `alike`: also with these statuses.
    """
    said: dict[str, Any] = {"model": shape, "description": "As asked."}
    if events is not None:
        said["content"] = {EVENTS: {"itemSchema": _event(events)}}
    also = {**_also(more), **{each: {"model": shape, "description": "Nothing of it was done."} for each in alike}}
    return {"response_model": None, "status_code": status, "responses": {status: said, **also}}


def gives(media: str, *more: int) -> dict[str, Any]:
    """Arguments of a route that answers with text of a kind, or with server-sent events."""
    content = {media: {"itemSchema": _event(OF_A_TURN)} if media == EVENTS else {"schema": {"type": "string"}}}
    return {"response_model": None, "responses": {200: {"description": "As asked.", "content": content}, **_also(more)}}


def empties(*more: int) -> dict[str, Any]:
    """Arguments of a route that answers with nothing (204)."""
    return {"response_model": None, "status_code": 204, "responses": _also(more)}


def _event(names: tuple[str, ...]) -> dict[str, Any]:
    """An event as it is sent; without `names` it may be called anything."""
    text = {"type": "string"}
    return {
        "type": "object",
        "properties": {
            "id": text,
            "event": {**text, "enum": [*names]} if names else text,
            "data": text,
            "retry": {"type": "integer", "minimum": 0},
        },
    }


def _also(statuses: tuple[int, ...]) -> dict[int, dict[str, Any]]:
    return {status: {"description": _WHY[status]} for status in statuses}


_WHY = {
    404: "There is no such thing, or not for this person.",
    409: "It cannot be done in this state.",
    502: "A model answered with something that cannot be used.",
}
