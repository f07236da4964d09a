"""A response of a model as it is: functions, formats and messages are the model's, the documents stay out."""

from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, Response, StreamingResponse

from assistant.api.ask import last_of
from assistant.api.errors import error_response
from assistant.api.following import SILENT, Events
from assistant.api.identity import person_of
from assistant.api.openai.asking import ModelAsking, Piece, headers_of_model
from assistant.api.openai.responses.body import ResponseBody
from assistant.api.openai.responses.calling import chat_body, ended_of
from assistant.api.openai.responses.events import WAITING, ResponseEvents
from assistant.api.openai.responses.items import Message, texts_of
from assistant.api.openai.responses.replying import Object, Reply
from assistant.api.openai.responses.shelf import Shelf
from assistant.api.openai.responses.writing import Writing
from assistant.api.reading import RunningTurn
from assistant.errors import AssistantError
from assistant.messages import message
from assistant.storage.responses import StoredResponse
from assistant.turn.events import Failed


@dataclass(frozen=True, slots=True)
class _Going:
    """A response in the making."""

    reply: Reply
    body: ResponseBody
    given: list[Message]
    user_id: str


class RawResponses:
    """Passes requests on, and keeps what can be gone on with."""

    def __init__(self, asking: ModelAsking, shelf: Shelf) -> None:
        self._asking, self._shelf = asking, shelf

    async def answer(self, body: ResponseBody, request: Request) -> Response:
        """The response, whole or streamed. Raises InvalidRequest when no model may be asked."""
        user_id, given = person_of(request).id, body.messages()
        before = await run_in_threadpool(self._before, user_id, body.previous_response_id)
        passed = chat_body(body, [*before, *given])
        served = self._asking.chosen(body.model, texts_of(passed["messages"]))
        going = _Going(Reply(body.model, body.echo()), body, given, user_id)
        events, running = await self._asking.begin(served, passed, request)
        headers = headers_of_model(served)
        if body.stream:
            stream = self._streamed(events, running, going)
            return StreamingResponse(stream, media_type="text/event-stream", headers={**SILENT, **headers})
        last = await last_of(events, running, request)
        if isinstance(last, AssistantError):
            raise last
        if isinstance(last, Failed) or last is None:
            text = message("turn_stopped", "en") if last is None else last.message
            return error_response(503, "ModelUnavailable", text, request.url.path)
        whole = await run_in_threadpool(self._kept, going, ended_of(going.reply, last))
        return JSONResponse(whole, headers=headers)

    def _before(self, user_id: str, previous: str | None) -> list[Message]:
        return self._shelf.messages(user_id, self._shelf.chain(user_id, previous))

    def _kept(self, going: _Going, ended: Mapping[str, Any]) -> Object:
        """The whole object; it can be gone on with from now on."""
        reply, body = going.reply, going.body
        if body.store is not False:
            about = {**reply.about(), "ended": ended}
            stored = StoredResponse(reply.id, body.previous_response_id, None, None, going.given, about)
            self._shelf.keep(going.user_id, stored)
        return reply.whole(**ended)

    async def _streamed(
        self, events: Events[Piece], running: RunningTurn, going: _Going
    ) -> AsyncIterator[str]:  # fmt: skip
        stream = ResponseEvents(going.reply)
        writing = Writing(stream)
        try:
            for each in stream.begun():
                yield each
            async with aclosing(events.follow(running)) as following:
                async for piece in following:
                    if isinstance(piece, Failed | AssistantError):
                        yield stream.ended(going.reply.failed("server_error", _told(piece)))
                        return
                    for each in (WAITING,) if piece is None else writing.read(piece):
                        yield each
            for each in await run_in_threadpool(self._finished, stream, writing, going):
                yield each
        finally:
            running.stop()

    def _finished(self, stream: ResponseEvents, writing: Writing, going: _Going) -> list[str]:
        events = [*writing.end()]
        if not writing.is_whole:  # the server stops, or its model did
            return [*events, stream.ended(going.reply.failed("server_error", message("turn_stopped", "en")))]
        try:
            return [*events, stream.ended(self._kept(going, writing.ended()))]
        except AssistantError as error:
            return [*events, stream.ended(going.reply.failed("server_error", str(error)))]


def _told(piece: Failed | AssistantError) -> str:
    return piece.message if isinstance(piece, Failed) else str(piece)
