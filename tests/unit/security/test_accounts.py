"""Accounts: signing in, suspending, links, sessions, keys, and the first administrator."""

import threading
from typing import Any

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher

from assistant.errors import InvalidRequest, LimitReached, NotFound, NotSignedIn
from assistant.security.accounts import Accounts
from assistant.security.allowance import Allowance
from assistant.security.credentials import Credential, credential_of
from assistant.security.passwords import Passwords
from assistant.security.person import LOCAL, LOCAL_USER
from assistant.security.rights import Right
from assistant.security.user import User
from assistant.storage.account_tables import users
from assistant.storage.columns import metadata
from assistant.storage.database import Database

PASSWORD = "correct horse battery"


def invite(accounts: Accounts, name: str, role: str = "member", *groups: str) -> User:
    user = accounts.users.add(name, role, groups)
    return accounts.links.use(accounts.links.make(user), PASSWORD)


def everything(database: Database) -> str:
    """Every cell of the database, as text."""
    with database.read() as connection:
        return repr([connection.execute(sa.select(table)).all() for table in metadata.sorted_tables])


def test_a_person_signs_in_and_is_known_by_their_session(accounts: Accounts) -> None:
    ana = invite(accounts, "Ana@Example.org", "editor", "hr", "everyone")
    token = accounts.sign_in(" ANA@example.org", PASSWORD)
    person = accounts.person(Credential("session", token))
    assert person is not None
    assert (person.id, person.name, person.key) == (ana.id, "ana@example.org", "")
    assert person.groups == {"hr", "everyone"}
    assert person.rights == {Right.ASK, Right.READ, Right.WRITE}
    accounts.sessions.end(token)
    assert accounts.person(Credential("session", token)) is None


@pytest.mark.parametrize("database", ["sqlite", "postgres"], indirect=True)
def test_no_secret_is_in_the_database(accounts: Accounts, database: Database) -> None:
    ana = invite(accounts, "ana")
    link = accounts.links.make(ana)
    session = accounts.sign_in("ana", PASSWORD)
    _, key = accounts.keys.make(ana, "laptop")
    stored = everything(database)
    assert "argon2id" in stored
    for secret in (PASSWORD, link, session, key, key.removeprefix("pilares_")):
        assert secret not in stored


@pytest.mark.parametrize("database", ["sqlite", "postgres"], indirect=True)
def test_a_token_is_good_for_its_purpose_alone(accounts: Accounts) -> None:
    ana = invite(accounts, "ana")
    session, link = accounts.sign_in("ana", PASSWORD), accounts.links.make(ana)
    _, key = accounts.keys.make(ana, "laptop")
    assert accounts.person(Credential("session", session))
    assert accounts.person(Credential("key", key))
    for wrong in (
        Credential("key", session),
        Credential("session", key),
        Credential("session", link),
        Credential("key", ""),
    ):
        assert accounts.person(wrong) is None
    with pytest.raises(NotSignedIn):
        accounts.links.owner(session)


@pytest.mark.parametrize("database", ["sqlite", "postgres"], indirect=True)
def test_a_suspended_person_is_out_on_every_path_at_once(accounts: Accounts) -> None:
    invite(accounts, "boss", "admin")
    ana = invite(accounts, "ana", "member", "hr")
    session, link = accounts.sign_in("ana", PASSWORD), accounts.links.make(ana)
    _, key = accounts.keys.make(ana, "laptop")
    assert accounts.users.suspend("ana").suspended
    assert accounts.person(Credential("session", session)) is None
    assert accounts.person(Credential("key", key)) is None
    assert accounts.users.groups_of(ana.id) == frozenset()
    with pytest.raises(NotSignedIn):
        accounts.links.use(link, PASSWORD)
    with pytest.raises(NotSignedIn):
        accounts.sign_in("ana", PASSWORD)
    assert not accounts.users.suspend("ana", False).suspended
    assert accounts.person(Credential("key", key))
    assert accounts.person(Credential("session", session)) is None  # what ended stays ended
    assert accounts.users.groups_of(ana.id) == {"hr", "everyone"}


def test_groups_of_whoever_is_no_account(accounts: Accounts) -> None:
    assert accounts.users.groups_of(LOCAL_USER) == LOCAL.groups == {"everyone"}
    assert accounts.users.groups_of("browser-123") == frozenset()
    with pytest.raises(InvalidRequest):
        accounts.users.add(LOCAL_USER)


