"""Who is asking.

A server that listens on loopback belongs to the one person at this computer: everything is the user "local", so that
conversations survive another browser and an emptied cookie store. Where accounts are required, a request shows a
session (browsers) or a key (programs), and nothing is behind this middleware that nobody may see.
"""

from urllib.parse import quote

from fastapi.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from assistant.api.errors import response_of
from assistant.errors import NotSignedIn
from assistant.messages import message, preferred
from assistant.security.accounts import Accounts
from assistant.security.credentials import credential_of
from assistant.security.person import LOCAL, Person

OPEN_PATHS = frozenset({"/health", "/healthz", "/readyz", "/favicon.ico", "/theme.css", "/sign-in", "/widget.js"})
OPEN_PREFIXES = ("/sign-in/", "/pilares/", "/assets/", "/static/", "/connectors/")
"""What anybody may have: whether the server is well, the way in, and files that every installation has alike.

Chat platforms have no session: what they deliver is checked by their signatures (`connectors.webhook`).
"""
PAGES = ("/", "/operation", "/account")
"""What people open in a browser: whoever is nobody is sent to sign in, and comes back."""


class Identity:
    """ASGI middleware: puts the person into `scope["pilares_person"]`. Without accounts it is always the local one.

    Whoever is nobody gets what is open; else a browser is sent to sign in, and a program is answered 401.
    """

    def __init__(self, app: ASGIApp, accounts: Accounts | None) -> None:
        self._app = app
        self._accounts = accounts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Name the person of a request, or turn it away."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        person = scope.get("pilares_visitor") or await self._person(HTTPConnection(scope))
        if person is None and not is_open(scope["path"]):
            await _turned_away(HTTPConnection(scope))(scope, receive, send)
            return
        scope["pilares_person"] = person
        await self._app(scope, receive, send)

    async def _person(self, connection: HTTPConnection) -> Person | None:
        if self._accounts is None:
            return LOCAL
        credential = credential_of(connection.headers, connection.cookies)
        return None if credential is None else await run_in_threadpool(self._accounts.person, credential)


def is_open(path: str) -> bool:
    """Whether anybody may have what is there."""
    return path in OPEN_PATHS or path.startswith(OPEN_PREFIXES)


def person_of(connection: HTTPConnection) -> Person:
    """The person of a request that passed `Identity`. Raises NotSignedIn where there is none."""
    person: Person | None = connection.scope["pilares_person"]
    if person is None:
        raise NotSignedIn(message("not_signed_in", preferred(connection.headers.get("accept-language"))))
    return person


def user_of(connection: HTTPConnection) -> str:
    """The id of the person of a request that passed `Identity`."""
    return person_of(connection).id


def _turned_away(connection: HTTPConnection) -> Response:
    path, language = connection.url.path, preferred(connection.headers.get("accept-language"))
    browsing = connection.scope.get("method") == "GET" and "text/html" in connection.headers.get("accept", "")
    if path in PAGES and browsing:
        wanted = path + (f"?{connection.url.query}" if connection.url.query else "")
        wanted = "" if wanted == "/" else wanted
        return RedirectResponse("/sign-in" + (f"?next={quote(wanted, safe='')}" if wanted else ""), 303)
    return response_of(NotSignedIn(message("not_signed_in", language)), path)
