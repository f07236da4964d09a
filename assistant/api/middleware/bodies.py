"""How much a request may bring."""

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.api.errors import error_response
from assistant.messages import message, preferred

MEBIBYTE = 1024 * 1024


class BodyLimit:
    """Refuses a body above the limit of its path: by its declared length, or while it arrives.

    `uploads` are the path prefixes that bring files; everything else is text.
    """

    def __init__(self, app: ASGIApp, text_bytes: int, upload_bytes: int, uploads: tuple[str, ...]) -> None:
        self._app = app
        self._text_bytes = text_bytes
        self._upload_bytes = upload_bytes
        self._uploads = uploads

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with a counted body, or answer 413 (400 for a length that is none)."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        limit = self._upload_bytes if scope["path"].startswith(self._uploads) else self._text_bytes
        text = message("body_too_large", preferred(headers.get("accept-language")), limit=megabytes(limit))
        declared = headers.get("content-length", "0")
        if not declared.isdecimal():
            await error_response(400, "InvalidRequest", "Content-Length is not a number.", scope["path"])(
                scope, receive, send
            )
        elif int(declared) > limit:
            await error_response(413, "TooLarge", text, scope["path"])(scope, receive, send)
        else:
            await self._app(scope, _counted(receive, limit, text), send)


def _counted(receive: Receive, limit: int, text: str) -> Receive:
    seen = 0

    async def counted() -> Message:
        nonlocal seen
        received = await receive()
        seen += len(received.get("body", b""))
        if seen > limit:
            raise HTTPException(413, text)
        return received

    return counted


def megabytes(size: int) -> str:
    """A size as people read it."""
    return f"{size / MEBIBYTE:.1f} MB" if size >= MEBIBYTE / 10 else f"{size / 1024:.0f} kB"
