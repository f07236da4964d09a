"""Signing in with a real provider on this computer, as a browser does it: there, back, and what proves nothing."""

import time
from typing import Any

import httpx
import pytest
from joserfc.jwk import RSAKey
from oidc_site import Site, changed, come_in, go, me
from openid_provider import CLIENT, SECRET, OpenIdProvider

from assistant.api.oidc import _packed, _unpacked
from assistant.errors import SignInUnavailable
from assistant.security.oidc.provider import Attempt, Provider
from assistant.security.oidc.settings import OidcSettings
from assistant.testing.accounts import known


def test_whoever_the_provider_knows_comes_in_and_has_an_account(browser: httpx.Client, site: Site) -> None:
    page = browser.get(f"{site.address}sign-in", params={"next": "/?c=abc"}).text
    assert "Sign in with Example &amp; Sons" in page
    assert 'href="/sign-in/oidc?next=%2F%3Fc%3Dabc"' in page
    done = come_in(browser, site, "/?c=abc")
    assert (done.status_code, done.headers["location"]) == (303, "/?c=abc")
    cookies = "\n".join(done.headers.get_list("set-cookie"))
    assert "pilares_session=" in cookies
    assert "HttpOnly" in cookies
    told = me(browser, site)
    assert (told["name"], told["groups"], told["rights"]) == ("ana@example.org", ["everyone"], ["ask", "read"])
    (user,) = site.accounts.users.list()
    assert not user.invited
    assert [act.act for act in site.accounts.audit.latest()] == ["user.identify", "user.add"]
    asked = site.provider.seen[-1]
    assert (asked["code_challenge_method"], asked["response_type"]) == ("S256", "code")
    assert asked["scope"].split()[0] == "openid"
    assert all(len(asked[name]) >= 43 for name in ("state", "nonce", "code_challenge"))
    assert SECRET not in str(asked)


def test_the_same_person_is_the_same_account_whatever_they_are_called(browser: httpx.Client, site: Site) -> None:
    come_in(browser, site)
    before = me(browser, site)["id"]
    site.provider.person["email"] = "ana.married@example.org"
    come_in(browser, site)
    assert me(browser, site)["id"] == before
    site.provider.person["sub"] = "somebody-else"
    come_in(browser, site)
    assert me(browser, site)["id"] != before


@pytest.mark.parametrize(
    "site", [{"client_secret": None, "method": "none"}, {"method": "client_secret_post"}], indirect=True
)
def test_a_client_proves_itself_as_the_provider_wants_it(browser: httpx.Client, site: Site) -> None:
    assert come_in(browser, site).status_code == 303
    assert me(browser, site)["name"] == "ana@example.org"


def test_the_provider_refuses_a_code_without_its_verifier(browser: httpx.Client, site: Site) -> None:
    back = go(browser, site)
    attempt = _unpacked(browser.cookies["pilares_attempt"])
    assert attempt is not None
    browser.cookies.delete("pilares_attempt")
    forged = _packed(Attempt(attempt.state, attempt.nonce, "x" * 64, ""))
    response = browser.get(back, headers={"cookie": f"pilares_attempt={forged}"})
    assert response.status_code == 401
    assert "invalid_grant" in response.text


def test_what_comes_back_belongs_to_the_browser_that_went(browser: httpx.Client, site: Site) -> None:
    back = go(browser, site)
    with httpx.Client() as other:
        assert other.get(back).status_code == 401
        assert me(other, site) == 401
        other.get(f"{site.address}sign-in/oidc")
        assert other.get(back).status_code == 401
    for values in ({"state": "x"}, {"state": ""}, {"code": ""}, {"code": "made-up"}, {"iss": "https://evil.example"}):
        cookie = browser.cookies["pilares_attempt"]
        response = browser.get(changed(back, **values))
        assert response.status_code == 401, values
        assert me(browser, site) == 401
        browser.cookies.set("pilares_attempt", cookie, domain="127.0.0.1", path="/sign-in/oidc")
    assert browser.get(back).status_code == 303
    assert browser.get(back).status_code == 401  # it is good for once


