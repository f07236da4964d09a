"""The trace that a request is part of: noted where it comes in, known to the turn in its thread."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from assistant import tracing
from assistant.app import build_app
from assistant.models.models import Models
from assistant.settings import Settings
from assistant.testing.scripted import ScriptedAssistant
from assistant.turn.answer import TurnRequest
from assistant.turn.context import TurnContext
from assistant.turn.events import Failed, TurnEvent
from knowledge.testing.embedder import HashingEmbedder

TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture
def called(assistant: ScriptedAssistant, monkeypatch: pytest.MonkeyPatch) -> list[tracing.Caller]:
    """Whom each turn was run for, as it was known in the turn's thread."""
    found: list[tracing.Caller] = []
    stream = assistant.stream

    def noted(request: TurnRequest) -> Iterator[TurnEvent]:
        found.append(tracing.caller())
        yield from stream(request)

    monkeypatch.setattr(assistant, "stream", noted)
    return found


def test_a_turn_knows_the_trace_of_its_request_and_no_other(client: TestClient, called: list[tracing.Caller]) -> None:
    asked = {"question": "How many days of leave?"}
    client.post("/api/v1/ask", json=asked, headers={"traceparent": TRACE, "tracestate": "shop=1"})
    client.post("/api/v1/ask", json=asked)
    client.post("/api/v1/ask", json=asked, headers={"tracestate": "shop=1"})
    client.post("/api/v1/ask", json=asked, headers={"traceparent": "0" * 5_000})
    assert [dict(each) for each in called] == [{"traceparent": TRACE, "tracestate": "shop=1"}, {}, {}, {}]


class Agent:
    """Keeps the context of a turn."""

    opening = ()

    def __init__(self) -> None:
        self.contexts: list[TurnContext] = []

    def run(self, context: TurnContext) -> Iterator[Any]:
        self.contexts.append(context)
        yield Failed("not today")


def test_the_assistant_hands_it_on_to_its_turns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Models, "embedder", lambda _: HashingEmbedder())
    monkeypatch.setattr(Models, "adapter_for", lambda *_: "")
    agent = Agent()
    with build_app(Settings(home=tmp_path)) as app:
        monkeypatch.setattr(app, "agent", lambda: agent)
        tracing.called_by({"traceparent": TRACE})
        list(app.stream(TurnRequest("Hello?")))
        tracing.called_by(tracing.NOBODY)
    assert dict(agent.contexts[0].caller) == {"traceparent": TRACE}
