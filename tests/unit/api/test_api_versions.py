"""The version in the addresses of the REST API; `test_authorisation` tries both spellings of every route."""

import re

import pytest
from fastapi.testclient import TestClient

from assistant.api.middleware.versions import API


@pytest.mark.parametrize("route", ["/conversations", "/documents", "/ledger?since=2026-01-01", "/openapi.json"])
def test_both_addresses_answer_alike_and_the_old_one_says_that_it_is_old(client: TestClient, route: str) -> None:
    new, old = client.get(f"{API}{route}"), client.get(f"/api{route}")
    assert (new.status_code, new.json()) == (200, old.json())
    assert "deprecation" not in new.headers
    assert re.fullmatch(r"@\d{10}", old.headers["deprecation"])
    assert old.headers["link"] == f'<{API}{route.partition("?")[0]}>; rel="successor-version"'


@pytest.mark.parametrize("version", ["v2", "v0", "v01", "v11"])
def test_a_version_that_there_is_not_is_not_found(client: TestClient, version: str) -> None:
    found = client.get(f"/api/{version}/conversations", headers={"accept-language": "es"})
    assert found.status_code == 404
    assert found.json()["error"]["message"].endswith("que empiezan por /api/v1.")


@pytest.mark.parametrize("path", ["/api/v1/v1/conversations", "/api/v1/api/conversations", "/api/v1", "/api/v1x/me"])
def test_a_version_is_taken_off_once(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_the_link_to_the_new_address_cannot_be_broken_out_of(client: TestClient) -> None:
    found = client.get('/api/documents/a%0d%0aset-cookie:%20x=1>;%20rel="next"/text')
    assert found.status_code == 404
    assert "set-cookie" not in found.headers
    assert found.headers["link"].count("<") == found.headers["link"].count(">") == 1


def test_a_file_above_the_limit_of_texts_comes_in_by_either_address(client: TestClient) -> None:
    for number, path in enumerate((f"{API}/documents", "/api/documents")):
        assert client.post(path, files={"files": (f"{number}.md", b"word " * 3_000)}).status_code == 201


def test_v1_of_the_clients_of_openai_is_not_touched(client: TestClient) -> None:
    assert "deprecation" not in client.get("/v1/models").headers
