"""Adapters and insights through the API; `test_authorisation` has who may use it."""

from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from assistant.api.app import create_app
from assistant.models.adapters import registry_of
from assistant.settings import Settings
from assistant.testing.answers import an_answer
from assistant.testing.scripted import ScriptedAssistant
from assistant.turn.answer import Route
from finetune.lora import CARD, WEIGHTS
from finetune.registry import Registry
from finetune.testing.adapters import QWEN_05B, SMOLLM2, random_adapter
from finetune.testing.gate import let_pass


@pytest.fixture
def registry(settings: Settings, tmp_path: Path) -> Registry:
    """Two versions that passed their gate, one that did not go through it, and one for another model."""
    found = registry_of(settings)
    for seed in range(3):
        found.add(random_adapter(tmp_path / f"a{seed}", QWEN_05B, seed=seed, rank=1, groups=["everyone"]), "help")
    found.add(random_adapter(tmp_path / "other", SMOLLM2, rank=1, groups=["everyone"]), "other")
    let_pass(found, "help@v1", "help@v2", "other@v1")
    return found


def _serving(client: TestClient) -> tuple[str, str | None]:
    (reader,) = [each for each in client.get("/api/adapters").json()["serving"] if each["alias"] == "reader"]
    return reader["version"], reader["canary"] and reader["canary"]["version"]


def test_versions_are_promoted_as_a_canary_and_whole_and_rolled_back(client: TestClient, registry: Registry) -> None:
    assert _serving(client) == ("shipped", None)
    first = client.post("/api/aliases/reader/promote", json={"version": "help@v1", "why": "better"}).json()
    assert (first["before"], first["after"], first["who"], first["why"]) == ("shipped", "help@v1", "local", "better")
    canary = client.post("/api/aliases/reader/promote", json={"version": "help@v2", "canary": 10}).json()
    assert (canary["action"], canary["percent"]) == ("canary", 10)
    (reader,) = client.get("/api/adapters").json()["serving"]
    assert (reader["since"], reader["by"]) == (first["when"], "local")
    assert _serving(client) == ("help@v1", "help@v2")
    assert client.post("/api/aliases/reader/rollback").json()["action"] == "canary_stopped"
    assert client.post("/api/aliases/reader/rollback", json={"why": "worse"}).json()["after"] == "shipped"
    assert _serving(client) == ("shipped", None)
    about = client.get("/api/adapters/help@v1").json()
    assert (about["gate"], about["base"], about["card"]["topic"]) == ("pass", QWEN_05B.name, "help")
    assert [each["action"] for each in about["moves"]] == ["promote", "canary", "canary_stopped", "rollback"]


@pytest.mark.parametrize("changed", [{"grounded_adapter": "none"}, {"slm": {"name": "smollm2-135m"}}])
def test_what_serves_nobody_is_not_listed(assistant: ScriptedAssistant, tmp_path: Path, changed: Any) -> None:
    app = create_app(assistant, Settings(home=tmp_path, **changed), page=False)
    with TestClient(app, base_url="http://127.0.0.1:7860") as client:
        assert client.get("/api/adapters").json()["serving"] == []


@pytest.mark.parametrize(
    ("alias", "body", "status"),
    [("reader", {"version": "help@v3"}, 409), ("reader", {"version": "help@v3", "ungated": True}, 422),
     ("reader", {"version": "help@v9"}, 404), ("reader", {"version": "../../etc"}, 404),
     ("reader", {"version": "other@v1"}, 409), ("reader", {"version": "help@v1", "canary": 51}, 422),
     ("raeder", {"version": "help@v1"}, 409)],
)  # fmt: skip
def test_what_may_not_serve_is_refused_and_nothing_changes(
    client: TestClient, registry: Registry, alias: str, body: dict[str, object], status: int
) -> None:
    assert client.post(f"/api/aliases/{alias}/promote", json=body).status_code == status
    assert _serving(client) == ("shipped", None)
    assert registry.history() == []


def test_a_version_that_is_damaged_is_listed_with_why_and_not_promoted(client: TestClient, registry: Registry) -> None:
    folder = registry.version("help@v1").folder
    for name in (WEIGHTS, CARD):
        (folder / name).chmod(0o644)
    (folder / WEIGHTS).write_bytes(b"other")
    assert client.post("/api/aliases/reader/promote", json={"version": "help@v1"}).status_code == 409
    (folder / CARD).write_text("{")
    listed = client.get("/api/adapters").json()["versions"][0]
    assert (listed["name"], listed["gate"]) == ("help@v1", "")
    assert listed["error"]
    assert client.get("/api/adapters/help@v1").status_code == 409


def test_insights_count_answers_and_show_no_words(client: TestClient, assistant: ScriptedAssistant) -> None:
    assert client.get("/api/insights").json()["seconds"] == {"median": None, "p95": None}
    store = assistant.conversations
    begun = store.start("ana").id
    for number in range(4):
        turn = store.begin_turn("ana", begun, f"Secret {number}?")
        given = an_answer(begun, "Secret.", abstained=number == 3, route=Route("llm" if number else "slm", "m", "easy"))
        store.finish_turn(turn.id, given)
        if number < 3:
            store.add_feedback("ana", given.id, "up" if number else "down")
    response = client.get("/api/insights", params={"since": "2020-01-01"})
    found = response.json()
    assert (found["answers"], found["withheld"], found["up"], found["down"]) == (4, 1, 2, 1)
    assert found["by_tier"]["slm"] == {"answers": 1, "withheld": 0, "up": 0, "down": 1}
    assert found["by_tier"]["llm"] == {"answers": 3, "withheld": 1, "up": 2, "down": 0}
    assert found["routes"] == {"easy": 4}
    assert sum(each["answers"] for each in found["by_day"].values()) == 4
    assert "Secret" not in response.text
    assert client.get("/api/insights", params={"since": "2999-01-01"}).json()["answers"] == 0
    for since in ("yesterday", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:00-10:00"):
        for path in ("/api/insights", "/api/ledger"):
            assert client.get(path, params={"since": since}).status_code == 422
