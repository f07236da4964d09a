"""On a loopback address, only the computer's own names are answered."""

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from assistant.api.errors import error_response
from assistant.loopback import is_loopback
from assistant.messages import message, preferred


def host_name(header: str) -> str:
    """The host of a Host header, without its port."""
    try:
        return urlsplit(f"//{header}").hostname or ""
    except ValueError:
        return ""


class LoopbackHosts:
    """Refuses other Host headers, so that a foreign page cannot reach a local server through DNS rebinding.

    Only used when the server listens on loopback. Attack and defence: https://github.com/brannondorsey/dns-rebind-toolkit
    """

    def __init__(self, app: ASGIApp, address: str) -> None:
        self._app = app
        self._address = address

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 421 (Misdirected Request)."""
        if scope["type"] in ("http", "websocket"):
            headers = Headers(scope=scope)
            if not is_loopback(host_name(headers.get("host", ""))):
                text = message("foreign_host", preferred(headers.get("accept-language")), address=self._address)
                await error_response(421, "ForeignHost", text, scope["path"])(scope, receive, send)
                return
        await self._app(scope, receive, send)
