"""GET /api/ledger: what answers cost, for those who operate the installation."""

from typing import Any

from fastapi import APIRouter, Request

from assistant.api.contract.operation_shapes import LedgerShape
from assistant.api.contract.routes import shows
from assistant.api.periods import Since, start_of
from assistant.api.ports import Assistant
from assistant.ledger import Ledger
from assistant.settings import Settings


def ledger_routes(assistant: Assistant, settings: Settings) -> APIRouter:
    """The route, bound to an assistant; a plain function: it reads the database."""
    router = APIRouter()

    @router.get("/api/ledger", **shows(LedgerShape))
    def ledger(request: Request, since: Since = None) -> dict[str, Any]:
        start = start_of(request, since)
        found = Ledger.of(assistant.conversations.traffic.answered(start)).as_json(settings)
        return {"since": None if start is None else start.isoformat(), **found}

    return router
