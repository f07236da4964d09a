"""Visitors of a website that has the widget: who they are, and what they may read. They may ask, and nothing else."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from assistant.errors import InvalidRequest
from assistant.messages import message
from assistant.security.addresses import AddressLimit
from assistant.security.identities import Secrets, read_identity
from assistant.security.person import EVERYONE, Person
from assistant.security.rights import Right
from assistant.security.widget_keys import WidgetKey, WidgetKeys
from assistant.storage.account_tables import visitors
from assistant.storage.database import Database

SECRET_FILE = "widget.secret"  # noqa: S105
_GUEST, _VISITOR = "guest:", "visitor:"
VISITOR_IDS = (_GUEST, _VISITOR)
"""Begin the ids of visitors."""
_GUEST_TOKEN = re.compile(r"[\w-]{43}", re.ASCII)
_RIGHTS = frozenset({Right.VISIT})


class Visitors:
    """The visitors of an installation, and the keys their websites have."""

    def __init__(
        self, database: Database, home: Path, per_minute: int = 120,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:  # fmt: skip
        self._database, self._now = database, clock
        self.keys = WidgetKeys(database, clock)
        self.secrets = Secrets(home / SECRET_FILE)
        self.addresses = AddressLimit(per_minute, clock)

    def guest(self, key: WidgetKey, token: str, language: str | None = None) -> Person:
        """Somebody nobody knows; `token` is random, made and kept by their browser. Raises InvalidRequest."""
        if not _GUEST_TOKEN.fullmatch(token):
            raise InvalidRequest(message("visitor_missing", language))
        made = sha256(f"{key.id}:{token}".encode()).hexdigest()[:40]
        return Person(f"{_GUEST}{made}", "guest", rights=_RIGHTS, key=key.id, budget=key.budget)

    def known(self, key: WidgetKey, token: str, language: str | None = None) -> Person:
        """Whom the website's server vouches for, in those of its groups that the key may give. Raises NotSignedIn."""
        who = read_identity(token, self.secrets.of(key.id), self._now, language)
        groups = who.groups & frozenset(key.groups)
        person = Person(
            f"{_VISITOR}{key.id}:{who.subject}", who.subject, groups | {EVERYONE}, _RIGHTS, key.id, key.budget
        )
        self._remember(person.id, groups)
        return person

    def _remember(self, person_id: str, groups: frozenset[str]) -> None:
        """Keep the groups, for the answers of the past; written when they have changed."""
        if groups == _stored(self._database, person_id):
            return
        row: dict[str, Any] = {"id": person_id, "groups": sorted(groups), "seen": self._now()}
        with self._database.write() as connection:
            dialect: Any = postgresql if connection.dialect.name == "postgresql" else sqlite
            insert = dialect.insert(visitors).values(**row)
            new = {"groups": row["groups"], "seen": row["seen"]}
            connection.execute(insert.on_conflict_do_update(index_elements=["id"], set_=new))


def groups_of_visitor(database: Database, person_id: str) -> frozenset[str]:
    """The groups of a visitor, as their website last named them; none of somebody who is no visitor."""
    if person_id.startswith(_GUEST):
        return frozenset({EVERYONE})
    return _stored(database, person_id) | {EVERYONE} if person_id.startswith(_VISITOR) else frozenset()


def _stored(database: Database, person_id: str) -> frozenset[str]:
    with database.read() as connection:
        found = connection.execute(sa.select(visitors.c.groups).where(visitors.c.id == person_id)).scalar()
    return frozenset(found or ())
