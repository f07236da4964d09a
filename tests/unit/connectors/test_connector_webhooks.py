"""Webhooks through the web application: what is forged, replayed, malformed or unsigned is refused."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from blockbuster import blockbuster_ctx
from fastapi.testclient import TestClient

from assistant.api.app import create_app
from assistant.settings import Settings
from assistant.storage.conversations import Conversations
from assistant.testing.accounts import cheap_accounts
from assistant.testing.scripted import ScriptedAssistant as ScriptedWhole
from connectors.adapter import Card, Delivery, Post, Receipt, Receive
from connectors.connector import Connector
from connectors.connectors import Connectors
from connectors.errors import DeliveryRefused
from connectors.event import Message, Person, Place
from connectors.markdown.plain import PlainText
from connectors.settings import ConnectorSettings
from connectors.store.journal import Journal
from connectors.testing.scripted import ScriptedAssistant

LOCAL = "http://127.0.0.1:7860"


class Hooked:
    """A platform that delivers {"id", "text"} under a password."""

    card = Card("hooked", PlainText())

    def __init__(self) -> None:
        self.sent: list[str] = []

    async def listen(self, receive: Receive) -> None:
        import asyncio

        await asyncio.Event().wait()

    async def check(self, delivery: Delivery) -> Receipt:
        if delivery.headers.get("x-password") != "open sesame":
            raise DeliveryRefused("another password")
        event = json.loads(delivery.body)
        message = Message(event["id"], Place("c1", direct=True), Person("p1"), event["text"])
        return Receipt((message,), body="taken")

    async def send(self, post: Post) -> str:
        self.sent.append(post.text)
        return str(len(self.sent))

    async def edit(self, message_id: str, post: Post) -> None:
        raise AssertionError(message_id)

    async def close(self) -> None:
        return


@pytest.fixture
def adapter() -> Hooked:
    return Hooked()


@pytest.fixture(params=["127.0.0.1", "0.0.0.0"])
def client(request: pytest.FixtureRequest, tmp_path: Path, adapter: Hooked) -> Iterator[TestClient]:
    """A server on loopback, and one on the network, where people have to sign in and platforms cannot."""
    settings = Settings(home=tmp_path, server={"host": request.param})
    journal = Journal(f"sqlite:///{tmp_path / 'connectors.db'}")
    own = ConnectorSettings(platform="hooked", people=("*",), settle_s=0.0)
    connector = Connector("hooked", own, adapter, journal, ScriptedAssistant())
    with Conversations.open(settings.conversations_url) as conversations, blockbuster_ctx():
        app = create_app(
            ScriptedWhole(conversations), settings, page=False, connectors=Connectors({"hooked": connector}, journal),
            accounts=cheap_accounts(conversations.database),
        )  # fmt: skip
        with TestClient(app, base_url=LOCAL) as client:
            yield client


def _deliver(client: TestClient, event: Any, password: str = "open sesame", name: str = "hooked") -> Any:
    return client.post(f"/connectors/{name}", content=json.dumps(event), headers={"x-password": password})


def test_a_delivery_is_acknowledged_and_answered(client: TestClient, adapter: Hooked) -> None:
    response = _deliver(client, {"id": "e1", "text": "hello"})
    assert (response.status_code, response.text) == (200, "taken")
    _until(lambda: adapter.sent == ["You said: hello"])


def test_a_replayed_delivery_is_acknowledged_and_not_answered_again(client: TestClient, adapter: Hooked) -> None:
    for _ in range(3):
        assert _deliver(client, {"id": "e1", "text": "hello"}).status_code == 200
    _deliver(client, {"id": "e2", "text": "/help"})
    _until(lambda: len(adapter.sent) == 2)


def test_a_forged_delivery_is_refused_and_only_source_and_reason_are_logged(
    client: TestClient, adapter: Hooked, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG, logger="connectors"):
        assert _deliver(client, {"id": "e1", "text": "steal this"}, password="guess").status_code == 401
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("connectors")]
    assert ours == ["a delivery for hooked from testclient was refused: another password"]
    assert not adapter.sent


def test_a_body_that_is_too_long_is_not_read(client: TestClient) -> None:
    response = client.post("/connectors/hooked", content=b"x" * 1_100_000, headers={"x-password": "open sesame"})
    assert response.status_code == 413


def test_there_is_nothing_at_other_names(client: TestClient) -> None:
    assert _deliver(client, {}, name="nobody").status_code == 404
    assert client.put("/connectors/hooked").status_code == 405


def _until(condition: Any) -> None:
    import time

    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)
