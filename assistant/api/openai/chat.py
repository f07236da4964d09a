"""POST /v1/chat/completions: a question answered from the documents, or put to a model as it is."""

from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from typing import get_args

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, Response, StreamingResponse

from assistant.api.ask import last_of
from assistant.api.errors import error_response, language_of
from assistant.api.following import SILENT, Events
from assistant.api.identity import person_of
from assistant.api.openai.body import ChatBody
from assistant.api.openai.completion import Completion, headers_of, pieces, sent
from assistant.api.openai.errors import openai_error, refused
from assistant.api.openai.models import check_known
from assistant.api.openai.ports import Gateway
from assistant.api.openai.raw import RawChat
from assistant.api.ports import Assistant
from assistant.api.question import checked_question
from assistant.api.running import RunningTurn, RunningTurns
from assistant.messages import message
from assistant.security.person import Person
from assistant.settings import Settings
from assistant.storage.rows import title_of
from assistant.turn.answer import Asked, TurnRequest, wanted
from assistant.turn.events import Failed, Finished, TurnEvent, Wrote

SURFACE = "api"
PATH = "/v1/chat/completions"


def chat_routes(assistant: Assistant, settings: Settings, turns: RunningTurns, gateway: Gateway) -> APIRouter:
    """The route, bound to an assistant and to its models."""
    router, grounded = APIRouter(), GroundedChat(assistant, settings, turns)
    raw = RawChat(gateway, settings, turns)

    @router.post(PATH)
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
        """The turn that is asked for; its conversation is begun, where the page does not list it."""
        text, said = body.asked()
        question, conversations = checked_question(text, self._limits, language), self._assistant.conversations
        model, profile = wanted(_asked(body.model))
        if body.pilares.conversation_id is not None:
            kept = conversations.get(person.id, body.pilares.conversation_id)
        else:
            kept = conversations.start(person.id, language=language, title=title_of(question), surface=SURFACE)
        return TurnRequest(
            question, kept.id, history=said[-self._limits.history_messages :] if self._limits.history_messages else (),
            model=model, profile=profile, interface_language=language, user_id=person.id, groups=person.groups,
            filter=body.pilares.filter.as_filter(),
        )  # fmt: skip


def _asked(model: str) -> Asked:
    """A model of the list as a turn knows it. Raises InvalidRequest for one that answers without documents alone."""
    found: Asked | None = next((each for each in get_args(Asked) if each == model), None)
    if found is None:
        raise refused("needs_grounding_off", model=model)
    return found


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
