"""POST /api/ask: one question, answered as server-sent events or as one JSON object."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, Literal

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, Response, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from assistant.api.errors import error_response, language_of
from assistant.api.identity import person_of
from assistant.api.ports import Assistant
from assistant.api.question import AskedOf, checked_question
from assistant.api.running import RunningTurn, RunningTurns
from assistant.api.wire import answer_json, server_sent
from assistant.settings import Settings
from assistant.turn.answer import Asked, TurnRequest, wanted
from assistant.turn.events import Failed, Finished, TurnEvent

KEEP_ALIVE_S = 10.0


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

    @router.post("/api/ask")
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
        events = _Events()
        running = turns.begin(assistant.stream, turn, events.deliver)
        if body.stream or "text/event-stream" in request.headers.get("accept", ""):
            headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
            return StreamingResponse(_sse(events, running), media_type="text/event-stream", headers=headers)
        return await _whole(events, running, request)

    return router


class _Events:
    """Events cross from the turn's thread to the event loop."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[TurnEvent | None] = asyncio.Queue()
        self._loop = asyncio.get_running_loop()

    def deliver(self, event: TurnEvent | None) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._queue.put_nowait, event)

    async def next(self) -> TurnEvent | None:
        return await self._queue.get()


async def _sse(events: _Events, running: RunningTurn) -> AsyncIterator[str]:
    """The events as they come. A reader that leaves ends this generator, and that stops the model."""
    try:
        while True:
            try:
                event = await asyncio.wait_for(events.next(), KEEP_ALIVE_S)
            except TimeoutError:
                yield ": still working\n\n"
                continue
            if event is None:
                return
            yield server_sent(event)
    finally:
        running.stop()


async def _whole(events: _Events, running: RunningTurn, request: Request) -> JSONResponse:
    last: TurnEvent | None = None
    try:
        while True:
            try:
                event = await asyncio.wait_for(events.next(), 1.0)
            except TimeoutError:
                if await request.is_disconnected():
                    break
                continue
            if event is None:
                break
            last = event
    finally:
        running.stop()
    return _outcome(last)


def _outcome(last: TurnEvent | None) -> JSONResponse:
    match last:
        case Finished(answer):
            return JSONResponse(answer_json(answer))
        case Failed(text):
            return error_response(503, "TurnFailed", text)
        case _:
            return error_response(503, "TurnFailed", "The turn was stopped before it was answered. Ask again.")
