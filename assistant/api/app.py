"""The web application: routes, what guards them, and the page."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime

from fastapi import APIRouter, Depends, FastAPI
from fastapi.concurrency import run_in_threadpool

from assistant.api.access import guard
from assistant.api.accounts import account_routes
from assistant.api.adapters import adapter_routes
from assistant.api.appointments import appointment_routes
from assistant.api.ask import ask_routes
from assistant.api.connectors import connector_routes
from assistant.api.contract.document import Described
from assistant.api.conversations import conversation_routes
from assistant.api.documents import document_routes
from assistant.api.errors import install
from assistant.api.grants import grant_routes
from assistant.api.handoffs import handoff_routes
from assistant.api.health import health_routes
from assistant.api.identity import Identity
from assistant.api.insights import insight_routes
from assistant.api.ledger import ledger_routes
from assistant.api.mcp.routes import mcp_routes
from assistant.api.mcp.tools import KnowledgeTools
from assistant.api.metrics import Counted, Metrics, metrics_routes
from assistant.api.middleware.bodies import BodyLimit
from assistant.api.middleware.callers import Callers
from assistant.api.middleware.headers import SecurityHeaders
from assistant.api.middleware.hosts import LoopbackHosts
from assistant.api.middleware.origins import SameOrigin
from assistant.api.middleware.versions import Versions
from assistant.api.middleware.visits import Visits
from assistant.api.openai.ports import Gateway
from assistant.api.openai.routes import openai_routes
from assistant.api.personal import personal_routes
from assistant.api.ports import Assistant, OpenAppointments
from assistant.api.running import RunningTurns
from assistant.api.sources import OpenSources, job_routes, source_routes
from assistant.api.widget.routes import widget_routes
from assistant.errors import ConfigurationError
from assistant.loopback import is_loopback
from assistant.personal.subject import Places
from assistant.security.accounts import Accounts
from assistant.security.limits import Limits
from assistant.security.queueing import FairQueue
from assistant.security.spending import Spending
from assistant.security.visitors import Visitors
from assistant.settings import Settings
from assistant.ui.operating import operating_routes
from assistant.ui.page import Page
from connectors.connectors import Connectors
from connectors.webhook import Webhooks
from knowledge.library import Library

UPLOAD_PATHS = ("/api/documents", "/v1/files", "/gradio_api/upload")
MOST_WAITING = 56
"""Questions that may wait for a place, of all people together; more are told to come again."""
FILES_AT_ONCE = 4
"""One request may bring this many files of the largest size, or any number of smaller ones."""


def create_app(
    assistant: Assistant,
    settings: Settings,
    *,
    page: bool = True,
    sources: OpenSources | None = None,
    appointments: OpenAppointments | None = None,
    accounts: Accounts | None = None,
    gateway: Gateway | None = None,
    connectors: Connectors | None = None,
    library: Library | None = None,
) -> FastAPI:
    """The application around an assistant. It does not close the assistant: whoever made it does.

    Without `accounts` everything belongs to the one person at this computer; where the settings require them, that is a
    ConfigurationError.
    The page takes seconds to import; it is built after the server listens, and a waiting page is shown until then.
    """
    if not settings.needs_accounts:
        accounts = None
    elif accounts is None:
        raise ConfigurationError("Accounts are required at this address, and the application was made without them.")
    limits = limits_of(assistant, settings)
    places = settings.limits.turns_at_once
    queue = FairQueue(places, settings.limits.waiting_per_person)
    turns = RunningTurns(places + MOST_WAITING, limits=limits, queue=queue)
    front = Page(assistant, settings, turns) if page else None
    # The interactive documentation would load scripts from the internet; the schema is at /api/v1/openapi.json.
    lifespan = _lifespan(turns, front, connectors)
    app = Described(
        title="Pilares", docs_url=None, redoc_url=None, openapi_url="/api/openapi.json", lifespan=lifespan,
        dependencies=[Depends(guard)],
    )  # fmt: skip
    app.state.turns, app.needs_sign_in = turns, accounts is not None
    install(app)
    metrics = Metrics(turns)
    tools = KnowledgeTools(assistant, settings, turns, limits)
    routers = [
        metrics_routes(metrics), health_routes(assistant, turns), ask_routes(assistant, settings, turns),
        widget_routes(assistant, settings, turns),
        conversation_routes(assistant), document_routes(assistant, settings), ledger_routes(assistant, settings),
        insight_routes(assistant), adapter_routes(settings),
        handoff_routes(assistant), mcp_routes(tools),
        operating_routes(settings, has_sources=sources is not None, has_connectors=connectors is not None),
    ]  # fmt: skip
    routers += personal_routes(Places(settings, assistant.conversations), accounts)
    routers += [] if accounts is None else account_routes(accounts, settings)
    routers += [] if gateway is None else [openai_routes(assistant, settings, turns, gateway, limits)]
    routers += _of_installation(settings, accounts, sources, appointments, library)
    for router in routers:
        app.include_router(router)
    if connectors is not None:
        app.include_router(connector_routes(connectors, settings.connectors))
        app.mount("/connectors", Webhooks(connectors))
    if front is not None:
        app.mount("/", front)
    _guard(app, settings, accounts, visitors_of(assistant, settings))
    app.add_middleware(Counted, metrics=metrics)
    app.add_middleware(Versions)
    return app


def _of_installation(
    settings: Settings, accounts: Accounts | None, sources: OpenSources | None, appointments: OpenAppointments | None,
    library: Library | None,
) -> list[APIRouter]:  # fmt: skip
    """What an installation has beside its assistant."""
    routers = [] if library is None else grant_routes(library, accounts)
    routers += [] if sources is None else [source_routes(sources, settings), job_routes(sources)]
    return routers if appointments is None else [*routers, appointment_routes(appointments)]


def limits_of(assistant: Assistant, settings: Settings) -> Limits:
    """The limits of an installation; what is used is counted beside its conversations."""
    models = (settings.slm, settings.llm)
    dearest = max(price for model in models for price in (model.price_in, model.price_out))
    spending = Spending(assistant.conversations.database, lambda: datetime.now(UTC))
    return Limits(settings.limits, spending, dearest)


def _lifespan(
    turns: RunningTurns, front: Page | None, connectors: Connectors | None
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            if front is not None:
                await stack.enter_async_context(front.open())
            if connectors is not None:
                await stack.enter_async_context(connectors)
            yield
        await run_in_threadpool(turns.stop_all)

    return lifespan


def visitors_of(assistant: Assistant, settings: Settings) -> Visitors:
    """The visitors of websites; their keys are kept beside the conversations."""
    return Visitors(assistant.conversations.database, settings.home, settings.limits.visits_per_minute)


def _guard(app: FastAPI, settings: Settings, accounts: Accounts | None, visitors: Visitors) -> None:
    """Wrap the application; the last one added is the first a request meets."""
    server, knowledge = settings.server, settings.knowledge
    upload_bytes = FILES_AT_ONCE * knowledge.max_file_bytes + 1024 * 1024
    text_bytes = 256 * 1024 + 12 * settings.turn.max_question_chars  # a character takes up to 12 bytes of JSON
    local = is_loopback(server.host)
    app.add_middleware(Callers, trusted=settings.telemetry.callers)
    app.add_middleware(BodyLimit, text_bytes=text_bytes, upload_bytes=upload_bytes, uploads=UPLOAD_PATHS)
    app.add_middleware(Identity, accounts=accounts)
    app.add_middleware(SameOrigin)
    app.add_middleware(Visits, visitors=visitors)
    if local:
        app.add_middleware(LoopbackHosts, address=f"http://localhost:{server.port}/")
    app.add_middleware(SecurityHeaders)
