"""Requests that change something must come from this server's own page, or from a program that is no browser."""

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from assistant.api.errors import error_response
from assistant.messages import message, preferred

_SAFE = {"GET", "HEAD", "OPTIONS"}


class SameOrigin:
    """Refuses what another site's page sends with this person's cookie (cross-site request forgery).

    Browsers say where a request comes from: `Sec-Fetch-Site` on https and localhost, `Origin` elsewhere; neither can be
    set by a page. Programs send neither. There are no CORS headers either, so other sites cannot read answers. What the
    key of a widget was shown for passes (`visits`): no cookie counts there.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 403."""
        guarded = scope["type"] == "http" and scope["method"] not in _SAFE and "pilares_visitor" not in scope
        if guarded and _foreign(Headers(scope=scope)):
            text = message("foreign_origin", preferred(Headers(scope=scope).get("accept-language")))
            await error_response(403, "ForeignOrigin", text, scope["path"])(scope, receive, send)
            return
        await self._app(scope, receive, send)


def _foreign(headers: Headers) -> bool:
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site not in ("same-origin", "none")
    origin = headers.get("origin")
    if origin is None:
        return False
    own = {headers.get("host", ""), headers.get("x-forwarded-host", "")} - {""}
    return urlsplit(origin).netloc not in own
