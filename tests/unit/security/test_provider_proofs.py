"""What a provider has to prove before anybody is believed; against a real one on this computer."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc.jwk import RSAKey
from openid_provider import CLIENT, SECRET, OpenIdProvider, serving_provider

from assistant.errors import NotSignedIn, SignInUnavailable
from assistant.security.oidc.provider import KEPT_S, Attempt, Provider
from assistant.security.oidc.settings import OidcSettings

BACK = "http://127.0.0.1:1/sign-in/oidc/callback"


@pytest.fixture(scope="module")
def serving() -> Iterator[OpenIdProvider]:
    with serving_provider() as made:
        made.redirects = {BACK}
        yield made


@pytest.fixture
def openid(serving: OpenIdProvider) -> OpenIdProvider:
    serving.reset()
    return serving


def provider(openid: OpenIdProvider, **more: Any) -> Provider:
    given = {"client_id": CLIENT, "client_secret": SECRET, **more}
    return Provider(OidcSettings(issuer=openid.issuer, **given))


def code_for(made: Provider, attempt: Attempt) -> str:
    """What the browser of somebody brings back."""
    back = httpx.get(made.address(attempt, BACK)).headers["location"]
    return parse_qs(urlsplit(back).query)["code"][0]


def claims(made: Provider, attempt: Attempt | None = None, **more: Any) -> Any:
    attempt = attempt or Attempt()
    return made.claims(attempt, code_for(made, attempt), BACK, **more)


@pytest.mark.parametrize("way", [("client_secret_basic", SECRET), ("client_secret_post", SECRET), ("none", None)])
def test_a_client_proves_itself_as_the_provider_wants_it(openid: OpenIdProvider, way: tuple[str, str | None]) -> None:
    openid.method = way[0]
    made = provider(openid, client_secret=way[1])
    assert claims(made, issuer=openid.issuer)["email"] == "ana@example.org"
    asked = openid.seen[-1]
    assert (asked["code_challenge_method"], asked["client_id"]) == ("S256", CLIENT)


def test_the_answer_to_another_attempt_proves_nothing(openid: OpenIdProvider) -> None:
    made, mine, other = provider(openid), Attempt(), Attempt()
    with pytest.raises(NotSignedIn, match="invalid_grant"):  # without the verifier
        made.claims(other, code_for(made, mine), BACK)
    begun = Attempt()
    code = code_for(made, begun)
    with pytest.raises(NotSignedIn):  # with another nonce
        made.claims(Attempt(verifier=begun.verifier), code, BACK)


def test_an_answer_that_comes_from_somebody_else_is_refused(openid: OpenIdProvider) -> None:
    made, attempt = provider(openid), Attempt()
    with pytest.raises(NotSignedIn, match="issuer"):
        made.claims(attempt, "code", BACK, issuer="https://evil.example")


@pytest.mark.parametrize(
    "spoil", [{"iss": "https://evil.example"}, {"aud": ["another"]}, {"exp": 1}, {"nonce": "stale"}, {"sub": None}]
)
def test_a_token_that_proves_something_else_is_refused(openid: OpenIdProvider, spoil: dict[str, Any]) -> None:
    openid.spoil = spoil
    with pytest.raises(NotSignedIn):
        claims(provider(openid))


def test_a_token_that_anybody_could_have_signed_is_refused(openid: OpenIdProvider) -> None:
    openid.alg = "HS256"
    with pytest.raises(NotSignedIn):
        claims(provider(openid))


def test_new_keys_are_asked_for_and_strange_ones_refused(openid: OpenIdProvider) -> None:
    made = provider(openid)
    claims(made)
    first = openid.key
    try:
        openid.key = RSAKey.generate_key(2048, {"kid": "second"}, auto_kid=False)
        with pytest.raises(NotSignedIn):  # signed with a key that it does not publish
            claims(made)
        openid.published = openid.key
        assert claims(made)["sub"] == "ana-1"
    finally:
        openid.key = openid.published = first


def test_what_is_missing_is_asked_for_beside_the_token(openid: OpenIdProvider) -> None:
    openid.person = {"sub": "ana-1", "email": "ana@example.org"}
    openid.beside = {"groups": ["hr"], "email": "other@example.org"}
    made = provider(openid, groups_claim="groups")
    told = claims(made)
    assert told["groups"] == ["hr"]
    assert told["email"] == "ana@example.org"  # what was signed counts
    openid.beside = {"groups": ["board"], "sub": "somebody-else"}
    assert "groups" not in claims(made)
    openid.mute = True
    with pytest.raises(SignInUnavailable):
        claims(made)


def test_a_provider_that_is_down_is_told_from_one_that_refuses(openid: OpenIdProvider) -> None:
    made, attempt = provider(openid), Attempt()
    code = code_for(made, attempt)
    openid.down = True
    with pytest.raises(SignInUnavailable):
        made.claims(attempt, code, BACK)
    with pytest.raises(SignInUnavailable):
        provider(openid).address(Attempt(), BACK)


def test_one_that_calls_itself_otherwise_is_not_believed(openid: OpenIdProvider) -> None:
    made = Provider(OidcSettings(issuer=f"{openid.issuer}/", client_id=CLIENT))
    with pytest.raises(SignInUnavailable, match="it calls itself"):
        made.address(Attempt(), BACK)


def test_what_it_says_of_itself_is_kept_for_an_hour(openid: OpenIdProvider) -> None:
    now = [0.0]
    made = Provider(provider(openid).settings, lambda: now[0])
    made.address(Attempt(), BACK)
    openid.down = True
    now[0] = KEPT_S - 1
    assert made.address(Attempt(), BACK)
    now[0] = KEPT_S
    with pytest.raises(SignInUnavailable):
        made.address(Attempt(), BACK)


def test_nothing_secret_of_an_attempt_is_shown() -> None:
    attempt = Attempt(wanted="/?c=1")
    assert repr(attempt) == "Attempt(wanted='/?c=1')"
    assert len({attempt.state, attempt.nonce, attempt.verifier, Attempt().state}) == 4
