"""Whose data it is: an account, somebody on a chat platform or a website, or whoever sits at this computer."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa

from assistant.errors import NotFound
from assistant.finetuning.withdrawing import Withdrawals
from assistant.security.person import EVERYONE, LOCAL_USER
from assistant.security.user import clean_name
from assistant.settings import Settings
from assistant.storage.account_tables import users
from assistant.storage.conversations import Conversations
from assistant.storage.database import Database
from connectors.store.people import named

OF_THE_SYSTEM = frozenset({"console", "oidc", "retention"})
"""Who acts in the audit log without being a person."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A person: `id` is what their things are kept under, `name` what others know them by.

    `pseudonym` is what stands in the place of the name afterwards, where something has to stay. Of an account the id is
    random, and never somebody else's; of anybody else (`telegram:person/42`, `visitor:KEY:SUBJECT`, `local`) it is
    theirs again when they come back.
    """

    id: str
    name: str
    is_account: bool
    pseudonym: str = ""

    @property
    def names(self) -> frozenset[str]:
        """By which they may be named."""
        return frozenset({self.id, self.name}) - OF_THE_SYSTEM


@dataclass(frozen=True, slots=True)
class Places:
    """Where an installation keeps things, and what time it is."""

    settings: Settings
    conversations: Conversations
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    @property
    def database(self) -> Database:
        """Conversations, accounts, and what goes with both."""
        return self.conversations.database

    @property
    def withdrawals(self) -> Withdrawals:
        """The examples that adapters learn from."""
        return Withdrawals(self.settings.home)

    @property
    def has_connectors(self) -> bool:
        """Whether chat platforms may have left something."""
        return self.settings.database_url is not None or (self.settings.home / "connectors.db").is_file()


def subject_of(database: Database, name: str) -> Subject:
    """Whom a name means: that of an account, else the id of anybody else. Raises NotFound.

    Whether anything is kept of anybody else is not looked at here.
    """
    if name == LOCAL_USER or ":" in name:
        return Subject(name, name, is_account=False)
    clean = clean_name(name)
    with database.read() as connection:
        found = connection.execute(sa.select(users.c.id).where(users.c.name == clean)).scalar()
    if found is None:
        raise NotFound(
            f"There is no account {name[:100]!r}. `pilares users list` shows them; others are named by their id, such "
            "as telegram:person/42, or local for whoever sits at this computer."
        )
    return Subject(found, clean, is_account=True)


def groups_on_platform(settings: Settings, user: str) -> frozenset[str]:
    """The groups that the settings give a person of a chat platform; none to whoever is on none."""
    who = named(user)
    if who is None or who[0] not in settings.connectors:
        return frozenset()
    return settings.connectors[who[0]].groups_of(who[1]) | {EVERYONE}
