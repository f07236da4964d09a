"""The page as an ASGI application: Gradio behind a small allow-list, with a content security policy of its own."""

import asyncio
import contextlib
import logging
import secrets
from collections.abc import AsyncIterator
from pathlib import Path

from fastapi import FastAPI
from fastapi.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.api.ports import Assistant
from assistant.api.running import RunningTurns
from assistant.messages import preferred
from assistant.security.person import Person
from assistant.settings import Settings
from assistant.ui.controls import say
from assistant.ui.importing import import_gradio
from assistant.ui.owners import PageOwners

log = logging.getLogger(__name__)

STATIC = Path(__file__).parent / "static"
STATIC_PATH = "/pilares"
# Gradio brings some ninety routes: proxies, editors of its own source code, file servers. These are what the page uses.
ALLOWED = (
    "/assets/", "/static/", "/theme.css", "/favicon.ico", "/manifest.json", "/config",
    "/gradio_api/queue/", "/gradio_api/upload", "/gradio_api/heartbeat/", "/gradio_api/cancel",
    "/gradio_api/startup-events", "/gradio_api/reset",
)  # fmt: skip
_HEAD = (
    f'<link rel="stylesheet" href="{STATIC_PATH}/page.css"><link rel="stylesheet" href="{STATIC_PATH}/chat.css">'
    f'<script src="{STATIC_PATH}/page.js"></script>'
)


def page_policy(nonce: str) -> str:
    """The page's content security policy.

    Scripts run only from this server or with this response's nonce, so that markup which slipped through everything
    else still runs nothing. Gradio compiles the templates of gr.HTML with `Function` (unsafe-eval) and sets style
    attributes (unsafe-inline for styles only). Images come from this server alone: one from elsewhere could carry out
    what was asked.
    """
    return (
        f"default-src 'self'; script-src 'self' 'nonce-{nonce}' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data:; font-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'self'; "
        "form-action 'self'; frame-src 'none'; frame-ancestors 'self'"
    )


class Page:
    """Serves the chat page. Gradio takes seconds to import, so until it is there a waiting page is shown."""

    def __init__(self, assistant: Assistant, settings: Settings, turns: RunningTurns) -> None:
        self._assistant, self._settings, self._turns = assistant, settings, turns
        self._static = StaticFiles(directory=STATIC)
        self._gradio: ASGIApp | None = None
        self._failed = False
        self._closing = asyncio.Event()

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Build the page in the background while the block runs; end it afterwards."""
        self._closing = asyncio.Event()
        building = asyncio.create_task(self._keep())
        try:
            yield
        finally:
            self._closing.set()
            if self._gradio is None:
                building.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await building

    async def _keep(self) -> None:
        try:
            shell = await run_in_threadpool(asyncio.run, self._build())
            async with shell.router.lifespan_context(shell):
                self._gradio = PageOwners(shell)
                await self._closing.wait()
        except Exception:
            self._failed = True
            log.exception("the page cannot be built")

    async def _build(self) -> FastAPI:
        """Gradio mounted in an application of its own. A coroutine, as Gradio makes event loops where none runs."""
        gr = import_gradio()
        from assistant.ui.blocks import build_blocks
        from assistant.ui.theme import theme

        shell = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
        mounted: FastAPI = gr.mount_gradio_app(
            shell, build_blocks(self._assistant, self._settings, self._turns), "/",
            server_name=self._settings.server.host, server_port=self._settings.server.port, footer_links=[],
            run_history=False, show_error=False, max_file_size=self._settings.knowledge.max_file_bytes, ssr_mode=False,
            theme=theme(), favicon_path=str(STATIC / "favicon.png"), mcp_server=False, enable_monitoring=False,
            app_kwargs={"docs_url": None, "redoc_url": None, "openapi_url": None},
        )  # fmt: skip
        return mounted

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        path = scope["path"]
        if path.startswith(f"{STATIC_PATH}/"):
            await self._static({**scope, "path": path.removeprefix(STATIC_PATH), "root_path": ""}, receive, send)
        elif path != "/" and not path.startswith(ALLOWED):
            await PlainTextResponse("Not found", 404)(scope, receive, send)
        elif _is_key(scope):  # its scopes say what it may do in the API; here they would be passed by
            await PlainTextResponse("Keys are for the API", 403)(scope, receive, send)
        elif self._gradio is None:
            await self._waiting(scope)(scope, receive, send)
        elif path == "/":
            await _front(self._gradio, scope, receive, send)
        elif path.startswith("/assets/"):
            await self._gradio(scope, receive, _kept(send))
        else:
            await self._gradio(scope, receive, send)

    def _waiting(self, scope: Scope) -> HTMLResponse:
        """A page that asks again every second."""
        language = preferred(Headers(scope=scope).get("accept-language"), self._settings.language or "en")
        title, hint = (say(key, language) for key in ("starting", "starting_hint"))
        if self._failed:
            title, hint = say("unexpected", language), ""
        html = (STATIC / "waiting.html").read_text(encoding="utf-8")
        html = html.replace("{language}", language).replace("{title}", title).replace("{hint}", hint)
        return HTMLResponse(html, 500 if self._failed else 200, {"cache-control": "no-store"})


def _is_key(scope: Scope) -> bool:
    person: Person | None = scope["pilares_person"]
    return person is not None and bool(person.key)


def _kept(send: Send) -> Send:
    """Lets browsers keep files whose names carry a hash of their content; Gradio sends sixty of them."""

    async def kept(message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] == 200:
            MutableHeaders(scope=message)["cache-control"] = "public, max-age=31536000, immutable"
        await send(message)

    return kept


async def _front(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Gradio's own HTML page, with our style sheets and script, each script marked with the nonce of the policy."""
    headers = MutableHeaders(scope=scope)
    headers["accept-encoding"] = "identity"
    started: Message = {}
    body = bytearray()

    async def rewrite(message: Message) -> None:
        if message["type"] == "http.response.start":
            started.update(message)
            return
        body.extend(message.get("body", b""))
        if message.get("more_body"):
            return
        nonce = secrets.token_urlsafe(18)
        html = bytes(body).replace(b"</head>", _HEAD.encode() + b"</head>", 1)
        # In JSON inside the page "<" is written \u003c, so every "<script" is a tag of the page itself.
        html = html.replace(b"<script", f'<script nonce="{nonce}"'.encode())
        own = MutableHeaders(raw=list(started["headers"]))
        own["content-length"] = str(len(html))
        own["content-security-policy"] = page_policy(nonce)
        own["cache-control"] = "no-store"
        await send({**started, "headers": own.raw})
        await send({"type": "http.response.body", "body": html})

    await app({**scope, "headers": headers.raw}, receive, rewrite)
