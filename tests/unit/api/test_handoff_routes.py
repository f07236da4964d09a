"""Hand-offs through the API: for those who operate; `test_authorisation` has who that is."""

import pytest
from fastapi.testclient import TestClient

from assistant.handoff.record import Handoff, Summary
from assistant.testing.handoffs import WHY
from assistant.testing.scripted import ScriptedAssistant


@pytest.fixture
def made(assistant: ScriptedAssistant) -> Handoff:
    begun = assistant.conversations.start("ana")
    found = assistant.conversations.handoffs.begin("ana", begun.id, WHY, Summary("a person", (), 0, ("Where?",)))
    return assistant.conversations.handoffs.add("ana", found.id, "¿Hola?")


def test_it_is_listed_taken_and_closed(client: TestClient, made: Handoff) -> None:
    (listed,) = client.get("/api/handoffs").json()["handoffs"]
    assert listed["id"] == made.id
    assert (listed["state"], listed["reason"], listed["conversation_id"]) == ("open", "asked", made.conversation_id)
    assert listed["summary"]["open"] == ["Where?"]
    assert listed["messages"][0]["text"] == "¿Hola?"
    assert client.get(f"/api/handoffs/{made.id[:8]}").json() == listed
    assert client.post(f"/api/handoffs/{made.id}/take").json()["state"] == "taken"
    assert client.get("/api/handoffs", params={"state": "open"}).json() == {"handoffs": []}
    assert client.post(f"/api/handoffs/{made.id}/close").json()["state"] == "closed"
    assert client.get("/api/handoffs").json() == {"handoffs": []}


def test_what_is_not_there_is_not_found(client: TestClient) -> None:
    assert client.post(f"/api/handoffs/{'0' * 32}/take").status_code == 404
    assert client.post("/api/handoffs/not-an-id/take").status_code == 422
    assert client.get("/api/handoffs", params={"state": "lost"}).status_code == 422
