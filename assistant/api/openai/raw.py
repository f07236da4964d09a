"""A chat request put to a model as it is: tools, formats and messages are the model's, the documents stay out."""

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, Response, StreamingResponse

from assistant.api.ask import last_of
from assistant.api.errors import error_response, language_of, status_of
from assistant.api.following import SILENT, Events
from assistant.api.identity import person_of
from assistant.api.openai.body import ChatBody
from assistant.api.openai.completion import DONE, sent
from assistant.api.openai.errors import openai_error, openai_status, refused
from assistant.api.openai.ports import Gateway, Served
from assistant.api.running import RunningTurn, RunningTurns, Used
from assistant.errors import AssistantError
from assistant.messages import message
from assistant.routing.privacy import personal_data
from assistant.settings import Settings
from assistant.turn.events import Failed

# What reaches a model. Servers of models have switches of their own; nobody sets those from outside.
PASSED = (
    "messages", "tools", "tool_choice", "parallel_tool_calls", "response_format", "temperature", "top_p", "max_tokens",
    "max_completion_tokens", "stop", "seed", "presence_penalty", "frequency_penalty", "logprobs", "top_logprobs",
    "logit_bias", "stream", "stream_options",
)  # fmt: skip
Chunk = Mapping[str, Any]
Piece = Chunk | Failed | AssistantError


@dataclass(frozen=True, slots=True)
class RawRequest:
    """One request to a model."""

    served: Served
    body: Mapping[str, Any]
    interface_language: str | None


class RawChat:
    """Chooses the model, and passes a request on."""

    def __init__(self, gateway: Gateway, settings: Settings, turns: RunningTurns) -> None:
        self._gateway, self._settings, self._turns = gateway, settings, turns

    async def answer(self, body: ChatBody, given: Mapping[str, Any], request: Request) -> Response:
        """The model's answer, whole or streamed. Raises InvalidRequest when no model may be asked."""
        served = self._chosen(body)
        passed = {name: given[name] for name in PASSED if given.get(name) is not None}
        if body.stream:
            passed["stream_options"] = {"include_usage": True}  # limits want to know it, whoever else does not
        person = person_of(request)
        asked = RawRequest(served, passed, language_of(request))
        events = Events[Piece]()
        running = await run_in_threadpool(self._turns.begin, self._run, asked, events.deliver, person)
        headers = {"x-pilares-tier": served.tier, "x-pilares-model": served.name, "x-pilares-grounded": "false"}
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

    def _run(self, asked: RawRequest) -> Iterator[Piece | Used]:
        """An error is handed on as it is: what a model finds wrong with a request is its sender's to mend."""
        try:
            for chunk in self._gateway.complete(asked.served, asked.body):
                if isinstance(usage := chunk.get("usage"), dict):
                    yield Used(asked.served.use(usage))
                yield chunk
        except AssistantError as error:
            yield error

    def _chosen(self, body: ChatBody) -> Served:
        served = self._gateway.served()
        wished = {"auto-cheap": "slm", "auto": "llm", "auto-quality": "llm", "local-only": "llm"}.get(
            body.model, body.model
        )
        kind = personal_data(each.text for each in body.messages) if self._settings.routing.privacy else None
        if not served[wished].remote or not (kind or body.model == "local-only"):
            return served[wished]
        here = next((each for each in (served["llm"], served["slm"]) if not each.remote), None)
        if here is None:
            raise refused("kept_here", kind=kind) if kind else refused("local_only_refused")
        return here


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