@pytest.mark.parametrize("database", ["sqlite", "postgres"], indirect=True)
def test_roles_and_groups_are_changed(accounts: Accounts) -> None:
    invite(accounts, "boss", "admin")
    accounts.users.add("ana")
    assert accounts.users.change("ana", role="editor").role == "editor"
    assert accounts.users.change("ana", groups=["hr", " hr ", "sales"]).groups == {"hr", "sales"}
    assert accounts.users.change("ana") == accounts.users.named("ANA")
    assert [each.name for each in accounts.users.list()] == ["ana", "boss"]
    for wrong in ({"role": "king"}, {"groups": ["a b"]}, {"groups": ["x" * 65]}):
        with pytest.raises(InvalidRequest):
            accounts.users.change("ana", **wrong)  # type: ignore[arg-type]
    for change in (accounts.users.suspend, accounts.users.named, accounts.users.get):
        with pytest.raises(NotFound, match="pilares users list"):
            change("nobody")


def test_the_last_administrator_stays(accounts: Accounts) -> None:
    invite(accounts, "boss", "admin")
    for change in (lambda: accounts.users.suspend("boss"), lambda: accounts.users.change("boss", role="member")):
        with pytest.raises(InvalidRequest, match="No administrator would be left"):
            change()
    assert accounts.users.named("boss").role == "admin"
    assert not accounts.users.named("boss").suspended
    invite(accounts, "second", "admin")
    assert accounts.users.suspend("boss").suspended


@pytest.mark.parametrize("name", ["", " ", "a b", "x" * 101, "<script>", "a\nb", "Local", "a/b"])
def test_names_that_are_none_are_refused(accounts: Accounts, name: str) -> None:
    with pytest.raises(InvalidRequest):
        accounts.users.add(name)


def test_a_name_is_taken_once_in_any_spelling(accounts: Accounts) -> None:
    accounts.users.add("Ana")
    with pytest.raises(InvalidRequest, match="There is an account called ana already"):
        accounts.users.add("ＡＮＡ")


def test_a_link_works_once_for_two_days_and_the_newest_alone(accounts: Accounts, clock: Any) -> None:
    ana = accounts.users.add("ana")
    assert ana.invited
    old, new = accounts.links.make(ana), accounts.links.make(ana)
    with pytest.raises(NotSignedIn):
        accounts.links.owner(old)
    with pytest.raises(InvalidRequest):
        accounts.links.use(new, "short")
    before = accounts.sessions.begin(ana)
    assert not accounts.links.use(new, PASSWORD).invited
    assert accounts.sessions.person(before) is None
    with pytest.raises(NotSignedIn):
        accounts.links.use(new, PASSWORD)
    late = accounts.links.make(ana)
    clock.forward(hours=48)
    with pytest.raises(NotSignedIn):
        accounts.links.owner(late)


