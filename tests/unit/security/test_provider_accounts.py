"""The account of somebody whom a provider vouches for."""

import logging
from typing import Any

import pytest

from assistant.errors import InvalidRequest, NotSignedIn
from assistant.security.accounts import Accounts
from assistant.security.oidc.claims import Claimed
from assistant.security.oidc.people import signed_in
from assistant.security.oidc.settings import OidcSettings
from assistant.security.rights import Role
from assistant.security.user import User

ISSUER = "https://login.example.org"


def settings(**more: Any) -> OidcSettings:
    return OidcSettings(issuer=ISSUER, client_id="pilares", **more)


def claims(subject: str = "ana-1", name: str = "Ana", groups: Any = None, role: Role | None = None) -> Claimed:
    return Claimed(subject, name, groups, role)


def person(accounts: Accounts, token: str) -> User:
    found = accounts.sessions.person(token)
    assert found is not None
    return accounts.users.get(found.id)


def acts(accounts: Accounts) -> list[str]:
    return [each.act for each in reversed(accounts.audit.latest())]


def test_whoever_is_new_gets_an_account_that_is_found_again(accounts: Accounts) -> None:
    first = person(accounts, signed_in(accounts, claims(groups=("hr",), role="editor"), settings()))
    assert (first.name, first.groups, first.role, first.invited) == ("ana", {"hr"}, "editor", False)
    again = person(accounts, signed_in(accounts, claims(name="Ana Married", groups=("hr",), role="editor"), settings()))
    assert again.id == first.id
    assert accounts.users.identified(ISSUER, "ana-1") == first
    assert accounts.users.identified("https://other.example", "ana-1") is None
    assert acts(accounts) == ["user.add", "user.identify", "user.change", "user.change"]  # groups, role; then nothing


def test_without_new_accounts_whoever_is_unknown_stays_out(accounts: Accounts) -> None:
    with pytest.raises(NotSignedIn, match="no account for Ana"):
        signed_in(accounts, claims(), settings(create_accounts=False))
    assert accounts.users.list() == []
    with pytest.raises(InvalidRequest):
        signed_in(accounts, claims(name="a b"), settings())


def test_the_account_of_a_name_is_taken_over_only_where_it_is_allowed(accounts: Accounts) -> None:
    known = accounts.users.add("ana")
    with pytest.raises(NotSignedIn, match="another account called ana"):
        signed_in(accounts, claims(), settings())
    assert not accounts.users.has_identity(known.id)
    assert person(accounts, signed_in(accounts, claims(), settings(link_accounts=True))).id == known.id
    assert accounts.users.has_identity(known.id)
    with pytest.raises(NotSignedIn):  # it has an identity by now
        signed_in(accounts, claims(subject="somebody-else"), settings(link_accounts=True))
    accounts.users.add("ben")
    accounts.users.suspend("ben")
    with pytest.raises(NotSignedIn):
        signed_in(accounts, claims(subject="ben-1", name="ben"), settings(link_accounts=True))


def test_a_suspended_person_does_not_come_back(accounts: Accounts) -> None:
    signed_in(accounts, claims(), settings())
    accounts.users.suspend("ana")
    with pytest.raises(NotSignedIn, match="ana is suspended"):
        signed_in(accounts, claims(groups=("board",)), settings())
    assert accounts.users.named("ana").groups == frozenset()


def test_the_last_administrator_stays_one_and_the_log_says_so(
    accounts: Accounts, caplog: pytest.LogCaptureFixture
) -> None:
    signed_in(accounts, claims(role="admin"), settings())
    with caplog.at_level(logging.WARNING):
        signed_in(accounts, claims(role="member"), settings())
    assert accounts.users.named("ana").role == "admin"
    assert "ana stays admin" in caplog.text
    signed_in(accounts, claims("ben-1", "ben", role="admin"), settings())
    signed_in(accounts, claims(role="member"), settings())
    assert accounts.users.named("ana").role == "member"
