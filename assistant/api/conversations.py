"""A person's conversations and answers, and their verdicts on them."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from assistant.api.contract.routes import empties, shows
from assistant.api.contract.shapes import (
    AnswerShape,
    ConversationList,
    ConversationShape,
    FeedbackShape,
    WholeConversation,
)
from assistant.api.identity import user_of
from assistant.api.ports import Assistant
from assistant.api.wire import answer_json, conversation_json, feedback_json, turn_json


class Rename(BaseModel):
    """A conversation's new title."""

    model_config = ConfigDict(extra="forbid")

    title: Annotated[str, Field(min_length=1, max_length=1_000)]


class Verdict(BaseModel):
    """What a person thinks of an answer."""

    model_config = ConfigDict(extra="forbid")

    answer_id: Annotated[str, Field(max_length=64)]
    verdict: Literal["up", "down"]
    reason: str = ""
    correction: str = ""


def conversation_routes(assistant: Assistant) -> APIRouter:
    """The routes, bound to an assistant. Plain functions: FastAPI runs them in threads, as they read the database."""
    router = APIRouter(prefix="/api")

    @router.get("/conversations", **shows(ConversationList))
    def list_conversations(
        request: Request,
        search: Annotated[str, Query(max_length=200)] = "",
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> dict[str, Any]:
        found = assistant.conversations.list(user_of(request), limit, search)
        return {"conversations": [conversation_json(each) for each in found]}

    @router.get("/conversations/{conversation_id}", **shows(WholeConversation))
    def show_conversation(request: Request, conversation_id: str) -> dict[str, Any]:
        user = user_of(request)
        conversation = assistant.conversations.get(user, conversation_id)
        turns = assistant.conversations.turns(user, conversation_id)
        return {**conversation_json(conversation), "turns": [turn_json(turn) for turn in turns]}

    @router.patch("/conversations/{conversation_id}", **shows(ConversationShape))
    def rename_conversation(request: Request, conversation_id: str, body: Rename) -> dict[str, Any]:
        return conversation_json(assistant.conversations.rename(user_of(request), conversation_id, body.title))

    @router.delete("/conversations/{conversation_id}", **empties())
    def delete_conversation(request: Request, conversation_id: str) -> Response:
        assistant.conversations.delete(user_of(request), conversation_id)
        return Response(status_code=204)

    @router.get("/answers/{answer_id}", **shows(AnswerShape))
    def show_answer(request: Request, answer_id: str) -> dict[str, Any]:
        return answer_json(assistant.conversations.answer(user_of(request), answer_id))

    @router.post("/feedback", **shows(FeedbackShape, 404, status=201))
    def give_feedback(request: Request, body: Verdict) -> dict[str, Any]:
        user, store = user_of(request), assistant.conversations.add_feedback
        return feedback_json(
            store(user, body.answer_id, body.verdict, reason=body.reason, correction=body.correction, surface="api")
        )

    return router
