"""The version of the REST API, in its addresses: `/api/v1/...`.

Inside there is one version, so routes, the table of rights and the metrics name a route without it (`/api/ask`). This
middleware is the first that a request meets: it takes the version off, so that whatever guards a route cannot be passed
by with another spelling of its address.
"""

import re
from urllib.parse import quote

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.api.errors import error_response
from assistant.messages import message, preferred

API = "/api/v1"
"""What the addresses that are documented begin with."""
_PLAIN = "/api"
_VERSIONED = re.compile(r"/api/v(\d+)(?=/|$)")
DEPRECATED_SINCE = 1795824000
"""When addresses without a version were given up: 2026-11-28, in seconds (RFC 9745, 2.1)."""


class Versions:
    """ASGI middleware: answers `/api/v1/...`, and `/api/...` as well, which is told that it is deprecated.

    A version that there is not is not found.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on by the name that routes have inside."""
        path: str = scope.get("path", "")
        if scope["type"] != "http" or not path.startswith(f"{_PLAIN}/"):
            await self._app(scope, receive, send)
            return
        asked = _VERSIONED.match(path)
        if asked is None:
            await self._app(scope, receive, _told(send, f"{API}{path.removeprefix(_PLAIN)}"))
        elif asked[0] != API:
            language = preferred(Headers(scope=scope).get("accept-language"))
            text = message("version_unknown", language, version=asked[1], known=API)
            await error_response(404, "NotFound", text)(scope, receive, send)
        else:
            scope["path"] = _PLAIN + path.removeprefix(API)
            raw: bytes = scope.get("raw_path") or b""
            scope["raw_path"] = _PLAIN.encode() + raw.removeprefix(API.encode())
            await self._app(scope, receive, send)


def _told(send: Send, successor: str) -> Send:
    """Say that the address is deprecated, and which one is to be used (RFC 9745; RFC 5829, 2)."""
    link = f'<{quote(successor)}>; rel="successor-version"'

    async def sending(said: Message) -> None:
        if said["type"] == "http.response.start":
            headers = MutableHeaders(scope=said)
            headers["deprecation"] = f"@{DEPRECATED_SINCE}"
            headers.append("link", link)
        await send(said)

    return sending
