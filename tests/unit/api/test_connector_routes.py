"""Connectors for the operator: how each is, and their pauses. Who may see it is in test_authorisation."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from assistant.api.app import create_app
from assistant.settings import Settings
from assistant.testing.connectors import ScriptedConnectors
from assistant.testing.scripted import ScriptedAssistant
from connectors.connector import Health
from connectors.settings import ConnectorSettings
from connectors.store.links import Link

LOCAL = "http://127.0.0.1:7860"
BROKEN = Link(
    "helpdesk", "waiting", 1_790_000_100.0, "Slack closed the socket. It is opened again.", 1_790_000_000.0,
    1_790_000_050.0, 3, False, "Slack closed the socket. It is opened again.", 1_790_000_100.0,
)  # fmt: skip


@pytest.fixture
def connectors() -> ScriptedConnectors:
    waits = Health(BROKEN, {"waiting": 2, "done": 7, "held": 1}, {"waiting": 1, "sending": 1, "sent": 9, "failed": 4})
    return ScriptedConnectors(helpdesk=waits, new=Health(None, {}, {}))


@pytest.fixture
def client(assistant: ScriptedAssistant, settings: Settings, connectors: ScriptedConnectors) -> Iterator[TestClient]:
    known = {
        "helpdesk": ConnectorSettings(platform="slack"),
        "new": ConnectorSettings(platform="telegram"),
        "off": ConnectorSettings(platform="matrix", enabled=False),
    }
    app = create_app(
        assistant, settings.model_copy(update={"connectors": known}), page=False,
        connectors=connectors,  # type: ignore[arg-type]
    )  # fmt: skip
    with TestClient(app, base_url=LOCAL) as client:
        yield client


def test_each_is_shown_with_what_an_operator_needs_to_know(client: TestClient) -> None:
    helpdesk, new, off = client.get("/api/connectors").json()["connectors"]
    error = {"text": BROKEN.last_error, "at": "2026-09-21T14:15:00+00:00", "now": True}
    assert helpdesk == {
        "name": "helpdesk", "platform": "slack", "state": "reconnecting", "last_event": "2026-09-21T14:13:20+00:00",
        "last_sent": "2026-09-21T14:14:10+00:00", "to_answer": 2, "to_send": 2, "held": 1, "given_up": 4, "refused": 3,
        "error": error,
    }  # fmt: skip
    assert (new["state"], new["last_event"], new["error"]) == ("reconnecting", None, None)
    assert (off["name"], off["state"]) == ("off", "off")


def test_one_is_paused_and_goes_on(client: TestClient, connectors: ScriptedConnectors) -> None:
    assert client.post("/api/connectors/helpdesk/pause").json()["state"] == "paused"
    assert connectors.found["helpdesk"].link is not None
    assert connectors.found["helpdesk"].link.paused
    assert client.post("/api/connectors/helpdesk/resume").json()["state"] == "reconnecting"


@pytest.mark.parametrize("name", ["off", "unknown"])
def test_one_that_does_not_run_is_not_found(client: TestClient, name: str) -> None:
    refused = client.post(f"/api/connectors/{name}/pause", headers={"accept-language": "es"})
    assert refused.status_code == 404
    assert "No hay ningún conector" in refused.json()["error"]["message"]


def test_without_connectors_there_is_nothing_to_see(assistant: ScriptedAssistant, settings: Settings) -> None:
    with TestClient(create_app(assistant, settings, page=False), base_url=LOCAL) as client:
        assert client.get("/api/connectors").status_code == 404
        assert '"connectors": false' in client.get("/operation").text
