"""A chat request put to a model as it is: tools, formats and messages are the model's, the documents stay out."""

from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing
from typing import Any

from fastapi import Request
from fastapi.responses import JSONResponse, Response, StreamingResponse

from assistant.api.ask import last_of
from assistant.api.errors import error_response, status_of
from assistant.api.following import SILENT, Events
from assistant.api.openai.asking import ModelAsking, Piece, headers_of_model
from assistant.api.openai.body import ChatBody
from assistant.api.openai.completion import DONE, sent
from assistant.api.openai.errors import openai_error, openai_status
from assistant.api.reading import RunningTurn
from assistant.errors import AssistantError
from assistant.messages import message
from assistant.turn.events import Failed

# What reaches a model. Servers of models have switches of their own; nobody sets those from outside.
PASSED = (
    "messages", "tools", "tool_choice", "parallel_tool_calls", "response_format", "temperature", "top_p", "max_tokens",
    "max_completion_tokens", "stop", "seed", "presence_penalty", "frequency_penalty", "logprobs", "top_logprobs",
    "logit_bias", "stream",
)  # fmt: skip


class RawChat:
    """Passes chat requests on."""

    def __init__(self, asking: ModelAsking) -> None:
        self._asking = asking

    async def answer(self, body: ChatBody, given: Mapping[str, Any], request: Request) -> Response:
        """The model's answer, whole or streamed. Raises InvalidRequest when no model may be asked."""
        served = self._asking.chosen(body.model, (each.text for each in body.messages))
        passed = {name: given[name] for name in PASSED if given.get(name) is not None}
        events, running = await self._asking.begin(served, passed, request)
        headers = headers_of_model(served)
        if body.stream:
            stream = _streamed(events, running, body)
            return StreamingResponse(stream, media_type="text/event-stream", headers={**SILENT, **headers})
        last = await last_of(events, running, request)
        if isinstance(last, AssistantError):
            raise last
        if isinstance(last, Failed) or last is None:
            text = message("turn_stopped", "en") if last is None else last.message
            return error_response(503, "ModelUnavailable", text, request.url.path)
        return JSONResponse({**last, "model": body.model}, headers=headers)


async def _streamed(events: Events[Piece], running: RunningTurn, body: ChatBody) -> AsyncIterator[str]:
    """The chunks of the model, by the name it was asked by. Those with the usage alone go to whoever asked for them."""
    wants_usage = body.stream_options is not None and body.stream_options.include_usage
    async with aclosing(events.follow(running)) as following:
        async for event in following:
            if event is None:
                yield ": still working\n\n"
            elif isinstance(event, Failed):
                yield sent(openai_error(503, "ModelUnavailable", event.message))
                return
            elif isinstance(event, AssistantError):
                yield sent(openai_error(openai_status(status_of(event)), type(event).__name__, str(event)))
                return
            elif event.get("choices") or wants_usage:
                yield sent({**event, "model": body.model})
    yield DONE
