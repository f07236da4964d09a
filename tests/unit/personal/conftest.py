import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from assistant.finetuning.datasets import DatasetDesk
from assistant.personal.subject import Places, Subject
from assistant.security.accounts import Accounts
from assistant.settings import Settings
from assistant.storage.conversations import Conversations
from assistant.testing.accounts import cheap_accounts
from assistant.testing.people import Lived, account, lived
from connectors.store.people import opened


class Clock:
    """A clock that a test sets forward."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def forward(self, **by: float) -> None:
        self.ahead += timedelta(**by)


@pytest.fixture
def clock() -> Clock:
    return Clock()


def settings_of(home: Path) -> Settings:
    return Settings(home=home, security={"accounts": True})


@pytest.fixture
def places(tmp_path: Path, clock: Clock) -> Iterator[Places]:
    """An installation of which a test may have put files into its folder before."""
    settings = settings_of(tmp_path)
    with Conversations.open(settings.conversations_url) as conversations:
        yield Places(settings, conversations, clock)


@pytest.fixture
def accounts(places: Places) -> Accounts:
    return cheap_accounts(places.database)


@pytest.fixture(scope="session", params=[("account", 1), ("platform", 2)], ids=lambda each: each[0])
def furnished(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Lived, Lived]:
    """A home folder with two people of whom everything is kept, and who had to do with each other; built once."""
    home = tmp_path_factory.mktemp("furnished")
    kind, seed = request.param
    with Conversations.open(settings_of(home).conversations_url) as conversations:
        places, random = Places(settings_of(home), conversations), Random(seed)
        accounts = cheap_accounts(places.database)
        accounts.users.add("boss", "admin")
        if kind == "account":
            ana, ben = account(accounts, "ana"), account(accounts, "ben")
        else:
            ana, ben = (Subject(f"telegram:person/{n}", f"telegram:person/{n}", is_account=False) for n in (471, 472))
        pair = lived(places, ana, "anamark", ben.name, random), lived(places, ben, "benmark", ana.name, random)
    rows = [each for one in pair for each in one.rows]
    DatasetDesk(home).datasets.add("support", rows[1:], rows[:1], {})
    with opened(places.settings.connectors_url):
        pass
    return home, *pair


@pytest.fixture
def pair(furnished: tuple[Path, Lived, Lived], tmp_path: Path) -> tuple[Lived, Lived]:
    """Two people, whose home folder is copied to that of this test; to be asked for before `places`."""
    home, ana, ben = furnished
    shutil.copytree(home, tmp_path, dirs_exist_ok=True)
    return ana, ben
