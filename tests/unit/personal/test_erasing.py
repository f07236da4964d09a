"""A deletion is finished whatever happens in the middle of it, and shuts the account first."""

from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest
import sqlalchemy as sa

from assistant.errors import InvalidRequest, NotFound, StorageError
from assistant.personal import erasure
from assistant.personal.daily import Daily
from assistant.personal.erasure import SWEPT_AFTER, erase_person, resume
from assistant.personal.store import Store
from assistant.personal.stores import STORES
from assistant.personal.subject import Places, Subject, groups_on_platform, subject_of
from assistant.security.accounts import Accounts
from assistant.security.credentials import COOKIE, Credential
from assistant.settings import Settings
from assistant.storage.conversations import Conversations
from assistant.testing.accounts import known
from assistant.testing.people import Lived, account, lived
from knowledge.errors import StoreError


class PowerCut(BaseException):
    """Nothing catches it."""


def _cut_after(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """The power goes as soon as that store is erased, and before it is written down."""

    def stops(store: Store) -> Store:
        def erase(places: Places, subject: Subject) -> int:
            store.erase(places, subject)
            raise PowerCut

        return replace(store, erase=erase) if store.name == name else store

    monkeypatch.setattr(erasure, "STORES", tuple(stops(each) for each in STORES))


@pytest.mark.parametrize("name", ["examples", "conversations", "account"])
def test_a_deletion_goes_on_after_a_power_cut_anywhere(
    pair: tuple[Lived, Lived], places: Places, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    ana, ben = pair
    with monkeypatch.context() as patched:
        _cut_after(patched, name)
        with pytest.raises(PowerCut):
            erase_person(places, ana.subject, "boss")
    again = Conversations.open(places.settings.conversations_url)
    (told,) = resume(replace(places, conversations=again))
    assert not told.waits
    for store in STORES:
        assert next(store.rows(places, ana.subject), None) is None, store.name
    assert len(places.conversations.list(ben.subject.id)) == len(ben.conversations)
    assert _acts(places, "user.delete") == 1
    again.close()


def _acts(places: Places, act: str) -> int:
    with places.database.read() as connection:
        return connection.execute(sa.text("SELECT count(*) FROM audit WHERE act = :act"), {"act": act}).scalar_one()


def test_asking_again_goes_on_with_the_same(
    pair: tuple[Lived, Lived], places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        _cut_after(patched, "conversations")
        with pytest.raises(PowerCut):
            erase_person(places, pair[0].subject, "boss")
    told = erase_person(places, pair[0].subject, "boss")
    with places.database.read() as connection:
        assert connection.execute(sa.text("SELECT pseudonym FROM erasures")).scalars().all() == [told.pseudonym]


@pytest.fixture
def ana(accounts: Accounts) -> Any:
    known(accounts, "boss", "admin")
    return known(accounts, "ana")


def _subject(user: Any) -> Subject:
    return Subject(user.id, user.name, is_account=True)


def test_nobody_comes_in_from_the_moment_it_begins(
    ana: Any, accounts: Accounts, places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = [
        Credential("session", ana.cookie["cookie"].removeprefix(f"{COOKIE}=")),
        Credential("key", ana.key["authorization"].removeprefix("Bearer ")),
    ]
    assert all(accounts.person(each) for each in shown)
    _cut_after(monkeypatch, STORES[0].name)
    with pytest.raises(PowerCut):
        erase_person(places, _subject(ana.user), "ana")
    assert [accounts.person(each) for each in shown] == [None, None]


def test_the_last_administrator_stays(ana: Any, accounts: Accounts, places: Places) -> None:
    boss = accounts.users.named("boss")
    with pytest.raises(InvalidRequest, match="No administrator would be left"):
        erase_person(places, _subject(boss), "boss")
    assert not accounts.users.named("boss").suspended
    assert resume(places) == []
    accounts.users.add("second", "admin")
    erase_person(places, _subject(boss), "boss")
    with pytest.raises(NotFound):
        accounts.users.named("boss")


def test_an_answer_that_came_too_late_is_swept(ana: Any, places: Places, clock: Any) -> None:
    conversation = places.conversations.start(ana.user.id)
    turn = places.conversations.begin_turn(ana.user.id, conversation.id, "How many?")
    erase_person(places, _subject(ana.user), "boss")
    with pytest.raises(NotFound):
        places.conversations.begin_turn(ana.user.id, conversation.id, "And then?")
    places.conversations.interrupt_turn(turn.id, "late")
    late = places.conversations.start(ana.user.id)
    resume(places)
    assert places.conversations.list(ana.user.id) == []
    with pytest.raises(NotFound):
        places.conversations.get(ana.user.id, late.id)


@pytest.mark.parametrize("waits", [False, True], ids=["swept", "waited"])
def test_who_comes_later_under_the_same_name_keeps_what_is_theirs(
    accounts: Accounts, places: Places, clock: Any, waits: bool
) -> None:
    known(accounts, "boss", "admin")
    first = account(accounts, "ana")
    lived(places, first, "firstmark", "boss", Random(1))
    queue = places.settings.home / "finetune" / "examples.db"
    whole = queue.read_bytes()
    if waits:
        queue.write_bytes(b"damaged")
    assert bool(erase_person(places, first, "boss").waits) == waits
    if waits:
        queue.write_bytes(whole)
    second = account(accounts, "ana")
    lived(places, second, "secondmark", "boss", Random(2))
    lived(places, account(accounts, "carl"), "thirdmark", "ana", Random(3))
    accounts.audit.note("ana", "user.change", "boss", role="admin")
    before = _kept_of(places, second)
    assert all(before[each.name] for each in STORES if each.stays)
    clock.forward(seconds=SWEPT_AFTER.total_seconds() + 1)
    for _ in range(2 if waits else 1):
        (told,) = resume(places)
        assert not told.waits
        assert _kept_of(places, second) == before
        clock.forward(seconds=SWEPT_AFTER.total_seconds() + 1)
    assert resume(places) == []
    for name, rows in _kept_of(places, first).items():
        assert rows == [], name


def _kept_of(places: Places, subject: Subject) -> dict[str, list[Any]]:
    if subject_of(places.database, subject.name).id != subject.id:
        subject = replace(subject, name=subject.id)
    return {store.name: list(store.rows(places, subject)) for store in STORES}


def test_the_sweep_finds_the_name_while_nobody_else_has_it(ana: Any, accounts: Accounts, places: Places) -> None:
    told = erase_person(places, _subject(ana.user), "boss")
    accounts.audit.note("ana", "user.change", "boss", role="admin")
    accounts.users.add("ben")
    (swept,) = resume(places)
    assert swept.pseudonym == told.pseudonym
    assert accounts.audit.latest(1)[0].actor == told.pseudonym


def test_an_account_that_somebody_else_has_just_deleted_is_not_found(
    ana: Any, accounts: Accounts, places: Places
) -> None:
    erase_person(places, _subject(ana.user), "boss")
    with pytest.raises(NotFound, match="no account 'ana' any more"):
        erase_person(places, _subject(ana.user), "second")
    with places.database.read() as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM erasures")).scalar_one() == 1


def test_who_has_no_account_may_come_back(pair: tuple[Lived, Lived], places: Places) -> None:
    subject = replace(pair[0].subject, id="telegram:person/9", name="telegram:person/9", is_account=False)
    places.conversations.start(subject.id)
    erase_person(places, subject, "boss")
    places.conversations.start(subject.id)
    resume(places)
    assert len(places.conversations.list(subject.id)) == 1


def test_what_cannot_be_reached_waits_and_is_told(pair: tuple[Lived, Lived], places: Places) -> None:
    ana = pair[0]
    queue = places.settings.home / "finetune" / "examples.db"
    whole = queue.read_bytes()
    queue.write_bytes(b"damaged")
    told = erase_person(places, ana.subject, "boss")
    assert "examples" in told.waits
    assert "Move it away" in told.waits
    assert bool(told.gone.get("conversations")) == ana.subject.is_account
    assert _acts(places, "user.delete") == 0
    queue.write_bytes(whole)
    (done,) = resume(places)
    assert not done.waits
    assert done.gone["examples"]
    assert done.gone["conversations"] == len(ana.conversations)
    assert _acts(places, "user.delete") == 1


def test_the_server_finishes_it_in_the_background(
    pair: tuple[Lived, Lived], places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        _cut_after(patched, "appointments")
        with pytest.raises(PowerCut):
            erase_person(places, pair[0].subject, "boss")
    with Daily(places, lambda: None):
        pass
    assert _acts(places, "user.delete") == 1


def test_trouble_does_not_end_the_daily_work(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    called = list[str]()

    def fails(_: Places) -> None:
        called.append("resume")
        raise StorageError("The disk is full.")

    monkeypatch.setattr("assistant.personal.daily.resume", fails)
    monkeypatch.setattr("assistant.personal.daily.tidy", lambda _: called.append("tidy"))

    def damaged() -> None:
        called.append("sweep")
        raise StoreError("The store is damaged.")

    with Daily(places, damaged):
        pass
    assert called == ["resume", "tidy", "sweep"]


@pytest.mark.parametrize("name", ["telegram:person/42", "visitor:k:ana", "local"])
def test_people_without_accounts_are_named_by_their_ids(places: Places, name: str) -> None:
    assert subject_of(places.database, name) == Subject(name, name, is_account=False)


def test_people_of_a_platform_have_the_groups_that_the_settings_give_them(tmp_path: Path) -> None:
    telegram = {"token": "123456:abcdefghijklmnopqrstuvwxyz", "people": ["*"], "groups": {"staff": ["4711"]}}
    settings = Settings(home=tmp_path, connectors={"telegram": telegram})
    assert groups_on_platform(settings, "telegram:person/4711") == {"staff", "everyone"}
    assert groups_on_platform(settings, "telegram:person/1") == {"everyone"}
    assert groups_on_platform(settings, "slack:person/4711") == frozenset()
    assert groups_on_platform(settings, "a" * 32) == frozenset()


def test_an_account_is_named_by_its_name(places: Places, accounts: Accounts) -> None:
    user = accounts.users.add("Ana@Example.org")
    assert subject_of(places.database, "ANA@example.org") == Subject(user.id, "ana@example.org", is_account=True)
    with pytest.raises(NotFound, match="telegram:person/42"):
        subject_of(places.database, "nobody")


def test_a_reviewers_name_goes_out_of_the_queue(tmp_path: Path, pair: tuple[Lived, Lived], places: Places) -> None:
    told = erase_person(places, pair[0].subject, "boss")
    rows = places.withdrawals.desk().queue.rows()  # type: ignore[union-attr]
    reviewers = {each.example.origin.reviewed_by for each in rows}
    assert told.pseudonym in reviewers
    assert pair[0].subject.name not in reviewers
    assert (tmp_path / "finetune" / "examples.db").read_bytes().count(told.pseudonym.encode()) >= 2
