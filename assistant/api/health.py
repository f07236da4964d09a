"""GET /health: which parts can work."""

from typing import Any

from fastapi import APIRouter

from assistant.api.ports import Assistant


def health_routes(assistant: Assistant) -> APIRouter:
    """The route, bound to an assistant. Always 200: the page is served in every state; read `status`."""
    router = APIRouter()

    @router.get("/health")
    def health() -> dict[str, Any]:
        state = assistant.state()
        return {
            "status": state.status,
            "parts": {"slm": state.slm, "llm": state.llm, "index": state.index},
            "documents": state.documents,
        }

    return router
