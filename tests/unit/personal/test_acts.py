"""A person is found in what was administered where people stand, and nowhere else."""

import json
from dataclasses import replace

import pytest
import sqlalchemy as sa

from assistant.errors import StorageError
from assistant.personal import erasure
from assistant.personal.acts import acts_about
from assistant.personal.erasure import erase_person, resume
from assistant.personal.stores import STORES
from assistant.personal.subject import Places, Subject, subject_of
from assistant.security.accounts import Accounts
from assistant.security.audit import Act


@pytest.fixture(autouse=True)
def boss(accounts: Accounts) -> Subject:
    user = accounts.users.add("boss", "admin")
    return Subject(user.id, user.name, is_account=True)


def _acts(accounts: Accounts) -> list[tuple[str, str, str, dict[str, object]]]:
    def plain(act: Act) -> tuple[str, str, str, dict[str, object]]:
        return act.actor, act.act, act.target, dict(act.detail)

    return [plain(each) for each in reversed(accounts.audit.latest())]


@pytest.mark.parametrize("name", ["admin", "hr"])
def test_a_role_or_group_of_the_same_name_is_nobody(places: Places, accounts: Accounts, name: str) -> None:
    """Nor is a widget that is called so, or an act whose target is no person."""
    accounts.users.add(name)
    subject = subject_of(places.database, name)
    note = accounts.audit.note
    note("boss", "user.add", "ben", role="admin", groups=["hr", "it"])
    note("console", "widget.make", "f" * 32, name=name, origins=[name], groups=["hr"])
    note("console", "widget.revoke", name, name=name)
    others = _acts(accounts)
    note("boss", "user.add", name, role="admin", groups=["hr"])
    note(name, "password.set", name)
    note("boss", "link.make", name)
    note("boss", "key.revoke", "e" * 32, owner=name)
    told = json.dumps(list(acts_about(places, subject)))
    assert [each["act"] for each in json.loads(told)] == ["user.add", "password.set", "link.make", "key.revoke"]
    assert "ben" not in told
    assert "boss" not in told
    new = erase_person(places, subject, "boss").pseudonym
    found = _acts(accounts)
    assert found[:3] == others
    assert found[3:7] == [
        ("boss", "user.add", new, {"role": "admin", "groups": ["hr"]}),
        (new, "password.set", new, {}),
        ("boss", "link.make", new, {}),
        ("boss", "key.revoke", "e" * 32, {"owner": new}),
    ]


def test_who_wanted_a_deletion_is_forgotten_with_their_account(
    places: Places, accounts: Accounts, boss: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also for a deletion that still waits, and whose act is written later."""
    accounts.users.add("second", "admin")
    for name in ("ana", "ben"):
        accounts.users.add(name)
    erase_person(places, subject_of(places.database, "ana"), "boss")

    def full(*_: object) -> int:
        raise StorageError("The disk is full.")

    with monkeypatch.context() as patched:
        patched.setattr(erasure, "STORES", (replace(STORES[0], erase=full), *STORES[1:]))
        assert erase_person(places, subject_of(places.database, "ben"), "boss").waits
    new = erase_person(places, boss, "second").pseudonym
    with places.database.read() as connection:
        actors = connection.execute(sa.text("SELECT actor FROM erasures ORDER BY begun")).scalars().all()
    assert actors == [new, new, "second"]
    resume(places)
    assert [each[0] for each in _acts(accounts) if each[1] == "user.delete"] == [new, "second", new]


def test_an_administrator_who_comes_under_the_same_name_stays_in_the_journal(
    places: Places, accounts: Accounts, boss: Subject
) -> None:
    accounts.users.add("second", "admin")
    accounts.users.add("ana")
    erase_person(places, boss, "second")
    accounts.users.add("boss", "admin")
    erase_person(places, subject_of(places.database, "ana"), "boss")
    resume(places)
    with places.database.read() as connection:
        actors = connection.execute(sa.text("SELECT actor FROM erasures ORDER BY begun")).scalars().all()
    assert actors == ["second", "boss"]
