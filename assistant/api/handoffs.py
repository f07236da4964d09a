"""Conversations that wait for a person, for the operator at the server itself."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, Field

from assistant.api.errors import OperatorOnly, language_of
from assistant.api.ports import Assistant
from assistant.api.wire import handoff_json
from assistant.handoff.record import State
from assistant.loopback import is_loopback
from assistant.messages import message
from assistant.settings import Settings

Id = Annotated[str, Path(max_length=64, pattern="^[0-9a-f]+$")]


class Reply(BaseModel):
    """What a colleague answered in the end, and who it was."""

    answer: str = Field(default="", max_length=20_000)
    by: str = Field(default="", max_length=128)


_NO_REPLY = Reply()


def handoff_routes(assistant: Assistant, settings: Settings) -> APIRouter:
    """The routes, bound to an assistant; plain functions: they read the database."""
    router = APIRouter(prefix="/api/handoffs")

    def check(request: Request) -> None:
        if not is_loopback(settings.server.host):
            raise OperatorOnly(message("handoff_operator_only", language_of(request)))

    @router.get("")
    def list_handoffs(
        request: Request,
        state: Annotated[Literal["open", "taken", "closed"] | None, Query()] = None,
        limit: Annotated[int, Query(ge=1, le=500)] = 100,
    ) -> dict[str, Any]:
        check(request)
        wanted: State | None = state
        return {"handoffs": [handoff_json(each) for each in assistant.conversations.handoffs.find(wanted, limit)]}

    @router.get("/{handoff_id}")
    def show_handoff(request: Request, handoff_id: Id) -> dict[str, Any]:
        check(request)
        return handoff_json(assistant.conversations.handoffs.get(handoff_id))

    @router.post("/{handoff_id}/take")
    def take_handoff(request: Request, handoff_id: Id) -> dict[str, Any]:
        check(request)
        return handoff_json(assistant.conversations.handoffs.take(handoff_id))

    @router.post("/{handoff_id}/close")
    def close_handoff(request: Request, handoff_id: Id, reply: Reply = _NO_REPLY) -> dict[str, Any]:
        check(request)
        return handoff_json(assistant.conversations.handoffs.close(handoff_id, reply.answer, reply.by))

    return router
