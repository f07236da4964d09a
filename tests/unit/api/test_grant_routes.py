"""Grants, and what is decided about single documents, through the API; `test_authorisation` has who may use it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from assistant.api.app import create_app
from assistant.errors import StorageError
from assistant.security.accounts import Accounts
from assistant.settings import Settings
from assistant.testing.accounts import known
from assistant.testing.scripted import ScriptedAssistant
from knowledge.library import Library
from knowledge.settings import KnowledgeSettings
from knowledge.testing.embedder import HashingEmbedder
from knowledge.testing.reader import InlineReader
from knowledge.vectors.exact import ExactIndex

LEAVE = "A zebra has 25 days of leave."


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    embedder, settings = HashingEmbedder(), KnowledgeSettings()
    with Library(
        tmp_path / "k", embedder, settings, reader=InlineReader(), open_index=lambda _: ExactIndex()
    ) as library:
        library.add_texts([("hr/leave.md", "Leave", LEAVE)], source="wiki")
        yield library


@pytest.fixture
def site(assistant: ScriptedAssistant, shared: Settings, accounts: Accounts, library: Library) -> Iterator[TestClient]:
    app = create_app(assistant, shared, page=False, accounts=accounts, library=library)
    boss = known(accounts, "boss", "admin", "board")
    with TestClient(app, base_url="http://pilares.example", headers=boss.key) as client:
        yield client


@pytest.fixture
def leave(library: Library) -> str:
    return library.document("hr/leave.md").id


def _readers(site: TestClient, document: str) -> Any:
    return site.get(f"/api/documents/{document}/grants").json()


def test_a_rule_is_set_explained_and_taken_back(site: TestClient, library: Library, leave: str) -> None:
    assert _readers(site, leave) == {"id": leave, "groups": ["everyone"], "reason": "given", "rule": None}
    body = {"source": "wiki", "folder": "hr", "groups": ["staff", " everyone", "staff"]}
    rule = {"source": "wiki", "folder": "hr/", "groups": ["everyone", "staff"]}
    assert site.put("/api/grants/rules", json=body).json() == rule
    closed = site.put("/api/grants/rules", json={**body, "groups": []}).json()
    assert closed == {**rule, "groups": []}
    assert site.get("/api/grants").json() == {"rules": [closed], "restricted": []}
    assert _readers(site, leave) == {"id": leave, "groups": [], "reason": "rule", "rule": closed}
    assert library.search("zebra", k=1) == []
    where = {"source": "wiki", "folder": "hr"}
    assert site.delete("/api/grants/rules", params=where).status_code == 204
    assert site.delete("/api/grants/rules", params=where).status_code == 404
    assert len(library.search("zebra", k=1)) == 1


def test_a_source_is_closed_and_opened(site: TestClient, library: Library, leave: str) -> None:
    for restricted in (True, False):
        body = {"source": "wiki", "restricted": restricted}
        assert site.put("/api/grants/restricted", json=body).json() == body
        assert site.get("/api/grants").json()["restricted"] == ["wiki"] * restricted
        assert len(library.search("zebra", k=1)) == (not restricted)


def test_one_document_is_given_to_groups_and_left_to_the_rules_again(site: TestClient, leave: str) -> None:
    address = f"/api/documents/{leave}/grants"
    given = site.put(address, json={"groups": ["board"]}).json()
    assert given == {"id": leave, "groups": ["board"], "reason": "own", "rule": None}
    assert site.put(address, json={"groups": None}).json()["groups"] == ["everyone"]


def test_changes_of_grants_are_written_down(site: TestClient, accounts: Accounts, leave: str) -> None:
    site.put("/api/grants/rules", json={"source": "wiki", "groups": ["board"]})
    site.put("/api/grants/restricted", json={"source": "wiki", "restricted": True})
    site.put(f"/api/documents/{leave}/grants", json={"groups": ["board"]})
    site.delete("/api/grants/rules", params={"source": "wiki"})
    acts = [(each.actor, each.act, each.target) for each in reversed(accounts.audit.latest())]
    assert acts[-4:] == [
        ("boss", "grant.rule", "wiki"), ("boss", "grant.restrict", "wiki"), ("boss", "grant.document", leave),
        ("boss", "grant.rule_removed", "wiki"),
    ]  # fmt: skip


def test_what_cannot_be_written_down_is_not_changed(
    site: TestClient, accounts: Accounts, library: Library, leave: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise StorageError("The disk is full.")

    monkeypatch.setattr(accounts.audit, "note", full)
    sent: list[tuple[str, str, dict[str, Any]]] = [
        ("PUT", "/api/grants/rules", {"source": "wiki", "groups": []}),
        ("PUT", "/api/grants/restricted", {"source": "wiki", "restricted": True}),
        ("PUT", f"/api/documents/{leave}/grants", {"groups": []}),
    ]
    for method, path, body in sent:
        assert site.request(method, path, json=body).status_code == 503
    assert len(library.search("zebra", k=1)) == 1


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [("PUT", "/api/grants/rules", {"source": " ", "groups": []}),
     ("PUT", "/api/grants/rules", {"source": "conversations", "groups": ["staff"]}),
     ("PUT", "/api/grants/rules", {"source": "wiki", "groups": ["a/b"]}),
     ("PUT", "/api/grants/rules", {"source": "wiki"}),
     ("PUT", "/api/grants/rules", {"source": "wi\x00ki", "groups": []}),
     ("PUT", "/api/grants/rules", {"source": "wiki", "folder": "\n", "groups": []}),
     ("PUT", "/api/grants/restricted", {"source": "wiki", "restricted": True, "more": 1}),
     ("PATCH", "/api/documents/{leave}", {"tags": ["x" * 101]}),
     ("PATCH", "/api/documents/{leave}", {"title": "Other"})],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(
    site: TestClient, leave: str, method: str, path: str, body: dict[str, Any]
) -> None:
    assert site.request(method, path.format(leave=leave), json=body).status_code == 422
    assert site.get("/api/grants").json() == {"rules": [], "restricted": []}


def test_a_document_is_pinned_hidden_and_tagged(site: TestClient, library: Library, leave: str) -> None:
    address = f"/api/documents/{leave}"
    changed = site.patch(address, json={"pinned": True, "tags": ["Policy"]}).json()
    assert changed["pinned"] is True
    assert [each.casefold() for each in changed["tags"]] == ["policy"]
    hidden = site.patch(address, json={"hidden": True}).json()
    assert hidden == {**changed, "hidden": True}
    assert library.search("zebra", k=1) == []
    assert site.patch(address, json={"hidden": False, "pinned": False, "tags": []}).json() == {
        "id": leave, "pinned": False, "hidden": False, "tags": [],
    }  # fmt: skip


def test_who_may_not_read_a_document_does_not_change_it_either(
    site: TestClient, accounts: Accounts, library: Library, leave: str
) -> None:
    site.put(f"/api/documents/{leave}/grants", json={"groups": ["board"]})
    other = known(accounts, "other", "admin")
    assert site.patch(f"/api/documents/{leave}", json={"hidden": True}, headers=other.key).status_code == 404
    assert library.document(leave).hidden is False
    assert site.patch(f"/api/documents/{leave}", json={"hidden": True}).status_code == 200
    assert site.get("/api/documents/unknown/grants").status_code == 404


def test_names_are_not_looked_up(site: TestClient, library: Library) -> None:
    for source in ("board-secret", "merger"):
        library.add_texts([("plan.md", "Plan", f"A plan of {source}.")], source=source, audience=[])
    for method, path in (("PATCH", ""), ("GET", "/grants"), ("PUT", "/grants")):
        for name in ("plan.md", "leave.md", "none.md"):
            body = {"groups": []} if method == "PUT" else {}
            refused = site.request(method, f"/api/documents/{name}{path}", json=body)
            assert refused.status_code == 404
            assert "merger" not in refused.text
            assert refused.json() == site.get("/api/documents/unknown/grants").json()
