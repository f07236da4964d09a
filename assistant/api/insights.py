"""How answers were in a period, for those who operate the installation: numbers, and no words of anybody."""

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query

from assistant.api.contract.operation_shapes import InsightsShape
from assistant.api.contract.routes import shows
from assistant.api.ports import Assistant
from assistant.insights import Insights


def insight_routes(assistant: Assistant) -> APIRouter:
    """The route, bound to an assistant; a plain function: it reads the database."""
    router = APIRouter()

    @router.get("/api/insights", **shows(InsightsShape))
    def insights(since: Annotated[datetime | None, Query()] = None) -> dict[str, Any]:
        start = None if since is None else since if since.tzinfo else since.replace(tzinfo=UTC)
        found = Insights.of(assistant.conversations.traffic.answered(start)).as_json()
        return {"since": None if start is None else start.isoformat(), **found}

    return router
