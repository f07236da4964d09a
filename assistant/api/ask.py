"""POST /api/ask: one question, answered as server-sent events or as one JSON object."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Annotated, Literal, TypeVar

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, Response, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from assistant.api.contract.routes import shows
from assistant.api.contract.shapes import AnswerShape
from assistant.api.errors import error_response, language_of
from assistant.api.following import SILENT, Events
from assistant.api.identity import person_of
from assistant.api.ports import Assistant
from assistant.api.question import AskedOf, checked_question
from assistant.api.running import RunningTurn, RunningTurns
from assistant.api.wire import answer_json, server_sent
from assistant.messages import message
from assistant.settings import Settings
from assistant.turn.answer import Asked, TurnRequest, wanted
from assistant.turn.events import Failed, Finished, TurnEvent

T = TypeVar("T")


class Ask(BaseModel):
    """The body of a question. `stream` chooses server-sent events; an Accept header of text/event-stream does too."""

    model_config = ConfigDict(extra="forbid")

    question: str
    conversation_id: Annotated[str, Field(max_length=64)] | None = None
    model: Asked = "auto"
    language: Literal["en", "es"] | None = None
    stream: bool = False
    filter: AskedOf = AskedOf()


def ask_routes(assistant: Assistant, settings: Settings, turns: RunningTurns) -> APIRouter:
    """The route, bound to an assistant."""
    router = APIRouter()

    @router.post("/api/ask", **shows(AnswerShape, 404, 502, events=True))
    async def ask(body: Ask, request: Request) -> Response:
        person, language = person_of(request), body.language or language_of(request)
        question = checked_question(body.question, settings.turn, language)
        if body.conversation_id is not None:
            await run_in_threadpool(assistant.conversations.get, person.id, body.conversation_id)
        model, profile = wanted(body.model)
        turn = TurnRequest(
            question, body.conversation_id, model=model, interface_language=language, user_id=person.id,
            groups=person.groups, filter=body.filter.as_filter(), profile=profile,
        )  # fmt: skip
        events = Events[TurnEvent]()
        running = await run_in_threadpool(turns.begin, assistant.stream, turn, events.deliver, person)
        if body.stream or "text/event-stream" in request.headers.get("accept", ""):
            return StreamingResponse(_sse(events, running), media_type="text/event-stream", headers=SILENT)
        last = await last_of(events, running, request)
        return _outcome(last)

    return router


async def _sse(events: Events[TurnEvent], running: RunningTurn) -> AsyncIterator[str]:
    """The events as they come. A reader that leaves ends this generator, and that stops the model."""
    async with aclosing(events.follow(running)) as following:
        async for event in following:
            yield ": still working\n\n" if event is None else server_sent(event)


async def last_of(events: Events[T], running: RunningTurn, request: Request) -> T | None:
    """The last event of a turn; the turn is stopped when nobody waits for it any more."""
    last: T | None = None
    async with aclosing(events.follow(running, pause_s=1.0)) as following:
        async for event in following:
            if event is None and await request.is_disconnected():
                break
            last = event or last
    return last


def _outcome(last: TurnEvent | None) -> JSONResponse:
    match last:
        case Finished(answer):
            return JSONResponse(answer_json(answer))
        case Failed(text):
            return error_response(503, "TurnFailed", text)
        case _:
            return error_response(503, "TurnFailed", message("turn_stopped", "en"))
