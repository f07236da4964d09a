"""Signing in, choosing a password, signing out: what a browser sees."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from assistant.api.app import create_app
from assistant.errors import ConfigurationError
from assistant.security.accounts import Accounts
from assistant.security.credentials import COOKIE
from assistant.settings import Settings
from assistant.testing.accounts import PASSWORD, known
from assistant.testing.scripted import ScriptedAssistant

HTML = {"accept": "text/html,application/xhtml+xml"}


def test_a_browser_is_sent_to_sign_in_and_back(network: TestClient, accounts: Accounts) -> None:
    known(accounts, "ana")
    sent = network.get("/?c=abc", headers=HTML)
    assert (sent.status_code, sent.headers["location"]) == (303, "/sign-in?next=%2F%3Fc%3Dabc")
    assert 'value="/?c=abc"' in network.get(sent.headers["location"]).text
    done = network.post("/sign-in", data={"name": "Ana", "password": PASSWORD, "next": "/?c=abc"})
    assert (done.status_code, done.headers["location"]) == (303, "/?c=abc")
    cookie = done.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Secure" not in cookie
    assert network.get("/api/conversations").status_code == 200
    gone = network.post("/sign-out")
    assert gone.headers["location"] == "/sign-in"
    assert network.get("/api/conversations").status_code == 401


def test_signing_out_ends_the_session_and_not_only_the_cookie(network: TestClient, accounts: Accounts) -> None:
    ana = known(accounts, "ana")
    assert network.post("/sign-out", headers=ana.cookie).status_code == 303
    assert network.get("/api/conversations", headers=ana.cookie).status_code == 401
    assert network.get("/api/conversations", headers=ana.key).status_code == 200


@pytest.mark.parametrize("where", ["https://evil.example/?a=1", "//evil.example", "/\\evil.example", "x"])
def test_nobody_is_sent_anywhere_else(network: TestClient, accounts: Accounts, where: str) -> None:
    known(accounts, "ana")
    done = network.post("/sign-in", data={"name": "ana", "password": PASSWORD, "next": where})
    assert done.headers["location"] == "/"


def test_a_wrong_name_and_a_wrong_password_look_alike(network: TestClient, accounts: Accounts) -> None:
    known(accounts, "ana")
    answers = [
        network.post("/sign-in", data={"name": name, "password": password})
        for name, password in (("ana", "wrong password"), ("nobody", PASSWORD), ("", PASSWORD), ("a b", PASSWORD))
    ]
    assert {each.status_code for each in answers} <= {401, 422}
    assert COOKIE not in "".join(each.headers.get("set-cookie", "") for each in answers)
    same = [each.text.replace("nobody", "ana").replace("a b", "ana") for each in answers if each.status_code == 401]
    assert (len(same), len(set(same))) == (3, 1)


def test_after_several_failures_a_name_has_to_wait(network: TestClient, accounts: Accounts) -> None:
    known(accounts, "ana")
    for _ in range(5):
        assert network.post("/sign-in", data={"name": "ana", "password": "wrong"}).status_code == 401
    waiting = network.post("/sign-in", data={"name": "ANA", "password": PASSWORD})
    assert waiting.status_code == 429
    assert int(waiting.headers["retry-after"]) >= 1
    assert network.post("/sign-in", data={"name": "ben", "password": "wrong"}).status_code == 401


def test_a_one_time_link_sets_the_password_once(network: TestClient, accounts: Accounts) -> None:
    token = accounts.first_link()
    shown = network.get(f"/sign-in/{token}")
    assert "admin" in shown.text
    assert network.post(f"/sign-in/{token}", data={"password": "short"}).status_code == 422
    done = network.post(f"/sign-in/{token}", data={"password": PASSWORD})
    assert done.status_code == 303
    assert network.get("/api/ledger").status_code == 200
    assert network.get(f"/sign-in/{token}").status_code == 401
    assert network.post(f"/sign-in/{token}", data={"password": PASSWORD + "!"}).status_code == 401
    assert accounts.audit.latest()[0].act == "password.set"


def test_the_pages_run_no_script_and_escape_what_was_typed(network: TestClient, accounts: Accounts) -> None:
    attack = '"><script>alert(1)</script>{form}'
    for page in (
        network.get("/sign-in", params={"next": attack}),
        network.post("/sign-in", data={"name": attack, "password": "x", "next": attack}),
        network.get("/sign-in/made-up"),
    ):
        assert "<script" not in page.text
        policy = page.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert page.headers["cache-control"] == "no-store"


def test_another_site_signs_nobody_in(network: TestClient, accounts: Accounts) -> None:
    known(accounts, "ana")
    data = {"name": "ana", "password": PASSWORD}
    assert network.post("/sign-in", data=data, headers={"sec-fetch-site": "cross-site"}).status_code == 403


def test_https_cookies_stay_on_https(assistant: ScriptedAssistant, shared: Settings, accounts: Accounts) -> None:
    known(accounts, "ana")
    app = create_app(assistant, shared, page=False, accounts=accounts)
    with TestClient(app, base_url="https://pilares.example", follow_redirects=False) as client:
        done = client.post("/sign-in", data={"name": "ana", "password": PASSWORD})
    assert "Secure" in done.headers["set-cookie"]


def test_a_server_on_the_network_is_not_made_without_accounts(assistant: ScriptedAssistant, shared: Settings) -> None:
    with pytest.raises(ConfigurationError, match="Accounts are required"):
        create_app(assistant, shared, page=False)


@pytest.fixture
def closed(assistant: ScriptedAssistant, settings: Settings, accounts: Accounts) -> Iterator[TestClient]:
    """A server on this computer's own address that requires accounts all the same."""
    own = settings.model_copy(update={"security": settings.security.model_copy(update={"accounts": True})})
    with TestClient(create_app(assistant, own, page=False, accounts=accounts), base_url="http://127.0.0.1") as client:
        yield client


def test_accounts_can_be_required_on_loopback(closed: TestClient, accounts: Accounts) -> None:
    assert closed.get("/api/conversations").status_code == 401
    assert closed.get("/api/conversations", headers=known(accounts, "ana").key).status_code == 200


def test_on_loopback_nobody_has_to_sign_in(client: TestClient, accounts: Accounts) -> None:
    for headers in ({}, {"authorization": "Bearer anything"}, {"cookie": f"{COOKIE}=made-up"}):
        assert client.get("/api/ledger", headers=headers).status_code == 200