def test_cookies_that_are_none_are_nothing(browser: httpx.Client, site: Site) -> None:
    address, made_up = f"{site.address}sign-in/oidc/callback", {"code": "x", "state": ""}
    surrogate = "eyJzdGF0ZSI6ICJcdWQ4MDAiLCAibm9uY2UiOiAieCIsICJ2ZXJpZmllciI6ICJ4IiwgIndhbnRlZCI6ICIifQ=="
    for cookie in ("", "e30=", "bnVsbA==", "!!", "W10=", "eyJzdGF0ZSI6IDd9", surrogate):
        response = browser.get(address, params=made_up, headers={"cookie": f"pilares_attempt={cookie}"})
        assert response.status_code == 401, cookie
        assert "begun in this browser" in response.text
        assert 'action="/sign-in"' in response.text


def test_a_token_that_proves_something_else_lets_nobody_in(browser: httpx.Client, site: Site) -> None:
    now = int(time.time())
    spoilt: tuple[dict[str, Any], ...] = (
        {"nonce": "another"}, {"nonce": None}, {"aud": ["somebody-else"]}, {"aud": [CLIENT, "other"], "azp": "other"},
        {"iss": "https://evil.example"}, {"exp": now - 3600}, {"exp": None}, {"sub": None}, {"sub": "x" * 300},
        {"iat": now + 7200}, {"at_hash": "AAAA"},
    )  # fmt: skip
    for site.provider.spoil in spoilt:
        assert come_in(browser, site).status_code == 401, site.provider.spoil
        assert me(browser, site) == 401
        assert site.accounts.users.list() == []
    site.provider.spoil = {}
    assert come_in(browser, site).status_code == 303


@pytest.mark.filterwarnings("ignore:JWS algorithm")  # the provider's own of what it is made to do
def test_a_token_that_anybody_could_have_signed_lets_nobody_in(browser: httpx.Client, site: Site) -> None:
    for site.provider.alg in ("none", "HS256"):
        assert come_in(browser, site).status_code == 401
        assert site.accounts.users.list() == []


def test_keys_of_the_provider_may_change_and_strange_ones_are_refused(browser: httpx.Client, site: Site) -> None:
    assert come_in(browser, site).status_code == 303
    former = site.provider.key
    site.provider.key = RSAKey.generate_key(2048, {"kid": "second"}, auto_kid=False)
    try:
        assert come_in(browser, site).status_code == 401  # not published
        site.provider.published = site.provider.key
        assert come_in(browser, site).status_code == 303
        site.provider.key = RSAKey.generate_key(2048, {"kid": "second"}, auto_kid=False)
        assert come_in(browser, site).status_code == 401  # another key by the same name
    finally:
        site.provider.key = site.provider.published = former


def test_whom_the_provider_denies_is_told(browser: httpx.Client, site: Site) -> None:
    site.provider.denies = True
    response = come_in(browser, site)
    assert response.status_code == 401
    assert "access_denied" in response.text
    strange = browser.get(
        f"{site.address}sign-in/oidc/callback", params={"error": "<script>alert(1)</script>", "state": "x"}
    )
    assert "<script>" not in strange.text


def test_a_provider_that_does_not_answer_is_told_and_passwords_go_on(browser: httpx.Client, site: Site) -> None:
    site.provider.down = True
    response = browser.get(f"{site.address}sign-in/oidc", headers={"accept-language": "es"})
    assert response.status_code == 503
    assert "no se puede consultar" in response.text
    known(site.accounts, "ben")
    done = browser.post(f"{site.address}sign-in", data={"name": "ben", "password": "correct horse battery"})
    assert done.status_code == 303
    site.provider.down = False
    assert come_in(browser, site).status_code == 303


def test_a_provider_that_names_itself_otherwise_or_unsafely_is_not_asked(openid: OpenIdProvider) -> None:
    spelled = Provider(OidcSettings(issuer=openid.issuer.replace("127.0.0.1", "localhost"), client_id=CLIENT))
    with pytest.raises(SignInUnavailable, match="calls itself"):
        spelled.address(Attempt(), "http://x/callback")
    for issuer in ("http://login.example.org", "ftp://x", "login"):
        with pytest.raises(ValueError, match="not an https address"):
            OidcSettings(issuer=issuer, client_id=CLIENT)


def test_what_the_provider_says_of_itself_is_asked_for_once_an_hour(openid: OpenIdProvider) -> None:
    now = [0.0]
    provider = Provider(OidcSettings(issuer=openid.issuer, client_id=CLIENT), lambda: now[0])
    first = provider.address(Attempt(), "http://x/callback")
    assert first.startswith(f"{openid.issuer}/authorize?")
    openid.down = True
    provider.address(Attempt(), "http://x/callback")
    now[0] = 3601.0
    with pytest.raises(SignInUnavailable):
        provider.address(Attempt(), "http://x/callback")