def test_of_two_who_use_a_link_at_once_one_gets_in(accounts: Accounts, passwords: Passwords) -> None:
    token = accounts.links.make(accounts.users.add("ana"))
    both, results = threading.Barrier(2), list[str]()
    hashed = passwords.hashed

    def slow(password: str) -> str:
        both.wait(5)
        return hashed(password)

    passwords.hashed = slow  # type: ignore[method-assign]

    def use() -> None:
        try:
            accounts.links.use(token, PASSWORD)
            results.append("in")
        except NotSignedIn:
            results.append("out")

    threads = [threading.Thread(target=use) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["in", "out"]


def test_sessions_end_by_themselves(accounts: Accounts, clock: Any, database: Database) -> None:
    invite(accounts, "ana")
    token = accounts.sign_in("ana", PASSWORD)
    clock.forward(days=13.9)
    assert accounts.sessions.person(token)
    clock.forward(days=0.2)
    assert accounts.sessions.person(token) is None
    accounts.sign_in("ana", PASSWORD)
    with database.read() as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM sessions")).scalar() == 1


def test_wrong_passwords_make_a_name_wait_longer_each_time(accounts: Accounts) -> None:
    invite(accounts, "ana")
    for name in ("ana", "nobody"):
        for _ in range(5):
            with pytest.raises(NotSignedIn, match="Name or password is wrong"):
                accounts.sign_in(name, "wrong password")
        with pytest.raises(LimitReached) as waiting:
            accounts.sign_in(name, PASSWORD)
        assert 0 < waiting.value.wait_s <= 2
    accounts._attempts._now = lambda: 1e9
    accounts.sign_in("ana", PASSWORD)
    with pytest.raises(NotSignedIn):
        accounts.sign_in("not a name", PASSWORD)


def test_a_hash_of_other_costs_is_replaced_at_the_next_sign_in(accounts: Accounts, database: Database) -> None:
    invite(accounts, "ana")
    dearer = Accounts(database, passwords=Passwords(PasswordHasher(time_cost=2, memory_cost=8, parallelism=1)))
    dearer.sign_in("ana", PASSWORD)
    with database.read() as connection:
        assert "t=2" in str(connection.execute(sa.select(users.c.password)).scalar())
    assert accounts.sign_in("ana", PASSWORD)


def test_a_key_acts_for_its_owner_within_its_scopes(accounts: Accounts, clock: Any) -> None:
    ana = invite(accounts, "ana", "member", "hr")
    key, token = accounts.keys.make(
        ana, "  my   laptop ", scopes=["ask", "write"], days=1, budget=Allowance(tokens_per_day=7)
    )
    assert token.startswith("pilares_")
    assert (key.name, key.scopes, key.owner) == ("my laptop", (Right.ASK, Right.WRITE), "ana")
    person = accounts.person(Credential("key", token))
    assert person is not None
    assert (person.key, person.rights, person.budget.tokens_per_day) == (key.id, {Right.ASK}, 7)
    assert person.groups == {"hr", "everyone"}
    assert accounts.keys.list() == accounts.keys.list(ana.id) == [key]
    clock.forward(days=1)
    assert accounts.person(Credential("key", token)) is None


def test_a_revoked_key_works_no_more(accounts: Accounts) -> None:
    ana, ben = invite(accounts, "ana"), invite(accounts, "ben")
    key, token = accounts.keys.make(ana, "laptop")
    for wrong in ("", "zzz"):
        with pytest.raises(NotFound):
            accounts.keys.revoke(wrong)
    with pytest.raises(NotFound):
        accounts.keys.revoke(key.id, ben.id)
    assert accounts.person(Credential("key", token))
    assert accounts.keys.revoke(key.id[:8], ana.id).id == key.id
    assert accounts.person(Credential("key", token)) is None
    assert accounts.keys.list(ana.id)[0].revoked is not None


@pytest.mark.parametrize("wrong", [{"name": " "}, {"days": 0}, {"days": 400}, {"scopes": []}, {"scopes": ["all"]}])
def test_keys_that_may_not_be_are_refused(accounts: Accounts, wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequest):
        accounts.keys.make(accounts.users.add("ana"), **{"name": "x", **wrong})


def test_the_first_start_makes_an_administrator_and_only_the_first(accounts: Accounts) -> None:
    token = accounts.first_link()
    assert token is not None
    again = accounts.first_link()
    assert again is not None
    assert [each.name for each in accounts.users.list()] == ["admin"]
    accounts.links.use(again, PASSWORD)
    assert accounts.first_link() is None
    with pytest.raises(NotSignedIn):
        accounts.links.owner(token)
    assert [act.act for act in accounts.audit.latest()] == ["link.make", "link.make", "user.add"]


def test_the_first_administrator_takes_a_name_that_is_free(accounts: Accounts) -> None:
    accounts.users.add("admin")
    assert accounts.first_link()
    assert {each.name: each.role for each in accounts.users.list()} == {"admin": "member", "admin2": "admin"}


@pytest.mark.parametrize("database", ["sqlite", "postgres"], indirect=True)
def test_what_was_administered_is_read_newest_first(accounts: Accounts, clock: Any) -> None:
    accounts.audit.note("boss", "user.add", "ana", role="member")
    clock.forward(hours=1)
    accounts.audit.note("console", "user.suspend", "ana")
    newest, oldest = accounts.audit.latest()
    assert (newest.actor, newest.act, newest.target, newest.at) == ("console", "user.suspend", "ana", clock())
    assert oldest.detail == {"role": "member"}
    assert accounts.audit.latest(1) == [newest]


@pytest.mark.parametrize(
    ("headers", "cookies", "shown"),
    [
        ({}, {}, None),
        ({}, {"pilares_session": "s"}, Credential("session", "s")),
        ({"authorization": "Bearer k"}, {"pilares_session": "s"}, Credential("key", "k")),
        ({"authorization": "bearer  k "}, {}, Credential("key", "k")),
        ({"authorization": "Basic eDp5"}, {"pilares_session": "s"}, Credential("key", "")),
        ({"x-api-key": " k "}, {"pilares_session": "s"}, Credential("key", "k")),
        ({"api-key": "k"}, {}, Credential("key", "k")),
    ],
)
def test_what_a_request_shows(headers: dict[str, str], cookies: dict[str, str], shown: Credential | None) -> None:
    assert credential_of(headers, cookies) == shown
    assert "s" not in repr(Credential("session", "SECRET")).replace("session", "").replace("Credential", "").replace(
        "kind", ""
    )
