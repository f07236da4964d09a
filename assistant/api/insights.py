"""How answers were in a period, for those who operate the installation: numbers, and no words of anybody."""

from typing import Any

from fastapi import APIRouter, Request

from assistant.api.contract.operation_shapes import InsightsShape
from assistant.api.contract.routes import shows
from assistant.api.periods import Since, start_of
from assistant.api.ports import Assistant
from assistant.insights import Insights


def insight_routes(assistant: Assistant) -> APIRouter:
    """The route, bound to an assistant; a plain function: it reads the database."""
    router = APIRouter()

    @router.get("/api/insights", **shows(InsightsShape))
    def insights(request: Request, since: Since = None) -> dict[str, Any]:
        start = start_of(request, since)
        found = Insights.of(assistant.conversations.traffic.answered(start)).as_json()
        return {"since": None if start is None else start.isoformat(), **found}

    return router
