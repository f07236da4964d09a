"""Every route of the application, tried by everybody: nobody, somebody suspended, and whoever has not the right.

A route that is not in `ACCESS`, or that takes an id and is not in `FOREIGN`, fails here.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.routing import iter_route_contexts
from fastapi.testclient import TestClient

from assistant.api.access import ACCESS
from assistant.api.app import create_app
from assistant.api.identity import is_open
from assistant.api.middleware.versions import API
from assistant.appointments.store import AppointmentStore
from assistant.handoff.record import Summary
from assistant.security.accounts import Accounts
from assistant.security.oidc.settings import OidcSettings
from assistant.security.rights import OF_ROLE, ROLES, Right, Role
from assistant.settings import Settings
from assistant.testing.accounts import Known, known
from assistant.testing.connectors import ScriptedConnectors
from assistant.testing.documents import LEAVE, SECURITY, ScriptedDocuments, document_id
from assistant.testing.gateway import ScriptedGateway
from assistant.testing.handoffs import WHY
from assistant.testing.scripted import ScriptedAssistant
from knowledge.errors import DocumentNotFound, JobNotFound, SourceNotFound
from knowledge.store.grants import Rule

UNKNOWN = "f" * 32
# Somebody else's things, by the route that takes their id: in its path, or in the body given here.
FOREIGN: dict[str, dict[str, Any] | None] = {
    "POST /api/ask": {"question": "mine now", "conversation_id": "{conversation_id}"},
    "POST /v1/chat/completions": {
        "messages": [{"role": "user", "content": "mine now"}],
        "pilares": {"conversation_id": "{conversation_id}"},
    },
    "POST /v1/responses": {"input": "mine now", "previous_response_id": "{response_id}"},
    "GET /v1/responses/{response_id}": None,
    "DELETE /v1/responses/{response_id}": None,
    "GET /api/streams/{stream_id}": None,
    "DELETE /api/streams/{stream_id}": None,
    "GET /api/conversations/{conversation_id}": None,
    "PATCH /api/conversations/{conversation_id}": {"title": "mine"},
    "DELETE /api/conversations/{conversation_id}": None,
    "GET /api/answers/{answer_id}": None,
    "POST /api/feedback": {"answer_id": "{answer_id}", "verdict": "up"},
    "GET /api/appointments/{appointment_id}.ics": None,
    "DELETE /api/me/keys/{key_id}": None,
    "GET /api/documents/{document_id}/text": None,
    "GET /v1/files/{document_id}": None,
    "GET /v1/files/{document_id}/content": None,
    "DELETE /v1/files/{document_id}": None,
    "DELETE /api/documents/{document_id}": None,
}
# Ids of what belongs to the installation, for whoever has the right; test_grant_routes tries the documents' with more.
OF_ALL = {
    "GET /api/handoffs/{handoff_id}", "POST /api/handoffs/{handoff_id}/take", "POST /api/handoffs/{handoff_id}/close",
    "DELETE /api/sources/{name:path}", "POST /api/sources/{name:path}/sync", "GET /api/jobs/{job_id}",
    "POST /api/jobs/{job_id}/cancel", "POST /api/jobs/{job_id}/retry", "GET /v1/models/{model:path}",
    "DELETE /api/keys/{key_id}", "PATCH /api/documents/{document_id}",
    "GET /api/documents/{document_id}/grants", "PUT /api/documents/{document_id}/grants",
    "GET /api/adapters/{name}", "POST /api/aliases/{alias}/promote", "POST /api/aliases/{alias}/rollback",
}  # fmt: skip
# What belongs to visitors of websites, whom test_visitors tries with each other's ids.
OF_VISITORS = {"GET /api/widget/conversations/{conversation_id}"}
BY_NAME = {
    "PATCH /api/users/{name}", "POST /api/users/{name}/link", "GET /api/users/{name}/export",
    "DELETE /api/users/{name}", "POST /api/connectors/{name}/pause", "POST /api/connectors/{name}/resume",
    "GET /api/users/{platform}:{name:path}/export", "DELETE /api/users/{platform}:{name:path}",
}  # fmt: skip
SECRET_PATHS = {"GET /sign-in/{token}", "POST /sign-in/{token}"}
# Asks a provider that is not there.
ABROAD = "GET /sign-in/oidc"
# Refused for what is in the request, whoever sends it: a wrong password, a used link, a source of a closed kind, a key.
SAYS_NO_ITSELF = SECRET_PATHS | {
    "POST /sign-in", "GET /sign-in/oidc/callback", "POST /api/sources", "POST /api/me/keys",
    "DELETE /api/me/keys/{key_id}", "GET /api/me/export", "POST /api/me/delete", "POST /account/delete",
}  # fmt: skip
# What a body has to look like for a route to get as far as asking who it is for.
BODIES: dict[str, dict[str, Any]] = {
    "POST /api/ask": {"json": {"question": "leave"}},
    "POST /v1/chat/completions": {"json": {"messages": [{"role": "user", "content": "leave"}]}},
    "POST /v1/responses": {"json": {"input": "leave"}},
    "POST /api/widget/ask": {"json": {"question": "leave"}},
    "POST /api/widget/feedback": {"json": {"answer": UNKNOWN, "verdict": "up"}},
    "POST /v1/embeddings": {"json": {"input": "leave"}},
    "POST /v1/files": {"files": {"file": ("n.md", b"Hello")}},
    "POST /api/documents": {"files": {"files": ("n.md", b"Hello")}},
    "POST /api/feedback": {"json": {"answer_id": UNKNOWN, "verdict": "up"}},
    "POST /api/sources": {"json": {"name": "x", "kind": "website", "options": {}}},
    "POST /api/me/keys": {"json": {"name": "x"}},
    "POST /api/me/delete": {"json": {"password": "wrong"}},
    "POST /account/delete": {"data": {"password": "wrong", "sure": "yes"}},
    "POST /api/users": {"json": {"name": "new"}},
    "PUT /api/grants/rules": {"json": {"source": "wiki", "groups": ["staff"]}},
    "DELETE /api/grants/rules": {"params": {"source": "wiki"}},
    "PUT /api/grants/restricted": {"json": {"source": "wiki", "restricted": True}},
    "PUT /api/documents/{document_id}/grants": {"json": {"groups": ["staff"]}},
    "PATCH /api/documents/{document_id}": {"json": {"pinned": True}},
    "POST /api/aliases/{alias}/promote": {"json": {"version": "help@v1"}},
    "PATCH /api/users/{name}": {"json": {"role": "member"}},
    "PATCH /api/conversations/{conversation_id}": {"json": {"title": "x"}},
    "POST /sign-in": {"data": {"name": "nobody", "password": "wrong"}},
    "POST /sign-in/{token}": {"data": {"password": "wrong"}},
}


class NoLibrary:
    """A library without documents, and without rules."""

    def __init__(self) -> None:
        self.grants = self

    def rules(self) -> list[Rule]:
        return []

    restricted = rules

    def set_rule(self, source: str, groups: Sequence[str], prefix: str) -> Rule:
        return Rule(source, prefix, tuple(groups))

    def remove_rule(self, source: str, prefix: str) -> bool:
        return False

    def restrict(self, source: str, restricted: bool) -> None: ...

    def document(self, name_or_id: str, groups: object = None) -> None:
        raise DocumentNotFound("None here.")


class NoSources:
    """An installation without sources."""

    def jobs(self, source: str | None) -> list[Any]:
        return []

    def list(self) -> Sequence[Any]:
        return []

    def __getattr__(self, name: str) -> Any:
        def unknown(*_: Any, **__: Any) -> Any:
            raise (JobNotFound if name in ("job", "documents", "cancel", "retry") else SourceNotFound)("None here.")

        return unknown


@pytest.fixture
def app(assistant: ScriptedAssistant, shared: Settings, accounts: Accounts) -> Iterator[FastAPI]:
    store = AppointmentStore.open(shared.conversations_url)
    oidc = OidcSettings(issuer="http://127.0.0.1:9", client_id="pilares")
    settings = shared.model_copy(update={"security": shared.security.model_copy(update={"oidc": oidc})})
    yield create_app(
        assistant, settings, page=False, accounts=accounts, sources=NoSources,  # type: ignore[arg-type]
        appointments=lambda: store, gateway=ScriptedGateway(), connectors=ScriptedConnectors(),  # type: ignore[arg-type]
        library=NoLibrary(),  # type: ignore[arg-type]
    )  # fmt: skip
    store.close()


class Spelled(TestClient):
    """Asks for the routes under /api by their addresses with a version, or by those without it."""

    versioned = True

    def request(self, method: str, url: Any, **given: Any) -> Any:
        """One request."""
        asked = str(url).replace("/api/", f"{API}/", 1) if self.versioned and str(url).startswith("/api/") else url
        return super().request(method, asked, **given)


@pytest.fixture
def network(app: FastAPI) -> Iterator[Spelled]:
    with Spelled(app, base_url="http://pilares.example", follow_redirects=False) as client:
        yield client


@pytest.fixture(params=["with a version", "without"])
def spelled(network: Spelled, request: pytest.FixtureRequest) -> Spelled:
    """Both addresses of every route, one after the other."""
    network.versioned = request.param == "with a version"
    return network


def routes_of(app: FastAPI) -> set[str]:
    found = {(route.path, method) for route in iter_route_contexts(app.routes) for method in route.methods or ()}
    return {f"{method} {path}" for path, method in found if path != "/api/openapi.json"}


def send(client: TestClient, route: str, headers: dict[str, str], **ids: str) -> Any:
    method, path = route.split(" ")
    path = path.replace("{platform}:{name:path}", "telegram:person/42")
    for name in (
        "conversation_id",
        "answer_id",
        "response_id",
        "stream_id",
        "appointment_id",
        "document_id",
        "handoff_id",
        "name:path",
        "token",
        "model:path",
        "key_id",
        "alias",
        "name",
    ):
        path = path.replace("{" + name + "}", ids.get(name, UNKNOWN))
    return client.request(method, path.replace("{job_id}", "7"), headers=headers, **BODIES.get(route, {}))


def test_every_route_is_in_the_table_and_nothing_else_is(app: FastAPI) -> None:
    assert routes_of(app) == set(ACCESS)


def test_every_route_that_takes_an_id_is_tried_with_a_foreign_one(app: FastAPI) -> None:
    taking = {route for route in routes_of(app) if "{" in route}
    assert taking == {route for route in FOREIGN if "{" in route} | OF_ALL | OF_VISITORS | BY_NAME | SECRET_PATHS


def test_what_anybody_may_have_is_said_in_both_places_alike() -> None:
    for route, needed in ACCESS.items():
        assert (needed is None) == is_open(route.split(" ")[1]), route


def test_nobody_gets_nothing(spelled: Spelled, accounts: Accounts) -> None:
    gone = known(accounts, "gone", "admin")
    known(accounts, "boss", "admin")
    accounts.users.suspend("gone")
    revoked = known(accounts, "revoked", "admin")
    accounts.keys.revoke(revoked.key_id)
    shown: list[dict[str, str]] = [
        {}, gone.cookie, gone.key, revoked.key, {"authorization": "Bearer pilares_made-up"},
        {"authorization": "Basic YTpi"}, {"x-api-key": "local"}, {"cookie": "pilares_session=" + "a" * 43},
        {"authorization": "Bearer ", **revoked.cookie},
        {"authorization": gone.cookie["cookie"].replace("pilares_session=", "Bearer ")},
        {"cookie": f"pilares_session={revoked.key['authorization'].removeprefix('Bearer ')}"},
    ]  # fmt: skip
    for route in [route for route, needed in ACCESS.items() if needed is not None]:
        for headers in shown if route == "POST /api/ask" else shown[:4]:
            response = send(spelled, route, headers)
            assert response.status_code == 401, (route, headers)
            assert response.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("role", ROLES)
def test_a_role_gets_what_it_has_the_right_to_and_nothing_more(
    network: TestClient, accounts: Accounts, role: Role
) -> None:
    who = known(accounts, role, role)
    for route, needed in sorted(ACCESS.items(), key=lambda row: row[0] == "POST /sign-out"):
        for headers in (who.key, who.cookie):
            allowed = needed is None or needed in OF_ROLE[role]
            status = send(network, route, headers).status_code
            assert (status not in (401, 403)) == allowed or route in SAYS_NO_ITSELF, route
            assert status < 500 or (route, status) == (ABROAD, 503)


@pytest.mark.parametrize("right", sorted(OF_ROLE["admin"]))
def test_a_key_may_do_what_its_scopes_say_and_nothing_more(
    network: TestClient, accounts: Accounts, right: Right
) -> None:
    boss = known(accounts, "boss", "admin")
    _, token = accounts.keys.make(boss.user, "narrow", scopes=[right])
    for route, needed in ACCESS.items():
        if needed is None or route in SAYS_NO_ITSELF:
            continue
        status = send(network, route, {"x-api-key": token}).status_code
        assert (status == 403) == (needed is not right), route


@dataclass(frozen=True)
class Theirs:
    """What belongs to Ana, by the name a route has for it."""

    ana: Known
    ids: dict[str, str]


Make = Callable[[], Theirs]


@pytest.fixture
def make(network: TestClient, accounts: Accounts, assistant: ScriptedAssistant, shared: Settings) -> Iterator[Make]:
    ana = known(accounts, "ana", "editor", "hr")
    store = AppointmentStore.open(shared.conversations_url)
    hours = count(1)

    def made() -> Theirs:
        assistant.documents = ScriptedDocuments()
        answer = network.post("/api/ask", json={"question": "How many days of leave?"}, headers=ana.cookie).json()
        assistant.documents.restrict(document_id(LEAVE), frozenset({"hr"}))
        starts = datetime.now(UTC) + timedelta(hours=next(hours))
        booked = store.book(ana.user.id, calendar="desk", service="x", starts=starts,
                            ends=starts + timedelta(minutes=30), name="Ana", contact="a@b")  # fmt: skip
        response = network.post("/v1/responses", json={"input": "How many days of leave?"}, headers=ana.cookie).json()
        resumable = {"question": "How many days of leave?", "stream": True, "resumable": True}
        stream = network.post("/api/ask", json=resumable, headers=ana.cookie).headers["x-pilares-stream"]
        ids = {"conversation_id": answer["conversation_id"], "answer_id": answer["id"], "appointment_id": booked.id,
               "response_id": response["id"], "stream_id": stream,
               "document_id": document_id(LEAVE), "key_id": accounts.keys.make(ana.user, "other")[0].id}  # fmt: skip
        return Theirs(ana, ids)

    yield made
    store.close()


@pytest.fixture
def theirs(make: Make) -> Theirs:
    return make()


def test_what_is_somebody_elses_does_not_exist(spelled: Spelled, accounts: Accounts, make: Make) -> None:
    others = [known(accounts, name, role, "sales") for name, role in (("ben", "editor"), ("boss", "admin"))]
    for route, body in FOREIGN.items():
        theirs = make()
        filled = json.dumps(body)
        for name, value in theirs.ids.items():
            filled = filled.replace("{" + name + "}", value)
        sent = None if body is None else json.loads(filled)
        method, path = route.split(" ")
        for other in others:
            for headers in (other.cookie,) if "/keys/" in route else (other.cookie, other.key):
                response = spelled.request(method, path.format(**theirs.ids), json=sent, headers=headers)
                assert response.status_code == 404, route
        mine = spelled.request(method, path.format(**theirs.ids), json=sent, headers=theirs.ana.cookie)
        assert mine.status_code < 300, route


def test_lists_show_what_is_ones_own(network: TestClient, accounts: Accounts, theirs: Theirs) -> None:
    ben = known(accounts, "ben", "admin", "sales")
    hidden = document_id(LEAVE)
    for headers, mine in ((ben.cookie, False), (theirs.ana.cookie, True)):
        assert bool(network.get("/api/conversations", headers=headers).json()["conversations"]) == mine
        assert bool(network.get("/api/appointments", headers=headers).json()["appointments"]) == mine
        documents = network.get("/api/documents", headers=headers).json()["documents"]
        assert (hidden in {each["id"] for each in documents}) == mine
        assert network.get("/health", headers=headers).json()["documents"] == (4 if mine else 3)
    assert "documents" not in network.get("/health").json()


def test_groups_reach_the_turn_and_count_at_once(
    network: TestClient, accounts: Accounts, assistant: ScriptedAssistant
) -> None:
    ana = known(accounts, "ana", "member", "hr")
    for groups in ({"hr"}, {"sales", "board"}, set()):
        accounts.users.change("ana", groups=groups)
        network.post("/api/ask", json={"question": "hello"}, headers=ana.cookie)
        assert assistant.requests[-1].groups == groups | {"everyone"}
        assert assistant.requests[-1].user_id == ana.user.id


def test_an_upload_is_for_groups_of_its_uploader(
    network: TestClient, accounts: Accounts, assistant: ScriptedAssistant
) -> None:
    ana, boss = known(accounts, "ana", "editor", "hr"), known(accounts, "boss", "admin")
    ben = known(accounts, "ben", "editor", "sales")

    def upload(who: Known, name: str, *groups: str) -> Any:
        files = {"files": (name, f"{name} of {who.user.name}".encode())}
        return network.post("/api/documents", files=files, data={"groups": groups}, headers=who.key)

    assert upload(ana, "a.md", "hr").status_code == 201
    assert upload(ana, "b.md", "sales").status_code == 403
    assert upload(boss, "c.md", "sales").status_code == 201
    seen = {each["name"] for each in network.get("/api/documents", headers=ben.key).json()["documents"]}
    assert "c.md" in seen
    assert "a.md" not in seen
    assert upload(ben, "a.md").json()["results"][0]["status"] == "refused"
    assert assistant.documents.text(document_id(SECURITY))


def test_a_route_without_a_row_answers_nobody(
    app: FastAPI, accounts: Accounts, caplog: pytest.LogCaptureFixture
) -> None:
    router = APIRouter()
    router.add_api_route("/api/new", lambda: "here")
    app.include_router(router)
    boss = known(accounts, "boss", "admin")
    with TestClient(app, base_url="http://pilares.example") as client:
        assert client.get("/api/new", headers=boss.key).status_code == 403
    assert "GET /api/new is not in the table" in caplog.text
    assert routes_of(app) - set(ACCESS) == {"GET /api/new"}


def test_handoffs_are_for_those_who_operate(
    network: TestClient, accounts: Accounts, assistant: ScriptedAssistant
) -> None:
    begun = assistant.conversations.start("ana")
    made = assistant.conversations.handoffs.begin("ana", begun.id, WHY, Summary("a person", (), 0, ("Where?",)))
    boss, ben = known(accounts, "boss", "admin"), known(accounts, "ben", "editor")
    assert network.post(f"/api/handoffs/{made.id}/take", headers=ben.key).status_code == 403
    assert assistant.conversations.handoffs.get(made.id).state == "open"
    assert network.post(f"/api/handoffs/{made.id}/take", headers=boss.key).json()["state"] == "taken"
