"""Sources and jobs over HTTP: at the server itself, and no more than the settings allow."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from assistant.api.app import create_app
from assistant.settings import Settings
from assistant.testing.scripted import ScriptedAssistant
from knowledge.errors import SourceError
from knowledge.library import Library
from knowledge.settings import KnowledgeSettings
from knowledge.sources.config import SourceConfig
from knowledge.sources.source import Entry, Gap
from knowledge.sync.runner import Runner
from knowledge.sync.sources import Sources
from knowledge.testing.embedder import HashingEmbedder
from knowledge.testing.reader import InlineReader
from knowledge.vectors.exact import ExactIndex

LOCAL = "http://127.0.0.1:7860"
HANDBOOK = SourceConfig(name="team/handbook", kind="folder", groups=("everyone",), options={"path": "/srv/handbook"})
SITE = {"name": "site", "kind": "website", "options": {"url": "https://docs.example/"}, "every_minutes": 60}


class Two:
    """One document that can be fetched, and one that cannot."""

    def entries(self) -> Iterator[Entry | Gap]:
        yield Entry("good.md", version="1")
        yield Entry("bad.md", version="1")

    def fetch(self, entry: Entry) -> bytes:
        if entry.name == "bad.md":
            raise SourceError("bad.md: the server does not answer.")
        return b"# Good\n\nA zebra.\n"

    def close(self) -> None: ...


@pytest.fixture
def sources(tmp_path: Path) -> Iterator[Sources]:
    library = Library(
        tmp_path / "knowledge", HashingEmbedder(), KnowledgeSettings(), reader=InlineReader(),
        open_index=lambda _: ExactIndex(),
    )  # fmt: skip
    with library:
        made = Sources(library.workshop, [HANDBOOK])
        runner = Runner(library.workshop, made, lambda _: Two())
        runner.start()
        yield made
        runner.close()


Connect = Callable[[Settings], TestClient]


@pytest.fixture
def connect(assistant: ScriptedAssistant, sources: Sources) -> Connect:
    return lambda settings: TestClient(
        create_app(assistant, settings, page=False, sources=lambda: sources), base_url=LOCAL
    )


@pytest.fixture
def client(connect: Connect, settings: Settings) -> TestClient:
    return connect(settings)


@pytest.fixture
def open_client(connect: Connect, settings: Settings) -> TestClient:
    server = settings.server.model_copy(update={"api_sources": ("website",)})
    return connect(settings.model_copy(update={"server": server}))


def ended(client: TestClient, job: int) -> dict[str, Any]:
    for _ in range(400):
        found: dict[str, Any] = client.get(f"/api/jobs/{job}").json()
        if found["state"] not in ("waiting", "running"):
            return found
        time.sleep(0.05)
    raise AssertionError(found)


def test_a_source_is_synced_and_its_job_shown(client: TestClient) -> None:
    (source,) = client.get("/api/sources").json()["sources"]
    assert (source["name"], source["fixed"], source["last"]) == ("team/handbook", True, None)
    started = client.post("/api/sources/team/handbook/sync")
    assert started.status_code == 202
    job = ended(client, started.json()["id"])
    assert (job["state"], job["progress"]["done"], job["progress"]["total"]) == ("done", 2, 2)
    assert job["documents"] == [
        {"name": "bad.md", "state": "failed", "error": "bad.md: the server does not answer."},
        {"name": "good.md", "state": "ready", "error": None},
    ]
    failed = client.get(f"/api/jobs/{job['id']}", params={"state": "failed"}).json()["documents"]
    assert [row["name"] for row in failed] == ["bad.md"]
    again = client.post(f"/api/jobs/{job['id']}/retry", json={"whole": False})
    assert (again.status_code, again.json()["retry_of"]) == (202, job["id"])
    assert ended(client, again.json()["id"])["progress"]["unchanged"] == 1
    assert client.post(f"/api/jobs/{job['id']}/cancel").json()["state"] == "done"
    assert [each["id"] for each in client.get("/api/jobs", params={"source": "team/handbook"}).json()["jobs"]] == [2, 1]
    assert client.get("/api/sources").json()["sources"][0]["last"]["id"] == 2


def test_nothing_is_added_or_removed_unless_the_settings_allow_it(client: TestClient) -> None:
    for kind in ("folder", "website", "sql"):
        refused = client.post("/api/sources", json={"name": "x", "kind": kind, "options": {}})
        assert (refused.status_code, refused.json()["error"]["type"]) == (403, "OperatorOnly")
        assert "api_sources" in refused.json()["error"]["message"]
    assert client.delete("/api/sources/team/handbook").status_code == 403
    assert len(client.get("/api/sources").json()["sources"]) == 1


def test_allowed_kinds_are_added_and_removed(open_client: TestClient) -> None:
    added = open_client.post("/api/sources", json=SITE)
    assert (added.status_code, added.json()["every_minutes"]) == (201, 60)
    assert open_client.post("/api/sources", json=SITE).status_code == 422
    for other in ("folder", "git", "fsspec", "imap", "sql", "feed"):
        assert open_client.post("/api/sources", json={**SITE, "name": "x", "kind": other}).status_code == 403
    private = {**SITE, "name": "x", "options": {"url": "https://intranet/", "allow_private_addresses": True}}
    refused = open_client.post("/api/sources", json=private)
    assert (refused.status_code, "allow_private_addresses" in refused.text) == (422, True)
    assert open_client.delete("/api/sources/site").status_code == 204
    assert open_client.delete("/api/sources/site").status_code == 404


def test_the_settings_name_guarded_kinds_only() -> None:
    with pytest.raises(ValueError, match="api_sources"):
        Settings(server={"api_sources": ["folder"]})


def test_another_sites_page_starts_nothing(client: TestClient) -> None:
    refused = client.post("/api/sources/team/handbook/sync", headers={"sec-fetch-site": "cross-site"})
    assert refused.status_code == 403
    assert client.get("/api/jobs").json()["jobs"] == []


@pytest.mark.parametrize("path", ["/api/jobs/99", "/api/jobs/99/cancel", "/api/sources/none/sync"])
def test_what_is_not_there_is_said(client: TestClient, path: str) -> None:
    method = "GET" if path.endswith("99") else "POST"
    assert client.request(method, path).status_code == 404


@pytest.mark.parametrize("number", ["0", "-1", str(2**31), str(2**63), "9" * 40, "1.5"])
def test_a_number_that_no_job_can_have_is_refused(client: TestClient, number: str) -> None:
    assert client.get(f"/api/jobs/{number}").status_code == 422
    assert client.post(f"/api/jobs/{number}/cancel").status_code == 422


def test_a_bad_configuration_is_said(open_client: TestClient) -> None:
    for changed in ({"name": "\n"}, {"every_minutes": -1}, {"password": "x"}):
        refused = open_client.post("/api/sources", json={**SITE, **changed})
        assert (refused.status_code, refused.json()["error"]["type"]) == (422, "InvalidRequest")
