"""What every request passes: hosts, origins, sizes, headers, identity."""

import time
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from assistant.api.middleware.hosts import host_name
from assistant.loopback import is_loopback
from assistant.security.person import LOCAL_USER
from assistant.testing.scripted import ScriptedAssistant


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "169.254.169.254", ""]
)
def test_a_local_server_does_not_answer_foreign_names(client: TestClient, host: str) -> None:
    response = client.get("/api/conversations", headers={"host": host})
    assert response.status_code == 421
    assert "http://localhost:7860/" in response.json()["error"]["message"]


@pytest.mark.parametrize(
    "host", ["localhost", "localhost:7860", "127.0.0.1:1", "127.8.9.1", "[::1]:7860", "LOCALHOST."]
)
def test_a_local_server_answers_its_own_names(client: TestClient, host: str) -> None:
    assert client.get("/health", headers={"host": host}).status_code == 200


def test_a_server_on_the_network_answers_under_any_name(network: TestClient) -> None:
    assert network.get("/health", headers={"host": "intranet"}).status_code == 200


@pytest.mark.parametrize("header", ["[::1", "a b", "x@localhost@evil", "localhost:99999999", "\t"])
def test_odd_host_headers_are_no_loopback_and_no_error(header: str) -> None:
    assert host_name(header) != "localhost" or is_loopback(host_name(header))


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:9999"},
    ],
)
def test_other_sites_cannot_change_anything(client: TestClient, headers: dict[str, str]) -> None:
    response = client.post("/api/documents", files={"files": ("x.txt", b"planted")}, headers=headers)
    assert response.status_code == 403
    assert len(client.get("/api/documents").json()["documents"]) == 4


@pytest.mark.parametrize("headers", [{"sec-fetch-site": "same-origin"}, {"origin": "http://127.0.0.1:7860"}, {}])
def test_our_own_page_and_programs_can(client: TestClient, headers: dict[str, str]) -> None:
    assert client.post("/api/ask", json={"question": "hello"}, headers=headers).status_code == 200


def test_there_are_no_cors_headers(client: TestClient) -> None:
    for response in (
        client.get("/health", headers={"origin": "http://evil.example"}),
        client.options("/api/ask", headers={"origin": "http://evil.example", "access-control-request-method": "POST"}),
    ):
        assert not [name for name in response.headers if name.startswith("access-control")]


def test_a_body_above_the_limit_is_refused_at_once(client: TestClient) -> None:
    started = time.monotonic()
    response = client.post("/api/ask", json={"question": "x" * 10_000_000})
    assert response.status_code == 413
    assert response.json()["error"]["message"].startswith("The request is larger than the")
    started = time.monotonic()
    assert client.post("/api/ask", content=b"x", headers={"content-length": "99999999999"}).status_code == 413
    assert time.monotonic() - started < 1


def test_a_body_that_does_not_tell_its_length_is_counted(client: TestClient) -> None:
    def endless() -> Iterator[bytes]:
        for _ in range(1_000):
            yield b"x" * 65_536

    response = client.post("/api/ask", content=endless(), headers={"content-type": "application/json"})
    assert response.status_code == 413
    upload = client.post(
        "/api/documents", content=endless(), headers={"content-type": "multipart/form-data; boundary=b"}
    )
    assert upload.status_code in (400, 413)


@pytest.mark.parametrize("length", ["-1", "abc", "1e9", "٣"])
def test_a_length_that_is_none_is_refused(client: TestClient, length: str) -> None:
    headers = {"content-length": length.encode()}
    assert client.post("/api/ask", content=b"{}", headers=headers).status_code == 400  # type: ignore[arg-type]


def test_every_answer_carries_the_security_headers(client: TestClient) -> None:
    for path in ("/health", "/api/nothing", "/api/conversations/none"):
        headers = client.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert "frame-ancestors 'self'" in headers["content-security-policy"]
    assert "content-security-policy" in client.get("/health", headers={"host": "evil"}).headers


def test_unknown_paths_answer_in_our_shape(client: TestClient) -> None:
    response = client.get("/api/nothing", headers={"accept-language": "es"})
    assert response.status_code == 404
    assert response.json() == {"error": {"type": "HttpError", "message": "No encontrado."}}


def test_the_interactive_documentation_that_loads_foreign_scripts_is_off(client: TestClient) -> None:
    for path in ("/docs", "/redoc"):
        assert client.get(path).status_code == 404
    assert client.get("/api/openapi.json").json()["info"]["title"] == "Pilares"


def test_a_local_server_has_one_user_and_sets_no_cookie(client: TestClient, assistant: ScriptedAssistant) -> None:
    response = client.post("/api/ask", json={"question": "hello"})
    assert "set-cookie" not in response.headers
    assert assistant.requests[-1].user_id == LOCAL_USER
