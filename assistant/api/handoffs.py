"""Conversations that wait for a person, for those who operate the installation."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field

from assistant.api.contract.routes import shows
from assistant.api.contract.shapes import HandoffList
from assistant.api.ports import Assistant
from assistant.api.wire import handoff_json
from assistant.handoff.record import Handoff, State

Id = Annotated[str, Path(max_length=64, pattern="^[0-9a-f]+$")]


class Reply(BaseModel):
    """What a colleague answered in the end, and who it was."""

    answer: str = Field(default="", max_length=20_000)
    by: str = Field(default="", max_length=128)


_NO_REPLY = Reply()


def handoff_routes(assistant: Assistant) -> APIRouter:
    """The routes, bound to an assistant; plain functions: they read the database."""
    router = APIRouter(prefix="/api/handoffs")

    @router.get("", **shows(HandoffList))
    def list_handoffs(
        state: Annotated[Literal["open", "taken", "closed"] | None, Query()] = None,
        limit: Annotated[int, Query(ge=1, le=500)] = 100,
    ) -> dict[str, Any]:
        wanted: State | None = state
        return {"handoffs": [handoff_json(each) for each in assistant.conversations.handoffs.find(wanted, limit)]}

    @router.get("/{handoff_id}", **shows(Handoff))
    def show_handoff(handoff_id: Id) -> dict[str, Any]:
        return handoff_json(assistant.conversations.handoffs.get(handoff_id))

    @router.post("/{handoff_id}/take", **shows(Handoff))
    def take_handoff(handoff_id: Id) -> dict[str, Any]:
        return handoff_json(assistant.conversations.handoffs.take(handoff_id))

    @router.post("/{handoff_id}/close", **shows(Handoff))
    def close_handoff(handoff_id: Id, reply: Reply = _NO_REPLY) -> dict[str, Any]:
        return handoff_json(assistant.conversations.handoffs.close(handoff_id, reply.answer, reply.by))

    return router
