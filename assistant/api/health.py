"""How the service is: for people (/health), for whoever restarts it (/healthz) or sends it work (/readyz)."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from assistant.api.contract.operation_shapes import AliveShape, HealthShape, ReadyShape
from assistant.api.contract.routes import shows
from assistant.api.ports import Assistant
from assistant.api.running import RunningTurns
from assistant.security.person import Person


def health_routes(assistant: Assistant, turns: RunningTurns) -> APIRouter:
    """The routes, bound to an assistant. /health is always 200: the page is served in every state; read `status`."""
    router = APIRouter()

    @router.get("/health", **shows(HealthShape))
    def health(request: Request) -> dict[str, Any]:
        person: Person | None = request.scope["pilares_person"]
        state = assistant.state() if person is None else assistant.state(person.groups)
        parts = {"slm": state.slm, "llm": state.llm, "index": state.index}
        counted = {} if person is None else {"documents": state.documents}
        return {"status": state.status, "parts": parts, **counted}

    @router.get("/healthz", **shows(AliveShape))
    async def alive() -> dict[str, str]:
        return {"status": "alive"}

    @router.get("/readyz", **shows(ReadyShape, alike=(503,)))
    def ready() -> JSONResponse:
        """503 while models load, while neither model can answer, and while the server stops."""
        state = assistant.state()
        can_answer = "ready" in (state.slm, state.llm) and state.index == "ready" and not turns.closing
        return JSONResponse({"status": "ready" if can_answer else "not ready"}, 200 if can_answer else 503)

    return router
