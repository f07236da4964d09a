"""Who somebody is that a provider vouches for: their account, groups and role; and whoever is suspended."""

import httpx
import pytest
from oidc_site import Site, come_in, me

from assistant.testing.accounts import known

MAPPED = {
    "groups_claim": "groups", "groups": {"Human Resources": "hr", "Board": "board"},
    "roles": {"editors": "editor", "pilares-admins": "admin"},
}  # fmt: skip


@pytest.mark.parametrize("site", [MAPPED], indirect=True)
def test_groups_and_roles_are_those_of_the_claims_at_every_sign_in(browser: httpx.Client, site: Site) -> None:
    known(site.accounts, "boss", "admin")
    for claimed, groups, rights in (
        (["Human Resources", "editors", "Unknown"], {"hr", "everyone"}, 3),
        (["Board", "pilares-admins"], {"board", "everyone"}, 5),
        ("Board", {"board", "everyone"}, 2),
        ({"Board": True}, {"everyone"}, 2),
        (None, {"everyone"}, 2),
    ):
        site.provider.person["groups"] = claimed
        assert come_in(browser, site).status_code == 303
        told = me(browser, site)
        assert (set(told["groups"]), len(told["rights"])) == (groups, rights)


@pytest.mark.parametrize("site", [MAPPED], indirect=True)
def test_the_last_administrator_stays_one(browser: httpx.Client, site: Site) -> None:
    site.provider.person["groups"] = ["pilares-admins"]
    come_in(browser, site)
    site.provider.person["groups"] = []
    come_in(browser, site)
    assert "accounts" in me(browser, site)["rights"]


@pytest.mark.parametrize("site", [{"groups_claim": "realm_access.roles"}], indirect=True)
def test_claims_beside_the_token_and_by_their_path(browser: httpx.Client, site: Site) -> None:
    site.provider.beside = {"realm_access": {"roles": ["hr", "a b", "everyone", "x/y"]}, "email": "other@example.org"}
    come_in(browser, site)
    assert (me(browser, site)["groups"], me(browser, site)["name"]) == (["everyone", "hr"], "ana@example.org")
    site.provider.mute = True
    assert come_in(browser, site).status_code == 503
    site.provider.mute = False
    site.provider.beside = {"sub": "somebody-else", "realm_access": {"roles": ["board"]}}
    come_in(browser, site)
    assert me(browser, site)["groups"] == ["everyone"]


def test_a_suspended_person_is_out_at_once_and_does_not_come_back(browser: httpx.Client, site: Site) -> None:
    known(site.accounts, "boss", "admin")
    come_in(browser, site)
    assert me(browser, site)["name"] == "ana@example.org"
    site.accounts.users.suspend("ana@example.org")
    assert me(browser, site) == 401
    response = come_in(browser, site)
    assert response.status_code == 401
    assert "suspended" in response.text
    assert me(browser, site) == 401
    site.accounts.users.suspend("ana@example.org", False)
    come_in(browser, site)
    assert me(browser, site)["name"] == "ana@example.org"


def test_an_address_that_was_not_verified_is_nobodys(browser: httpx.Client, site: Site) -> None:
    for verified in (False, None, "no", 1):
        site.provider.person["email_verified"] = verified
        response = come_in(browser, site)
        assert response.status_code == 401, verified
        assert "not verified" in response.text
        assert site.accounts.users.list() == []


def test_the_name_of_another_account_is_not_taken_over(browser: httpx.Client, site: Site) -> None:
    known(site.accounts, "ana@example.org", "admin")
    response = come_in(browser, site)
    assert response.status_code == 401
    assert "link_accounts" in response.text
    assert me(browser, site) == 401


@pytest.mark.parametrize("site", [{"link_accounts": True, "create_accounts": False}], indirect=True)
def test_accounts_that_were_made_before_are_found_by_their_name(browser: httpx.Client, site: Site) -> None:
    assert "no account for ana@example.org" in come_in(browser, site).text
    site.accounts.users.add("ana@example.org", groups=["hr"])
    assert come_in(browser, site).status_code == 303
    assert me(browser, site)["groups"] == ["everyone", "hr"]
    site.provider.person["sub"] = "somebody-else"  # with the same address: the account is Ana's
    assert come_in(browser, site).status_code == 401


@pytest.mark.parametrize("site", [{"name_claim": "preferred_username"}], indirect=True)
def test_names_that_can_be_no_accounts_are_refused(browser: httpx.Client, site: Site) -> None:
    for name in ("local", "a b", "", 7, None):
        site.provider.person["preferred_username"] = name
        assert come_in(browser, site).status_code in (401, 422), name
        assert site.accounts.users.list() == []
