"""A turn as spans of OpenTelemetry: one for the turn, one for each step within it, one for each call of a model."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from assistant.settings import Settings
from assistant.telemetry.export import OtelTracer
from assistant.turn.answer import Message
from assistant.turn.events import Wrote

GOOD = "Quote: Batteries have a warranty of 18 months.\nAnswer: Batteries have a warranty of 18 months."
ASKED = "what warranty do batteries have? Write to ana@example.org"
STEPS = ["understand", "delegate", "retrieve", "rewrite", "delegate", "choose", "write", "conclude"]


class Traced:
    """A stage whose turns are traced."""

    def __init__(self, open_stage: Any, home: Path) -> None:
        self._open, self._home, self._stack, self.exporter = open_stage, home, ExitStack(), InMemorySpanExporter()
        self.tracer: OtelTracer | None = None

    def stage(self, *, content: bool = False) -> Any:
        self.tracer = OtelTracer(self.exporter, content=content, at_once=True)
        return self._stack.enter_context(self._open(Settings(home=self._home), tracer=self.tracer))

    @property
    def spans(self) -> list[ReadableSpan]:
        """In the order in which they began."""
        return sorted(self.exporter.get_finished_spans(), key=lambda each: each.start_time or 0)

    @property
    def turn(self) -> ReadableSpan:
        (found,) = [each for each in self.spans if each.name == "invoke_agent pilares"]
        return found

    def within(self, parent: ReadableSpan) -> list[ReadableSpan]:
        return [each for each in self.spans if each.parent and each.parent.span_id == parent.context.span_id]

    def words(self) -> str:
        return json.dumps([json.loads(each.to_json()) for each in self.spans], ensure_ascii=False)

    def close(self) -> None:
        self._stack.close()
        if self.tracer is not None:
            self.tracer.close()


@pytest.fixture
def traced(open_stage: Any, tmp_path: Path) -> Iterator[Traced]:
    made = Traced(open_stage, tmp_path)
    yield made
    made.close()


def test_a_turn_is_one_span_and_its_steps_are_within_it_in_their_order(traced: Traced) -> None:
    stage = traced.stage()
    stage.models.llm.lines = [GOOD]
    answer = stage.ask("what warranty do batteries have?", model="llm")[-1].answer
    assert traced.turn.parent is None
    assert [each.name for each in traced.within(traced.turn)] == STEPS
    about = traced.turn.attributes
    assert about["gen_ai.operation.name"] == "invoke_agent"
    assert about["gen_ai.agent.name"] == "pilares"
    assert about["gen_ai.conversation.id"] == answer.conversation_id
    assert about["gen_ai.response.id"] == answer.id
    assert (about["pilares.route.tier"], about["pilares.abstained"], about["pilares.citations"]) == ("llm", False, 1)
    assert about["gen_ai.response.time_to_first_chunk"] > 0
    (retrieve,) = [each for each in traced.spans if each.name == "retrieve"]
    assert retrieve.attributes["gen_ai.operation.name"] == "retrieval"


def test_each_call_of_a_model_is_within_the_step_that_makes_it(traced: Traced) -> None:
    stage = traced.stage()
    stage.models.llm.lines = ["What warranty do batteries have?", GOOD]
    history = (Message("user", "what warranty do appliances have?"), Message("assistant", "2 years."))
    stage.ask("and batteries?", *history, model="llm")
    calls = {each.context.span_id: each for each in traced.spans if each.kind is SpanKind.CLIENT}
    steps = {each.name: each for each in traced.within(traced.turn)}
    assert [each.parent.span_id for each in calls.values()] == [
        steps["rewrite"].context.span_id,
        steps["write"].context.span_id,
    ]
    for call in calls.values():
        assert call.name.startswith("chat")
        assert call.attributes["gen_ai.operation.name"] == "chat"
        assert "gen_ai.response.time_to_first_chunk" in call.attributes


def test_no_words_are_kept_unless_that_is_asked_for(traced: Traced) -> None:
    stage = traced.stage()
    stage.models.llm.lines = [GOOD]
    stage.ask(ASKED, model="llm")
    for word in ("batteries", "Batteries", "warranty", "18 months", "ana", "example.org"):
        assert word not in traced.words()


def test_words_are_kept_without_personal_data_when_they_are_asked_for(traced: Traced) -> None:
    stage = traced.stage(content=True)
    stage.models.llm.lines = [GOOD]
    stage.ask(ASKED, model="llm")
    (asked,) = json.loads(traced.turn.attributes["gen_ai.input.messages"])
    assert asked["role"] == "user"
    assert "what warranty do batteries have?" in asked["parts"][0]["content"]
    assert "ana@example.org" not in traced.words()
    (said,) = json.loads(traced.turn.attributes["gen_ai.output.messages"])
    assert said["role"] == "assistant"
    (call,) = [each for each in traced.spans if each.kind is SpanKind.CLIENT]
    first, *_, last = json.loads(call.attributes["gen_ai.input.messages"])
    assert (first["role"], last["role"]) == ("system", "user")
    assert "18 months" in call.attributes["gen_ai.output.messages"]


def test_the_trace_of_whoever_asks_goes_on(traced: Traced) -> None:
    stage = traced.stage()
    stage.models.llm.lines = [GOOD]
    stage.caller = {"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "tracestate": "shop=1"}
    stage.ask("what warranty do batteries have?", model="llm")
    assert f"{traced.turn.context.trace_id:032x}" == "0af7651916cd43dd8448eb211c80319c"
    assert traced.turn.parent is not None
    assert f"{traced.turn.parent.span_id:016x}" == "b7ad6b7169203331"
    assert traced.turn.context.trace_state.get("shop") == "1"


@pytest.mark.parametrize("said", ["nonsense", "00-" + "0" * 32 + "-b7ad6b7169203331-01", "ff-1-2-3"])
def test_a_trace_that_is_none_is_passed_over(traced: Traced, said: str) -> None:
    stage = traced.stage()
    stage.models.llm.lines = [GOOD]
    stage.caller = {"traceparent": said}
    stage.ask("what warranty do batteries have?", model="llm")
    assert traced.turn.parent is None


def test_what_goes_wrong_is_noted_by_its_type_alone(traced: Traced) -> None:
    stage = traced.stage()
    stage.models.llm.lines = [RuntimeError("the secret of Ana")]
    stage.models.slm.lines = [RuntimeError("the secret of Ana")]
    stage.ask("what warranty do batteries have?", model="llm")
    assert traced.turn.status.status_code is StatusCode.ERROR
    assert traced.turn.attributes["error.type"] == "Failed"
    (write,) = [each for each in traced.spans if each.name == "write"]
    assert write.attributes["error.type"] == "ModelUnavailable"
    (first, *_) = [each for each in traced.spans if each.kind is SpanKind.CLIENT]
    assert first.attributes["error.type"] == "RuntimeError"
    assert "secret" not in traced.words()


def test_a_turn_that_is_stopped_is_no_error(traced: Traced) -> None:
    stage = traced.stage()
    stage.models.llm.lines = ["Batteries have a warranty of 18 months. " * 200]
    running = stage.run("what warranty do batteries have?", model="llm")
    next(event for event in running if isinstance(event, Wrote))
    running.close()
    _wait_for(traced)
    assert traced.turn.attributes["pilares.stopped"] is True
    assert {each.status.status_code for each in traced.spans} == {StatusCode.UNSET}


def _wait_for(traced: Traced) -> None:
    import time

    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and not any(each.name.startswith("invoke_agent") for each in traced.spans):
        time.sleep(0.01)
