"""The events of a page reach the person who opened it."""

from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from assistant.security.person import Person
from assistant.ui.owners import REMEMBERED, PageOwners


def client(owners: PageOwners) -> TestClient:
    async def as_somebody(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            who = dict(scope["headers"]).get(b"who")
            scope["pilares_person"] = None if who is None else Person(who.decode(), who.decode())
            await owners(scope, receive, send)

    return TestClient(as_somebody)


async def told(request: Request) -> JSONResponse:
    return JSONResponse({"body": (await request.body()).decode()})


def owners() -> PageOwners:
    paths = (
        "/gradio_api/queue/join",
        "/gradio_api/queue/data",
        "/gradio_api/heartbeat/{name}",
        "/gradio_api/cancel",
        "/x",
    )
    return PageOwners(Starlette(routes=[Route(path, told, methods=["GET", "POST"]) for path in paths]))


def test_a_page_belongs_to_whoever_opened_it() -> None:
    page = client(owners())
    joined = page.post(
        "/gradio_api/queue/join", json={"session_hash": "abc", "data": ["hello"]}, headers={"who": "ana"}
    )
    assert "hello" in joined.json()["body"]
    for headers, status in (({"who": "ana"}, 200), ({"who": "ben"}, 404), ({}, 404)):
        assert page.get("/gradio_api/queue/data?session_hash=abc", headers=headers).status_code == status
        assert page.get("/gradio_api/heartbeat/abc", headers=headers).status_code == status
        assert page.post("/gradio_api/cancel", json={"session_hash": "abc"}, headers=headers).status_code == status
        assert page.post("/gradio_api/queue/join", json={"session_hash": "abc"}, headers=headers).status_code == status


def test_what_names_no_page_goes_on() -> None:
    page = client(owners())
    for who in ("ana", "ben"):
        assert page.get("/x", headers={"who": who}).status_code == 200


def test_bodies_that_name_none_are_nobodys_page() -> None:
    page = client(owners())
    bodies: list[Any] = [b"", b"{", b"[1]", b'{"session_hash": 7}', b"[" * 100_000]
    for body in bodies:
        assert page.post("/gradio_api/queue/join", content=body, headers={"who": "ana"}).status_code == 200
        assert page.post("/gradio_api/queue/join", content=body, headers={"who": "ben"}).status_code == 404


def test_a_flood_of_names_does_not_grow_for_ever() -> None:
    made = owners()
    for number in range(REMEMBERED + 10):
        assert made._is_owner(str(number), Person("ana", "ana"))
    assert len(made._owners) == REMEMBERED
