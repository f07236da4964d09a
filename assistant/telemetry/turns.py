"""A turn as spans: what it comes to, step by step, and each call of a language model."""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import LLMResult

from assistant import tracing
from assistant.telemetry import conventions as names
from assistant.tracing import Attributes, Span, Tracer
from assistant.turn.context import TurnContext
from assistant.turn.events import Failed, Finished, Found, Routed, TurnEvent, Understood, Wrote

_ROLES = {"human": "user", "ai": "assistant"}
Tell = Callable[[TurnEvent], None]


@contextmanager
def traced_turn(tracer: Tracer | None, context: TurnContext) -> Iterator[Tell]:
    """The span of a turn, as long as the block. What it gives is told every event of the turn."""
    tracing.follow(tracer, context.caller)
    about = {
        names.OPERATION: names.INVOKE_AGENT, names.AGENT: names.NAME, names.PROVIDER: names.NAME,
        names.CONVERSATION: context.conversation_id,
    }  # fmt: skip
    with tracing.span(f"{names.INVOKE_AGENT} {names.NAME}", about) as span:
        if tracing.keeps_content():
            span.note({names.INPUT: _messages([("user", context.request.text)])})
        yield _Told(span, context)
        if context.stopped.is_set():
            span.note({names.STOPPED: True})


class _Told:
    """Notes the events of a turn on its span."""

    def __init__(self, span: Span, context: TurnContext) -> None:
        self._span, self._context, self._silent = span, context, True

    def __call__(self, event: TurnEvent) -> None:
        """The next event."""
        if isinstance(event, Failed):
            self._span.end("Failed")
        elif not isinstance(event, Wrote):
            self._span.note(_about(event))
        elif self._silent:
            self._silent = False
            self._span.note({names.FIRST_CHUNK: round(self._context.clock.elapsed() / 1000, 4)})
        if isinstance(event, Finished) and tracing.keeps_content():
            self._span.note({names.OUTPUT: _messages([("assistant", event.answer.text)], finish_reason="stop")})


def _about(event: TurnEvent) -> Attributes:
    """What an event says of a turn, in numbers and names alone."""
    match event:
        case Understood(found):
            return {names.LANGUAGE: found.language, names.INTENT: found.intent}
        case Found(evidence, searched):
            return {names.PASSAGES: len(evidence), names.SEARCHED: searched}
        case Routed(route):
            model = {names.REQUEST_MODEL: route.model} if route.model else {}
            return {**model, names.TIER: route.tier, names.REASON: route.reason, names.ESCALATED: route.escalated}
        case Finished(answer):
            return {
                names.RESPONSE_ID: answer.id, names.ABSTAINED: answer.abstained, names.TIER: answer.route.tier,
                names.REASON: answer.route.reason, names.CITATIONS: len(answer.citations),
                names.COST: answer.usage.cost, names.INPUT_TOKENS: answer.usage.input_tokens,
                names.OUTPUT_TOKENS: answer.usage.output_tokens,
            }  # fmt: skip
        case _:
            return {}


class TraceCalls(BaseCallbackHandler):
    """A span for every call of a chat model, within the step that makes it."""

    def __init__(self) -> None:
        self._calls: dict[UUID, tuple[Span, float]] = {}

    def on_chat_model_start(
        self, serialized: dict[str, Any], messages: list[list[BaseMessage]], *, run_id: UUID, **more: Any
    ) -> None:
        """A model is asked."""
        asked = more.get("invocation_params") or {}
        model = str(asked.get("model") or asked.get("model_name") or asked.get("_type") or "")
        span = tracing.begin(f"{names.CHAT} {model}", {**names.about_call(model), **_limits(asked)}, calls=True)
        if tracing.keeps_content():
            span.note({names.INPUT: _messages([(_role(each), each.text) for each in messages[0]])})
        self._calls[run_id] = span, time.perf_counter()

    def on_llm_new_token(self, token: Any, *, run_id: UUID, **more: Any) -> None:
        """The first token says how long the model took to begin."""
        if run_id in self._calls and (began := self._calls[run_id][1]):
            span = self._calls[run_id][0]
            span.note({names.FIRST_CHUNK: round(time.perf_counter() - began, 4)})
            self._calls[run_id] = span, 0.0

    def on_llm_end(self, response: LLMResult, *, run_id: UUID, **more: Any) -> None:
        """It has answered."""
        span, _ = self._calls.pop(run_id, (tracing.NO_SPAN, 0.0))
        for message in _answers(response):
            span.note(_answered(message))
            if tracing.keeps_content():
                reason = str(message.response_metadata.get("finish_reason") or "stop")
                span.note({names.OUTPUT: _messages([("assistant", message.text)], finish_reason=reason)})
        span.end()

    def on_llm_error(self, error: BaseException, *, run_id: UUID, **more: Any) -> None:
        """It has not, or was stopped."""
        span, _ = self._calls.pop(run_id, (tracing.NO_SPAN, 0.0))
        span.end("" if isinstance(error, tracing.NoFault | GeneratorExit) else type(error).__name__)


def _limits(asked: dict[str, Any]) -> dict[str, tracing.Value]:
    found = {names.MAX_TOKENS: asked.get("max_completion_tokens") or asked.get("max_tokens"),
             names.TEMPERATURE: asked.get("temperature")}  # fmt: skip
    return {name: value for name, value in found.items() if isinstance(value, int | float)}


def _answers(response: LLMResult) -> Iterator[AIMessage]:
    for generation in (each for group in response.generations for each in group):
        message = getattr(generation, "message", None)
        if isinstance(message, AIMessage):
            yield message


def _answered(message: AIMessage) -> Attributes:
    about, used = message.response_metadata, message.usage_metadata
    found: dict[str, tracing.Value] = {}
    if used:
        found |= {names.INPUT_TOKENS: used["input_tokens"], names.OUTPUT_TOKENS: used["output_tokens"]}
    if about.get("model_name"):
        found[names.RESPONSE_MODEL] = str(about["model_name"])
    if about.get("finish_reason"):
        found[names.FINISH_REASONS] = [str(about["finish_reason"])]
    return found


def _role(message: BaseMessage) -> str:
    return _ROLES.get(message.type, message.type)


def _messages(said: Sequence[tuple[str, str]], **more: str) -> str:
    """Messages as the conventions have them, in JSON, without personal data and keys."""
    found = [{"role": role, "parts": [{"type": "text", "content": tracing.clean(text)}], **more} for role, text in said]
    return json.dumps(found, ensure_ascii=False)
