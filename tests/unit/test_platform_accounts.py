"""What people of chat platforms may read: by the tables of the operator, and by the account they have."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from assistant.errors import NotAllowed
from assistant.platform_people import PlatformPeople
from assistant.security.users import Users
from assistant.storage import account_tables
from assistant.storage.conversations import Conversations
from assistant.testing.accounts import cheap_accounts
from connectors.platforms.telegram.settings import TelegramSettings
from connectors.settings import ChannelPolicy

TELEGRAM = TelegramSettings(
    platform="telegram",
    name="desk",
    token="123456:what-BotFather-gave-us-all-of-it-here-ok",  # type: ignore[arg-type]
    people=("*",),
    groups={"staff": ("1", "2")},
    accounts={"ana": ("1",), "nobody-there": ("3",), "not a name": ("4",)},
    channels={
        "*": ChannelPolicy(groups=("lobby",)),
        "-100": ChannelPolicy(groups=("sales",)),
        "-100/7": ChannelPolicy(groups=("deals",)),
    },
)


@pytest.fixture
def users(tmp_path: Path) -> Iterator[Users]:
    with Conversations.open(f"sqlite:///{tmp_path / 'pilares.db'}") as conversations:
        made = cheap_accounts(conversations.database).users
        made.add("ana", groups=["board"])
        yield made


@pytest.fixture
def people(users: Users) -> PlatformPeople:
    return PlatformPeople({"desk": TELEGRAM}, users)


@pytest.mark.parametrize(
    ("user", "groups"),
    [
        ("desk:person/1", {"everyone", "staff", "board"}),
        ("desk:person/2", {"everyone", "staff"}),
        ("desk:person/3", set()),  # an account that there is not
        ("desk:person/4", set()),
        ("desk:person/9", {"everyone"}),
        ("desk:-100", {"everyone", "sales"}),
        ("desk:-100/12", {"everyone", "sales"}),
        ("desk:-100/7/3", {"everyone", "deals"}),
        ("desk:-1007", {"everyone", "lobby"}),
        ("desk:-100" + "0" * 200, {"everyone"}),  # too long to be sure which channel it was
        ("other:person/1", set()),
        ("local", set()),
        ("", set()),
    ],
)
def test_a_conversation_reads_what_its_person_or_all_of_its_channel_may(
    people: PlatformPeople, user: str, groups: set[str]
) -> None:
    assert people.groups_of(user) == groups


def test_groups_of_an_account_count_from_its_next_question(people: PlatformPeople, users: Users) -> None:
    users.change("ana", groups=["sales"])
    assert people.groups_of("desk:person/1") == {"everyone", "staff", "sales"}
    users.suspend("ana")
    assert people.groups_of("desk:person/1") == frozenset()
    for alone in (True, False):
        with pytest.raises(NotAllowed, match="suspended"):
            people.groups_for("ana", frozenset({"everyone"}), alone=alone)
    users.suspend("ana", False)
    assert people.groups_of("desk:person/1") == {"everyone", "staff", "sales"}


def test_an_account_that_there_is_not_shuts_its_person_out_and_the_log_says_so(
    people: PlatformPeople, caplog: pytest.LogCaptureFixture
) -> None:
    given = frozenset({"everyone", "staff"})
    with caplog.at_level(logging.WARNING):
        for alone in (True, False):
            with pytest.raises(NotAllowed, match="Your account is not here any more"):
                people.groups_for("nobody-there", given, alone=alone)
    assert "pilares users list" in caplog.text
    with pytest.raises(NotAllowed, match="Tu cuenta ya no existe"):
        people.groups_for("not a name", given, language="es")
    assert people.groups_for("", given) == given


def test_deleting_an_account_opens_nothing_that_suspending_it_closed(people: PlatformPeople, users: Users) -> None:
    users.suspend("ana")
    assert people.groups_of("desk:person/1") == frozenset()
    with users._database.write() as connection:
        connection.execute(sa.delete(account_tables.users).where(account_tables.users.c.name == "ana"))
    assert people.groups_of("desk:person/1") == frozenset()
    with pytest.raises(NotAllowed):
        people.groups_for("ana", frozenset({"everyone", "staff"}))
