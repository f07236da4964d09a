"""Whose page is whose: the events of a page reach the person who opened it, and nobody else.

Gradio knows a page by a name that the page makes up (`session_hash`) and hands its events to whoever says that name.
"""

import json
from collections import OrderedDict
from typing import Any

from starlette.datastructures import QueryParams
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.security.person import Person

REMEMBERED = 50_000
_IN_PATH = "/gradio_api/heartbeat/"
_IN_BODY = ("/gradio_api/queue/join", "/gradio_api/cancel")


class PageOwners:
    """ASGI middleware: a page belongs to the person who first said its name; for others it does not exist."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._owners: OrderedDict[str, str] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request of the page's owner on, or answer 404."""
        path, person = scope["path"], scope["pilares_person"]
        name = QueryParams(scope["query_string"]).get("session_hash")
        if path.startswith(_IN_PATH):
            name = path.removeprefix(_IN_PATH)
        elif path.startswith(_IN_BODY):
            body = await _whole(receive)
            receive, name = _again(body, receive), _named_in(body)
        if name is None or self._is_owner(name, person):
            await self._app(scope, receive, send)
        else:
            await PlainTextResponse("Not found", 404)(scope, receive, send)

    def _is_owner(self, name: str, person: Person | None) -> bool:
        owner = self._owners.setdefault(name, person.id if person is not None else "")
        self._owners.move_to_end(name)
        if len(self._owners) > REMEMBERED:
            self._owners.popitem(last=False)
        return person is not None and owner == person.id


async def _whole(receive: Receive) -> bytes:
    """The body, whose size a middleware before this one limits."""
    body = bytearray()
    while True:
        message = await receive()
        body += message.get("body", b"")
        if message["type"] != "http.request" or not message.get("more_body"):
            return bytes(body)


def _again(body: bytes, receive: Receive) -> Receive:
    given = False

    async def replayed() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replayed


def _named_in(body: bytes) -> str | None:
    """The name in a JSON body. What cannot be read is named "", which is nobody's page."""
    try:
        found: Any = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    name = found.get("session_hash") if isinstance(found, dict) else None
    return name if isinstance(name, str) else ""
