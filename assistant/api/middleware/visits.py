"""What comes from the widget of a website: the only place where pages of other origins are answered."""

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.api.errors import error_response, response_of
from assistant.errors import AssistantError, NotSignedIn
from assistant.messages import message, preferred
from assistant.security.credentials import credential_of
from assistant.security.person import Person
from assistant.security.tokens import WIDGET_PREFIX
from assistant.security.visitors import Visitors
from assistant.security.widget_keys import WidgetKey

VISITS = "/api/widget/"
GUEST, IDENTITY = "x-pilares-guest", "x-pilares-identity"
_ASKED_BEFORE = {
    "access-control-allow-methods": "GET, POST",
    "access-control-allow-headers": f"authorization, content-type, {GUEST}, {IDENTITY}",
    "access-control-max-age": "600",
}


class Visits:
    """ASGI middleware: below `VISITS`, the key of a widget makes a visitor of a request, if the page may use it.

    Pages of other origins may read an answer when the key they show is for their origin, and only then. No cookie is
    looked at, so that there is nothing another site could make use of; anything without such a key passes unchanged.
    """

    def __init__(self, app: ASGIApp, visitors: Visitors) -> None:
        self._app, self._visitors = app, visitors

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Name the visitor and let them pass, or turn them away."""
        if scope["type"] != "http" or not scope["path"].startswith(VISITS):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        credential = credential_of(headers, {})
        if scope["method"] == "OPTIONS":
            await (await run_in_threadpool(self._asked_before, headers))(scope, receive, send)
        elif credential is None or not credential.token.startswith(WIDGET_PREFIX):
            await self._app(scope, receive, send)
        else:
            await self._visit(credential.token, scope, receive, send)

    def _asked_before(self, headers: Headers) -> Response:
        """What a browser asks before the request itself (a preflight), which shows no key yet."""
        origin = headers.get("origin", "")
        if not self._visitors.keys.may_ask(origin):
            return error_response(403, "ForeignOrigin", message("widget_origin", _language(headers), origin=origin))
        return Response(status_code=204, headers={**_ASKED_BEFORE, **_readable(origin)})

    async def _visit(self, token: str, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        key, origin = await run_in_threadpool(self._visitors.keys.shown, token), _origin(scope)
        if key is None:
            refused = response_of(NotSignedIn(message("widget_key", _language(headers))), scope["path"])
            await refused(scope, receive, send)
            return
        if origin not in key.origins:
            text = message("widget_origin", _language(headers), origin=origin or "-")
            await error_response(403, "ForeignOrigin", text)(scope, receive, send)
            return
        send = _with(_readable(origin), send)
        try:
            scope["pilares_visitor"] = await run_in_threadpool(self._visitor, key, scope)
        except AssistantError as error:
            await response_of(error, scope["path"])(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _visitor(self, key: WidgetKey, scope: Scope) -> Person:
        headers = Headers(scope=scope)
        language = _language(headers)
        self._visitors.addresses.count((scope.get("client") or ("",))[0], language)
        if IDENTITY in headers:
            return self._visitors.known(key, headers[IDENTITY], language)
        return self._visitors.guest(key, headers.get(GUEST, ""), language)


def _origin(scope: Scope) -> str:
    """The origin of the page: browsers send it, except with a GET to the page's own origin."""
    headers = Headers(scope=scope)
    if "origin" in headers or headers.get("sec-fetch-site") != "same-origin":
        return headers.get("origin", "")
    return f"{scope['scheme']}://{headers.get('x-forwarded-host') or headers.get('host', '')}"


def _readable(origin: str) -> dict[str, str]:
    """Headers that let a page of that origin read the response."""
    return {
        "access-control-allow-origin": origin, "access-control-expose-headers": "retry-after", "vary": "origin",
    }  # fmt: skip


def _with(more: dict[str, str], send: Send) -> Send:
    async def sending(said: Message) -> None:
        if said["type"] == "http.response.start":
            MutableHeaders(scope=said).update(more)
        await send(said)

    return sending


def _language(headers: Headers) -> str:
    return preferred(headers.get("accept-language"))
