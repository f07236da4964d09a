"""POST /api/ask: one question, answered as server-sent events or as one JSON object."""

from contextlib import aclosing
from typing import Annotated, Literal, TypeVar

from fastapi import APIRouter, Header, Path, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from assistant.api.contract.routes import OF_A_TURN, empties, gives, shows
from assistant.api.contract.shapes import AnswerShape
from assistant.api.errors import error_response, language_of
from assistant.api.following import Events, EventStream
from assistant.api.identity import person_of
from assistant.api.ports import Assistant
from assistant.api.question import AskedOf, checked_question
from assistant.api.reading import RunningTurn
from assistant.api.resuming import Followed, Streams
from assistant.api.running import RunningTurns
from assistant.api.wire import answer_json, server_sent
from assistant.messages import message
from assistant.security.person import Person
from assistant.settings import Settings
from assistant.turn.answer import Asked, TurnRequest, wanted
from assistant.turn.events import Failed, Finished, TurnEvent

T = TypeVar("T")
LastEvent = Annotated[str, Header(max_length=100)]
StreamId = Annotated[str, Path(max_length=64, pattern="^[0-9a-f]+$")]


class Ask(BaseModel):
    """The body of a question. `stream` chooses server-sent events; an Accept header of text/event-stream does too.

    A `resumable` stream can be gone on with by whoever loses the connection; any other is stopped by leaving it.
    """

    model_config = ConfigDict(extra="forbid")

    question: str
    conversation_id: Annotated[str, Field(max_length=64)] | None = None
    model: Asked = "auto"
    language: Literal["en", "es"] | None = None
    stream: bool = False
    resumable: bool = False
    filter: AskedOf = AskedOf()


def ask_routes(assistant: Assistant, settings: Settings, turns: RunningTurns) -> APIRouter:
    """The routes, bound to an assistant."""
    router, streams = APIRouter(), Streams()
    router.include_router(stream_routes(streams))

    def checked(body: Ask, person: Person, language: str) -> TurnRequest:
        question = checked_question(body.question, settings.turn, language)
        if body.conversation_id is not None:
            assistant.conversations.get(person.id, body.conversation_id)
        model, profile = wanted(body.model)
        return TurnRequest(
            question, body.conversation_id, model=model, interface_language=language, user_id=person.id,
            groups=person.groups, filter=body.filter.as_filter(), profile=profile,
        )  # fmt: skip

    async def streamed(turn: TurnRequest, person: Person, patience_s: float) -> Response:
        stream = streams.begin(person.id, patience_s, server_sent)
        try:
            stream.run(await run_in_threadpool(turns.begin, assistant.stream, turn, stream.deliver, person))
        except BaseException:
            streams.forget(stream.id)
            raise
        return Followed(stream)

    @router.post("/api/ask", **shows(AnswerShape, 404, events=OF_A_TURN))
    async def ask(body: Ask, request: Request, last_event_id: LastEvent = "") -> Response:
        person, language = person_of(request), body.language or language_of(request)
        if last_event_id:  # the question was asked already
            return Followed(*streams.resumed(person.id, last_event_id, language))
        turn = await run_in_threadpool(checked, body, person, language)
        if body.stream or "text/event-stream" in request.headers.get("accept", ""):
            return await streamed(turn, person, settings.server.resume_s if body.resumable else 0.0)
        events = Events[TurnEvent]()
        running = await run_in_threadpool(turns.begin, assistant.stream, turn, events.deliver, person)
        last = await last_of(events, running, request)
        return _outcome(last)

    return router


def stream_routes(streams: Streams) -> APIRouter:
    """Going on with a stream whose connection was lost, and stopping one."""
    router = APIRouter(prefix="/api/streams")

    @router.get("/{stream_id}", response_class=EventStream, **gives("text/event-stream"))
    async def go_on(request: Request, stream_id: StreamId, last_event_id: LastEvent = "") -> Response:
        person, language = person_of(request), language_of(request)
        stream = streams.get(person.id, stream_id, language)
        own = last_event_id.partition(".")[0] == stream.id  # a number of another stream says nothing of this one
        return Followed(*streams.resumed(person.id, last_event_id if own else stream.id, language))

    @router.delete("/{stream_id}", **empties())
    async def stop(request: Request, stream_id: StreamId) -> Response:
        streams.get(person_of(request).id, stream_id, language_of(request)).stop()
        return Response(status_code=204)

    return router


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
