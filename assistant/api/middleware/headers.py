"""Security headers on every response."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Nothing that is not a page needs to load or run anything. The page sets its own policy (assistant.ui.page).
CLOSED_POLICY = "default-src 'none'; img-src 'self'; style-src 'self' 'unsafe-inline'; frame-ancestors 'self'"


class SecurityHeaders:
    """Adds what browsers need to be told; a policy that the response already carries is kept."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, with headers added to the beginning of its response."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("content-security-policy", CLOSED_POLICY)
                headers["x-content-type-options"] = "nosniff"
                headers["referrer-policy"] = "no-referrer"
                headers["x-frame-options"] = "SAMEORIGIN"
                headers["cross-origin-opener-policy"] = "same-origin"
                headers.setdefault("cross-origin-resource-policy", "same-origin")
                headers["permissions-policy"] = "camera=(), geolocation=(), microphone=()"
            await send(message)

        await self._app(scope, receive, with_headers)
