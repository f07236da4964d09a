"""Accounts and keys over the web, the record of what was administered, health and metrics."""

from fastapi.testclient import TestClient

from assistant.api.ports import ServiceState
from assistant.security.accounts import Accounts
from assistant.testing.accounts import known
from assistant.testing.scripted import ScriptedAssistant


def test_people_are_added_changed_and_suspended(network: TestClient, accounts: Accounts) -> None:
    boss = known(accounts, "boss", "admin")
    added = network.post("/api/users", json={"name": "Ana", "groups": ["hr"]}, headers=boss.key)
    assert added.status_code == 201
    assert (added.json()["name"], added.json()["invited"]) == ("ana", True)
    assert network.get(added.json()["link"]).status_code == 200
    change = {"role": "editor", "groups": ["sales"], "suspended": True}
    changed = network.patch("/api/users/ana", json=change, headers=boss.key).json()
    assert (changed["role"], changed["groups"], changed["suspended"]) == ("editor", ["sales"], True)
    assert network.get(added.json()["link"]).status_code == 401
    assert not network.patch("/api/users/ana", json={"suspended": False}, headers=boss.key).json()["suspended"]
    assert network.get(network.post("/api/users/ana/link", headers=boss.key).json()["link"]).status_code == 200
    assert [each["name"] for each in network.get("/api/users", headers=boss.key).json()["users"]] == ["ana", "boss"]
    acts = [each["act"] for each in network.get("/api/audit", headers=boss.key).json()["acts"]]
    assert acts == ["link.make", "user.resume", "user.suspend", "user.change", "user.add"]
    assert network.post("/api/users", json={"name": "ana"}, headers=boss.key).status_code == 422
    assert network.patch("/api/users/boss", json={"role": "member"}, headers=boss.key).status_code == 422
    assert network.patch("/api/users/nobody", json={}, headers=boss.key).status_code == 404


def test_somebody_makes_keys_of_their_own(network: TestClient, accounts: Accounts) -> None:
    boss, ana = known(accounts, "boss", "admin"), known(accounts, "ana", "member", "hr")
    body = {"name": "script", "scopes": ["ask"], "days": 1, "budget": {"requests_per_day": 1}}
    made = network.post("/api/me/keys", json=body, headers=ana.cookie).json()
    with_key = {"authorization": f"Bearer {made['key']}"}
    me = network.get("/api/me", headers=with_key).json()
    assert (me["name"], me["groups"], me["rights"]) == ("ana", ["everyone", "hr"], ["ask"])
    assert "key" not in network.get("/api/me/keys", headers=ana.cookie).json()["keys"][0]
    assert network.post("/api/me/keys", json=body, headers=ana.key).status_code == 403
    assert network.post("/api/ask", json={"question": "leave"}, headers=with_key).status_code == 200
    refused = network.post("/api/ask", json={"question": "leave"}, headers=with_key)
    assert refused.status_code == 429
    assert 0 < int(refused.headers["retry-after"]) <= 24 * 3600
    assert "requests of today" in refused.json()["error"]["message"]
    assert network.delete(f"/api/me/keys/{made['id']}", headers=ana.key).status_code == 403
    assert network.delete(f"/api/me/keys/{made['id']}", headers=ana.cookie).status_code == 204
    assert network.get("/api/me", headers=with_key).status_code == 401
    assert {each["owner"] for each in network.get("/api/keys", headers=boss.key).json()["keys"]} == {"ana", "boss"}
    assert network.delete(f"/api/keys/{ana.key_id}", headers=boss.key).status_code == 204
    assert network.get("/api/me", headers=ana.key).status_code == 401


def test_a_service_that_cannot_answer_is_not_ready(network: TestClient, assistant: ScriptedAssistant) -> None:
    assert network.get("/healthz").json() == {"status": "alive"}
    assert network.get("/readyz").status_code == 200
    for state in (ServiceState(slm="starting", llm="unavailable"), ServiceState(index="starting")):
        assistant.service = state
        assert (network.get("/readyz").status_code, network.get("/healthz").status_code) == (503, 200)
    assistant.service = ServiceState(slm="unavailable")
    assert network.get("/readyz").status_code == 200


def test_metrics_count_requests_and_answers_without_names(network: TestClient, accounts: Accounts) -> None:
    boss = known(accounts, "boss", "admin")
    network.post("/api/ask", json={"question": "How many days of leave?"}, headers=boss.key)
    network.get("/api/conversations/secret-id", headers=boss.key)
    network.get("/made/up/path", headers=boss.key)
    text = network.get("/metrics", headers=boss.key).text
    assert 'pilares_requests_total{method="POST",route="/api/ask",status="200"} 1.0' in text
    assert 'route="/api/conversations/{conversation_id}",status="404"' in text
    assert 'pilares_answers_total{abstained="false",tier="slm"} 1.0' in text
    assert 'pilares_tokens_total{direction="read"} 400.0' in text
    for word in ("boss", "secret-id", "made", "leave"):
        assert word not in text
