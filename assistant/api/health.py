"""GET /health: which parts can work."""

from typing import Any

from fastapi import APIRouter, Request

from assistant.api.ports import Assistant
from assistant.security.person import Person


def health_routes(assistant: Assistant) -> APIRouter:
    """The route, bound to an assistant. Always 200: the page is served in every state; read `status`."""
    router = APIRouter()

    @router.get("/health")
    def health(request: Request) -> dict[str, Any]:
        person: Person | None = request.scope["pilares_person"]
        state = assistant.state() if person is None else assistant.state(person.groups)
        parts = {"slm": state.slm, "llm": state.llm, "index": state.index}
        counted = {} if person is None else {"documents": state.documents}
        return {"status": state.status, "parts": parts, **counted}

    return router
