"""The trace that a request is part of: noted where it comes in, known to the turn in its thread."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from assistant import tracing
from assistant.api.app import create_app, visitors_of
from assistant.app import build_app
from assistant.models.models import Models
from assistant.security.accounts import Accounts
from assistant.settings import Settings
from assistant.testing.accounts import known
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


@pytest.fixture
def trusting(
    request: pytest.FixtureRequest, assistant: ScriptedAssistant, shared: Settings, accounts: Accounts
) -> Iterator[TestClient]:
    """A server on the network; parametrize it with whose word counts."""
    telemetry = shared.telemetry.model_copy(update={"callers": request.param})
    settings = shared.model_copy(update={"telemetry": telemetry})
    app = create_app(assistant, settings, page=False, accounts=accounts)
    with TestClient(app, base_url="http://pilares.example") as made:
        yield made


@pytest.mark.parametrize(
    ("trusting", "counts"),
    [("nobody", []), ("accounts", ["key", "session"]), ("visitors", ["key", "session", "visitor"])],
    indirect=["trusting"],
)
def test_only_those_who_are_trusted_say_whether_their_turn_is_traced(
    trusting: TestClient, counts: list[str], assistant: ScriptedAssistant, shared: Settings, accounts: Accounts,
    called: list[tracing.Caller],
) -> None:  # fmt: skip
    ana, site = known(accounts, "ana"), "https://shop.example"
    token = visitors_of(assistant, shared).keys.make("shop", [site]).token
    visitor = {"authorization": f"Bearer {token}", "origin": site, "x-pilares-guest": "g" * 43}
    own = {"origin": "http://pilares.example"}
    for path, shown in (("ask", ana.key), ("ask", {**ana.cookie, **own}), ("widget/ask", visitor), ("ask", {})):
        body = {"question": "How many days of leave?"}
        trusting.post(f"/api/v1/{path}", json=body, headers={"traceparent": TRACE, **shown})
    who = ["key", "session", "visitor"]
    assert [name for name, caller in zip(who, called, strict=True) if caller] == counts


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
