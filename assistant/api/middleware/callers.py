"""Whose trace a request belongs to (https://www.w3.org/TR/trace-context/)."""

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from assistant.tracing import NOBODY, called_by

_CARRIED = ("traceparent", "tracestate")
_MOST_CHARS = 512


class Callers:
    """ASGI middleware: notes the trace that a caller says a request is part of; its turn becomes a part of it too."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] == "http":
            headers = Headers(scope=scope)
            found = {name: headers[name] for name in _CARRIED if name in headers and len(headers[name]) <= _MOST_CHARS}
            called_by(found if "traceparent" in found else NOBODY)
        await self._app(scope, receive, send)
