"""The API of the widget: asking, reading back, a verdict. Each route finds what is the visitor's own through them."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from assistant.api.contract.routes import gives, shows
from assistant.api.contract.visitor_shapes import AboutShape, GivenVerdict, VisitorConversation
from assistant.api.errors import language_of
from assistant.api.following import SILENT, Events, EventStream
from assistant.api.identity import person_of
from assistant.api.middleware.visits import VISITS
from assistant.api.ports import Assistant
from assistant.api.question import checked_question
from assistant.api.reading import RunningTurn
from assistant.api.running import RunningTurns
from assistant.api.widget.script import script_routes
from assistant.api.widget.wire import visitor_event, visitor_handoff, visitor_turn
from assistant.security.person import Person
from assistant.settings import Settings
from assistant.turn.answer import TurnRequest
from assistant.turn.events import Finished, TurnEvent

SURFACE = "widget"
STILL = ": still working\n\n"
_NOT_KEPT = {"cache-control": "no-store"}
Id = Annotated[str, Path(max_length=64, pattern="^[0-9a-f]+$")]
Language = Literal["en", "es"]


class Said(BaseModel):
    """What a visitor asks. The model, the documents and their filter are not theirs to choose."""

    model_config = ConfigDict(extra="forbid")

    question: str
    conversation: Annotated[str, Field(max_length=64)] | None = None
    language: Language | None = None


class Thumb(BaseModel):
    """What a visitor thinks of an answer. There are no corrections: nobody knows who they are."""

    model_config = ConfigDict(extra="forbid")

    answer: Annotated[str, Field(max_length=64)]
    verdict: Literal["up", "down"]
    reason: Annotated[str, Field(max_length=500)] = ""


def widget_routes(assistant: Assistant, settings: Settings, turns: RunningTurns) -> APIRouter:
    """The routes, bound to an assistant."""
    router = APIRouter()
    router.include_router(script_routes())
    router.include_router(_asking(assistant, settings, turns))
    router.include_router(_reading(assistant, settings))
    return router


def _asking(assistant: Assistant, settings: Settings, turns: RunningTurns) -> APIRouter:
    router, conversations = APIRouter(prefix=VISITS.rstrip("/")), assistant.conversations

    def placed(person: Person, said: Said, language: str) -> str:
        """The conversation a question goes to. Raises NotFound for one that is not theirs."""
        if said.conversation is not None:
            return conversations.get(person.id, said.conversation).id
        return conversations.start(person.id, language=language, surface=SURFACE).id

    @router.post("/ask", response_class=EventStream, **gives("text/event-stream", 404))
    async def ask(body: Said, request: Request) -> Response:
        person, language = person_of(request), body.language or language_of(request)
        question = checked_question(body.question, settings.turn, language)
        conversation = await run_in_threadpool(placed, person, body, language)
        turn = TurnRequest(
            question, conversation, interface_language=language, user_id=person.id, groups=person.groups,
            tools=frozenset(settings.tools.visitors),
        )  # fmt: skip
        events = Events[TurnEvent]()
        running = await run_in_threadpool(turns.begin, assistant.stream, turn, events.deliver, person)
        stream = _told(assistant, events, running, person.id, conversation)
        return EventStream(stream, headers=SILENT)

    return router


async def _told(
    assistant: Assistant, events: Events[TurnEvent], running: RunningTurn, user: str, conversation: str
) -> AsyncIterator[str]:
    """The events as they come. A page that is left ends this generator, and that stops the model."""
    waits = False
    async with aclosing(events.follow(running)) as following:
        async for event in following:
            if isinstance(event, Finished):
                waits = (
                    await run_in_threadpool(assistant.conversations.handoffs.waiting, user, conversation) is not None
                )
            told = STILL if event is None else visitor_event(event, conversation, waits=waits)
            if told:
                yield told


def _reading(assistant: Assistant, settings: Settings) -> APIRouter:
    """Plain functions: they read the database."""
    router, conversations = APIRouter(prefix=VISITS.rstrip("/")), assistant.conversations
    handoff = settings.handoff

    @router.get("/about", **shows(AboutShape))
    def about(language: Annotated[Language, Query()] = "en") -> JSONResponse:
        shown = {
            "longest": settings.turn.max_question_chars,
            "person": handoff.enabled and "asked" in handoff.reasons,
            "contact": handoff.contact.text(language),
        }
        return JSONResponse(shown, headers=_NOT_KEPT)

    @router.get("/conversations/{conversation_id}", **shows(VisitorConversation))
    def show(request: Request, conversation_id: Id) -> JSONResponse:
        user = person_of(request).id
        turns = conversations.turns(user, conversation_id)
        latest = visitor_handoff(conversations.handoffs.latest(user, conversation_id))
        shown: dict[str, Any] = {"turns": [visitor_turn(each) for each in turns], "handoff": latest}
        return JSONResponse(shown, headers=_NOT_KEPT)

    @router.post("/feedback", **shows(GivenVerdict, 404, status=201))
    def judge(request: Request, body: Thumb) -> dict[str, str]:
        given = conversations.add_feedback(
            person_of(request).id, body.answer, body.verdict, reason=body.reason, surface=SURFACE
        )
        return {"verdict": given.verdict}

    return router
