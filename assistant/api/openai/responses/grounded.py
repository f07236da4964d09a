"""A response from the documents."""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, Response, StreamingResponse

from assistant.api.ask import last_of
from assistant.api.errors import error_response, language_of
from assistant.api.following import SILENT, Events
from assistant.api.identity import person_of
from assistant.api.openai.completion import headers_of
from assistant.api.openai.errors import refused
from assistant.api.openai.responses.body import ResponseBody
from assistant.api.openai.responses.events import WAITING, ResponseEvents
from assistant.api.openai.responses.replying import Reply
from assistant.api.openai.responses.shelf import Shelf
from assistant.api.ports import Assistant
from assistant.api.programs import Question, turn_of
from assistant.api.reading import RunningTurn
from assistant.api.running import RunningTurns
from assistant.errors import AssistantError
from assistant.messages import message
from assistant.security.person import Person
from assistant.settings import Settings
from assistant.storage.responses import ChatMessages, StoredResponse
from assistant.turn.answer import Answer, Message, TurnRequest
from assistant.turn.events import Failed, Finished, TurnEvent


@dataclass(frozen=True, slots=True)
class _Going:
    """A response in the making."""

    reply: Reply
    body: ResponseBody
    given: ChatMessages
    user_id: str


class GroundedResponses:
    """Answers from the documents."""

    def __init__(self, assistant: Assistant, settings: Settings, turns: RunningTurns, shelf: Shelf) -> None:
        self._assistant, self._limits, self._turns, self._shelf = assistant, settings.turn, turns, shelf

    async def answer(self, body: ResponseBody, request: Request) -> Response:
        """The response, whole or streamed."""
        person, language = person_of(request), body.pilares.language or language_of(request)
        given = body.messages()
        turn = await run_in_threadpool(self._turn, body, given, person, language)
        going = _Going(Reply(body.model, body.echo(), body.ignored()), body, given, person.id)
        events = Events[TurnEvent]()
        running = await run_in_threadpool(self._turns.begin, self._assistant.stream, turn, events.deliver, person)
        if body.stream:
            headers = {**SILENT, "x-pilares-conversation": turn.conversation_id or ""}
            stream = self._streamed(events, running, going, turn.conversation_id or "")
            return StreamingResponse(stream, media_type="text/event-stream", headers=headers)
        match await last_of(events, running, request):
            case Finished(answer):
                await run_in_threadpool(self._keep, going, answer)
                return JSONResponse(going.reply.answered(answer), headers=headers_of(answer))
            case Failed(text):
                return error_response(503, "TurnFailed", text, request.url.path)
            case _:
                return error_response(503, "TurnFailed", message("turn_stopped", "en"), request.url.path)

    def _turn(self, body: ResponseBody, given: ChatMessages, person: Person, language: str) -> TurnRequest:
        """The turn that is asked for, after everything that was said before it."""
        if given[-1]["role"] != "user":
            raise refused("last_not_user", role=given[-1]["role"])
        chain = self._shelf.chain(person.id, body.previous_response_id)
        said = _said([*self._shelf.messages(person.id, chain), *given[:-1]])
        kept = body.pilares.conversation_id or self._shelf.conversation(person.id, chain)
        asked = Question(given[-1]["content"], said, body.model, kept, body.pilares.filter.as_filter())
        return turn_of(self._assistant, self._limits, asked, person, language)

    def _keep(self, going: _Going, answer: Answer) -> None:
        if going.body.store is not False:
            previous, about = going.body.previous_response_id, going.reply.about()
            stored = StoredResponse(
                going.reply.id, previous, answer.conversation_id, answer.id, going.given, about
            )  # fmt: skip
            self._shelf.keep(going.user_id, stored)

    async def _streamed(
        self, events: Events[TurnEvent], running: RunningTurn, going: _Going, kept: str
    ) -> AsyncIterator[str]:  # fmt: skip
        """The stream; whoever leaves it, at its first event or later, stops the model."""
        stream, ended = ResponseEvents(going.reply), False
        try:
            for each in stream.begun(pilares={"conversation_id": kept}):
                yield each
            async with aclosing(events.follow(running)) as following:
                async for event in following:
                    ended = ended or isinstance(event, Finished | Failed)
                    if event is None:
                        yield WAITING
                    elif isinstance(event, Finished):
                        for each in await run_in_threadpool(self._finished, stream, going, event.answer):
                            yield each
                    elif isinstance(event, Failed):
                        yield stream.ended(going.reply.failed("server_error", event.message))
            if not ended:  # the server stops
                yield stream.ended(going.reply.failed("server_error", message("turn_stopped", "en")))
        finally:
            running.stop()

    def _finished(self, stream: ResponseEvents, going: _Going, answer: Answer) -> Sequence[str]:
        """The events of an answer; it can be followed from the last of them on."""
        whole = going.reply.answered(answer)
        try:
            self._keep(going, answer)
        except AssistantError as error:
            return [stream.ended(going.reply.failed("server_error", str(error)))]
        return [*_events(stream, whole["output"]), stream.ended(whole)]


def _events(stream: ResponseEvents, output: Sequence[dict[str, object]]) -> Iterator[str]:
    for item in output:
        yield from stream.message(item)


def _said(messages: ChatMessages) -> tuple[Message, ...]:
    """What was said to and by people: no instructions, no calls."""
    return tuple(
        Message(each["role"], each["content"])
        for each in messages
        if each["role"] in ("user", "assistant") and (each["content"] or "").strip()
    )
