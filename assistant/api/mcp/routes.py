"""/mcp: the tools over streamable HTTP, behind the same sign-in, rights and limits as everything else.

Each request stands for itself: whoever is suspended, or whose key was revoked, is out with the next one. No state is
kept, so that there is nothing to hijack, and several servers may share the work.
"""

from functools import cache
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, HTTPException, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response
from starlette.types import Receive, Scope, Send

from assistant.api.errors import language_of
from assistant.api.identity import person_of
from assistant.api.mcp.tools import KnowledgeTools
from assistant.security.person import Person

if TYPE_CHECKING:
    from mcp.server.lowlevel import Server

PATH = "/mcp"


def mcp_routes(tools: KnowledgeTools) -> APIRouter:
    """The routes. The protocol's package is loaded with the first request: it takes a second."""
    router = APIRouter(include_in_schema=False)

    @cache
    def server() -> "Server[Any]":
        from assistant.api.mcp.server import build_server

        return build_server(tools, lambda context: _who(context.request))

    @router.post(PATH)
    async def receive_message() -> Response:
        return _HandedOn(await run_in_threadpool(server))

    @router.api_route(PATH, methods=["GET", "DELETE"])
    def no_sessions() -> Response:
        raise HTTPException(405, "Messages are sent with POST; there are no sessions here.", {"allow": "POST"})

    return router


def _who(request: Any) -> tuple[Person, str]:
    assert isinstance(request, Request)
    return person_of(request), language_of(request)


class _HandedOn(Response):
    """Lets the protocol's package answer. Leaving the connection ends what runs for it."""

    def __init__(self, server: "Server[Any]") -> None:
        super().__init__()
        self._server = server

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

        manager = StreamableHTTPSessionManager(self._server, stateless=True)
        async with manager.run():
            await manager.handle_request(scope, receive, send)
