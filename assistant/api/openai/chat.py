"""POST /v1/chat/completions: a question answered from the documents, or put to a model as it is."""

from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, Response, StreamingResponse

from assistant.api.ask import last_of
from assistant.api.contract.openai_shapes import CompletionShape
from assistant.api.contract.routes import OF_OPENAI, shows
from assistant.api.errors import error_response, language_of
from assistant.api.following import SILENT, Events
from assistant.api.identity import person_of
from assistant.api.openai.asking import ModelAsking
from assistant.api.openai.body import ChatBody
from assistant.api.openai.completion import Completion, headers_of, pieces, sent
from assistant.api.openai.errors import openai_error, refused
from assistant.api.openai.models import check_known
from assistant.api.openai.ports import Gateway
from assistant.api.openai.raw import RawChat
from assistant.api.ports import Assistant
from assistant.api.programs import Question, turn_of
from assistant.api.reading import RunningTurn
from assistant.api.running import RunningTurns
from assistant.messages import message
from assistant.security.person import Person
from assistant.settings import Settings
from assistant.turn.answer import TurnRequest
from assistant.turn.events import Failed, Finished, TurnEvent, Wrote

PATH = "/v1/chat/completions"


def chat_routes(
    assistant: Assistant, settings: Settings, turns: RunningTurns, gateway: Gateway, asking: ModelAsking
) -> APIRouter:  # fmt: skip
    """The route, bound to an assistant and to its models."""
    router, grounded, raw = APIRouter(), GroundedChat(assistant, settings, turns), RawChat(asking)

    @router.post(PATH, **shows(CompletionShape, 404, 502, events=OF_OPENAI))
    async def complete(body: ChatBody, request: Request) -> Response:
        await run_in_threadpool(check_known, body.model, gateway)
        if body.n not in (None, 1):
            raise refused("one_answer")
        if body.is_grounded:
            return await grounded.answer(body, request)
        return await raw.answer(body, await request.json(), request)

    return router


class GroundedChat:
    """Answers from the documents."""

    def __init__(self, assistant: Assistant, settings: Settings, turns: RunningTurns) -> None:
        self._assistant, self._limits, self._turns = assistant, settings.turn, turns

    async def answer(self, body: ChatBody, request: Request) -> Response:
        """The answer, whole or streamed."""
        person, language = person_of(request), body.pilares.language or language_of(request)
        turn = await run_in_threadpool(self._turn, body, person, language)
        events, completion = Events[TurnEvent](), Completion(body.model)
        running = await run_in_threadpool(self._turns.begin, self._assistant.stream, turn, events.deliver, person)
        if body.stream:
            headers = {**SILENT, "x-pilares-conversation": turn.conversation_id or ""}
            stream = _streamed(events, running, completion, body, turn.conversation_id or "")
            return StreamingResponse(stream, media_type="text/event-stream", headers=headers)
        match await last_of(events, running, request):
            case Finished(answer):
                return JSONResponse(completion.whole(answer, body.ignored()), headers=headers_of(answer))
            case Failed(text):
                return error_response(503, "TurnFailed", text, PATH)
            case _:
                return error_response(503, "TurnFailed", message("turn_stopped", "en"), PATH)

    def _turn(self, body: ChatBody, person: Person, language: str) -> TurnRequest:
        text, said = body.asked()
        asked = Question(text, said, body.model, body.pilares.conversation_id, body.pilares.filter.as_filter())
        return turn_of(self._assistant, self._limits, asked, person, language)


async def _streamed(
    events: Events[TurnEvent], running: RunningTurn, completion: Completion, body: ChatBody, kept: str
) -> AsyncIterator[str]:
    """The stream; whoever leaves it, at its first chunk or later, stops the model."""
    try:
        yield completion.begun(kept)
        async with aclosing(events.follow(running)) as following:
            async for event in following:
                for chunk in _chunks(event, completion, body):
                    yield chunk
    finally:
        running.stop()


def _chunks(event: TurnEvent | None, completion: Completion, body: ChatBody) -> Iterator[str]:
    """What an event adds. Words are kept back until they were checked, unless drafts are asked for."""
    match event:
        case None:
            yield ": still working\n\n"
        case Wrote(text) if body.pilares.drafts:
            yield completion.wrote(text)
        case Finished(answer):
            if not body.pilares.drafts:
                yield from map(completion.wrote, pieces(answer.text))
            usage = body.stream_options is not None and body.stream_options.include_usage
            yield from completion.ended(answer, body.ignored(), include_usage=usage)
        case Failed(text):
            yield sent(openai_error(503, "TurnFailed", text))
        case _:
            pass
