"""What the claims of a provider come to, and which settings of one are refused."""

from typing import Any

import pytest
from pydantic import ValidationError

from assistant.errors import NotSignedIn
from assistant.security.oidc.claims import claim, claimed
from assistant.security.oidc.settings import OidcSettings, is_safe

ANA = {"sub": "ana-1", "email": "ana@example.org", "email_verified": True}


def settings(**more: Any) -> OidcSettings:
    return OidcSettings(issuer="https://login.example.org/realms/staff", client_id="pilares", **more)


def test_a_claim_is_found_by_its_name_or_by_its_path() -> None:
    claims = {"a.b": 1, "realm_access": {"roles": ["x"]}, "name": "ana"}
    assert claim(claims, "a.b") == 1
    assert claim(claims, "realm_access.roles") == ["x"]
    assert [claim(claims, name) for name in ("none", "name.first", "realm_access.none")] == [None, None, None]


def test_without_a_claim_for_groups_they_are_given_here() -> None:
    who = claimed({**ANA, "groups": ["hr"]}, settings())
    assert (who.subject, who.name, who.groups, who.role) == ("ana-1", "ana@example.org", None, None)


@pytest.mark.parametrize("verified", [None, False, "false", 1])
def test_an_address_that_was_not_verified_is_nobodys(verified: Any) -> None:
    with pytest.raises(NotSignedIn, match="the claim email is missing or not verified"):
        claimed({**ANA, "email_verified": verified}, settings())
    assert claimed({**ANA, "email_verified": "true"}, settings()).name == "ana@example.org"
    unverified = {**ANA, "email_verified": verified, "upn": "ana"}
    assert claimed(unverified, settings(name_claim="upn")).name == "ana"


@pytest.mark.parametrize("wrong", [{"sub": None}, {"sub": ""}, {"sub": "x" * 256}, {"sub": 7}, {"email": ["a"]}])
def test_who_does_not_say_who_they_are_is_nobody(wrong: dict[str, Any]) -> None:
    with pytest.raises(NotSignedIn):
        claimed({**ANA, **wrong}, settings())


@pytest.mark.parametrize(
    ("value", "groups"),
    [
        (["hr", "board", "a b", 7], ("board", "hr")),
        ("hr", ("hr",)),
        ({"hr": True}, ()),
        (None, ()),
    ],
)
def test_values_are_groups_as_they_are_and_what_can_be_no_group_is_none(value: Any, groups: tuple[str, ...]) -> None:
    who = claimed({**ANA, "groups": value}, settings(groups_claim="groups"))
    assert (who.groups, who.role) == (groups, None)


@pytest.mark.parametrize(
    ("values", "groups", "role"),
    [
        (["HR", "boss", "ed"], ("hr",), "admin"),
        (["ed", "hr"], (), "editor"),
        ([], (), "member"),
    ],
)
def test_with_tables_only_what_they_name_counts_and_the_highest_role(
    values: list[str], groups: tuple[str, ...], role: str
) -> None:
    mapped = settings(groups_claim="groups", groups={"HR": "hr"}, roles={"boss": "admin", "ed": "editor"})
    who = claimed({**ANA, "groups": values}, mapped)
    assert (who.groups, who.role) == (groups, role)


@pytest.mark.parametrize("issuer", ["http://login.example.org", "login.example.org", "ftp://login.example.org", ""])
def test_a_provider_that_can_be_listened_to_is_refused(issuer: str) -> None:
    with pytest.raises(ValidationError, match="not an https address"):
        OidcSettings(issuer=issuer, client_id="pilares")


def test_an_address_is_safe_over_https_or_on_this_computer() -> None:
    assert is_safe("https://login.example.org")
    assert is_safe("http://127.0.0.1:8080/realms")
    assert not any(map(is_safe, ("http://login.example.org", None, 7, "")))


def test_the_scopes_have_openid_among_them_and_the_provider_a_name() -> None:
    assert settings(scopes=("email",)).scopes == ("openid", "email")
    assert settings(scopes=("email", "openid")).scopes == ("email", "openid")
    assert settings().shown == "login.example.org"
    assert settings(label="Example").shown == "Example"
