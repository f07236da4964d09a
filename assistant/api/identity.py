"""Who is asking, until there are accounts.

A server that listens on loopback belongs to the one person at this computer: everything is the user "local", so that
conversations survive another browser and an emptied cookie store. Any other server gives each browser a random
256-bit secret in an HttpOnly cookie; the user id is the secret's SHA-256, so the database holds nothing that could be
used as a cookie.
"""

import re
import secrets
from hashlib import sha256

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOCAL_USER = "local"
COOKIE = "pilares_browser"
_SECRET = re.compile(r"[A-Za-z0-9_-]{43}")
_YEAR_S = 365 * 24 * 3600


class Identity:
    """ASGI middleware: puts the user's id into `scope["pilares_user"]`, and gives a new browser its cookie."""

    def __init__(self, app: ASGIApp, single_user: bool) -> None:
        self._app = app
        self._single_user = single_user

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Name the user of a request."""
        if scope["type"] not in ("http", "websocket") or self._single_user:
            scope["pilares_user"] = LOCAL_USER
            await self._app(scope, receive, send)
            return
        connection = HTTPConnection(scope)
        secret = connection.cookies.get(COOKIE, "")
        known = _SECRET.fullmatch(secret) is not None
        secret = secret if known else secrets.token_urlsafe(32)
        scope["pilares_user"] = f"browser-{sha256(secret.encode()).hexdigest()}"

        async def with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start" and not known:
                secure = "; Secure" if connection.url.scheme == "https" else ""
                cookie = f"{COOKIE}={secret}; Path=/; Max-Age={_YEAR_S}; HttpOnly; SameSite=Lax{secure}"
                MutableHeaders(scope=message).append("set-cookie", cookie)
            await send(message)

        await self._app(scope, receive, with_cookie)


def user_of(connection: HTTPConnection) -> str:
    """The user of a request that passed `Identity`."""
    user: str = connection.scope["pilares_user"]
    return user
