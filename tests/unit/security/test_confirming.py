"""Before what cannot be undone, somebody proves once more that it is them."""

from typing import Any

import pytest

from assistant.errors import LimitReached, NotAllowed
from assistant.security.accounts import RECENT, Accounts
from assistant.security.attempts import FREE
from assistant.security.person import Person
from assistant.security.user import User

PASSWORD = "correct horse battery"


@pytest.fixture
def ana(accounts: Accounts) -> User:
    user = accounts.users.add("ana")
    return accounts.links.use(accounts.links.make(user), PASSWORD)


def person(user: User) -> Person:
    return user.person()


def test_a_sign_in_just_now_is_enough_and_an_old_one_is_not(accounts: Accounts, ana: User, clock: Any) -> None:
    session = accounts.sign_in("ana", PASSWORD)
    assert accounts.sessions.begun(session) == clock()
    clock.forward(seconds=RECENT.total_seconds())
    accounts.confirm(person(ana), session)
    clock.forward(seconds=1)
    with pytest.raises(NotAllowed):
        accounts.confirm(person(ana), session)
    accounts.confirm(person(ana), session, PASSWORD)


def test_a_session_that_is_over_or_none_confirms_nothing(accounts: Accounts, ana: User, clock: Any) -> None:
    session = accounts.sign_in("ana", PASSWORD)
    accounts.sessions.end(session)
    for wrong in (session, "", "made up"):
        with pytest.raises(NotAllowed):
            accounts.confirm(person(ana), wrong)
    late = accounts.sign_in("ana", PASSWORD)
    clock.forward(days=14)
    assert accounts.sessions.begun(late) is None


def test_wrong_passwords_are_counted_with_those_of_signing_in(accounts: Accounts, ana: User) -> None:
    session = accounts.sign_in("ana", PASSWORD)
    for _ in range(FREE - 1):
        with pytest.raises(NotAllowed):
            accounts.confirm(person(ana), session, "wrong password")
    accounts.confirm(person(ana), session, PASSWORD)  # forgiven
    for _ in range(FREE):
        with pytest.raises(NotAllowed):
            accounts.confirm(person(ana), session, "wrong password")
    with pytest.raises(LimitReached):
        accounts.confirm(person(ana), session, PASSWORD)
    with pytest.raises(LimitReached):
        accounts.sign_in("ana", PASSWORD)


def test_who_comes_from_a_provider_alone_has_no_password_to_confirm_with(accounts: Accounts, ana: User) -> None:
    ben = accounts.users.add("ben")
    assert (accounts.has_password(person(ana)), accounts.has_password(person(ben))) == (True, False)
    with pytest.raises(NotAllowed):
        accounts.confirm(person(ben), "", "any password at all")
