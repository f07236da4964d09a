"""Keys: the way in for programs. A key is shown once, when it is made."""

import builtins
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.engine import Row

from assistant.errors import InvalidRequest, NotFound
from assistant.security.allowance import Allowance
from assistant.security.person import Person
from assistant.security.rights import OF_ROLE, Right
from assistant.security.tokens import digest, new_token
from assistant.security.user import User
from assistant.security.users import user_of
from assistant.storage.account_tables import api_keys, users
from assistant.storage.database import Database

LONGEST = timedelta(days=366)
USUAL_SCOPES = (Right.ASK, Right.READ)
_ALLOWANCE = TypeAdapter(Allowance)


@dataclass(frozen=True, slots=True)
class Key:
    """A key, without its secret. `owner` is the name of the account it acts for, `budget` what it may use."""

    id: str
    owner_id: str
    owner: str
    name: str
    scopes: tuple[Right, ...]
    budget: Allowance
    created: datetime
    expires: datetime
    revoked: datetime | None


class Keys:
    """Makes, finds and revokes keys."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database, self._now = database, clock

    def make(
        self,
        user: User,
        name: str,
        *,
        scopes: Iterable[str] = USUAL_SCOPES,
        days: float = 90,
        budget: Allowance | None = None,
    ) -> tuple[Key, str]:
        """A new key of somebody, and the text that has to be shown to use it; it cannot be shown again.

        Raises InvalidRequest for scopes that there are not, no name, or more than a year.
        """
        now, clean = self._now(), " ".join(name.split())[:100]
        if not clean or not 0 < days <= LONGEST.days:
            raise InvalidRequest(f"A key needs a name, and is valid for up to {LONGEST.days} days.")
        key = Key(
            uuid4().hex, user.id, user.name, clean, _scopes(scopes), budget or Allowance(), now,
            now + timedelta(days=days), None,
        )  # fmt: skip
        token = new_token("key")
        with self._database.write() as connection:
            connection.execute(
                sa.insert(api_keys).values(
                    id=key.id, user_id=user.id, name=clean, digest=digest("key", token), scopes=[*key.scopes],
                    budget=_ALLOWANCE.dump_python(key.budget, mode="json"), created=now, expires=key.expires,
                )
            )  # fmt: skip
        return key, token

    def shown(self, token: str) -> tuple[Person, Key] | None:
        """Whom a key acts for, and the key; None when it is none, revoked or expired, or its person is suspended."""
        query: sa.Select[Any] = (
            sa.select(*_KEY_COLUMNS, users)
            .join(users, users.c.id == api_keys.c.user_id)
            .where(
                api_keys.c.digest == digest("key", token),
                api_keys.c.expires > self._now(),
                api_keys.c.revoked.is_(None),
                sa.not_(users.c.suspended),
            )
        )
        with self._database.read() as connection:
            row = connection.execute(query).first()
        if row is None:
            return None
        key = _key_of(row)
        return user_of(row).person(key.id, key.scopes, key.budget), key

    def list(self, user_id: str | None = None) -> builtins.list[Key]:
        """The keys of somebody, or everybody's, newest first; revoked and expired ones too."""
        query: sa.Select[Any] = sa.select(*_KEY_COLUMNS, users.c.name).join(users, users.c.id == api_keys.c.user_id)
        if user_id is not None:
            query = query.where(api_keys.c.user_id == user_id)
        with self._database.read() as connection:
            found = connection.execute(query.order_by(api_keys.c.created.desc(), api_keys.c.id))
            return [_key_of(row) for row in found]

    def revoke(self, key_id: str, user_id: str | None = None) -> Key:
        """End a key, of this person if one is named. The beginning of its id is enough. Raises NotFound."""
        found = [each for each in self.list(user_id) if key_id and each.id.startswith(key_id)]
        if len(found) != 1:
            raise NotFound("There is no such key. `pilares keys list` shows them.")
        now = self._now()
        with self._database.write() as connection:
            one = sa.update(api_keys).where(api_keys.c.id == found[0].id, api_keys.c.revoked.is_(None))
            connection.execute(one.values(revoked=now))
        return found[0]


_KEY_COLUMNS = [column.label(f"key_{column.name}") for column in api_keys.c]


def _key_of(row: Row[Any]) -> Key:
    scopes = tuple(Right(each) for each in row.key_scopes if each in OF_ROLE["admin"])
    return Key(
        row.key_id, row.key_user_id, row.name, row.key_name, scopes, _ALLOWANCE.validate_python(row.key_budget),
        row.key_created, row.key_expires, row.key_revoked,
    )  # fmt: skip


def _scopes(given: Iterable[str]) -> tuple[Right, ...]:
    wanted = {*given}
    unknown = wanted - OF_ROLE["admin"]
    if unknown or not wanted:
        known = ", ".join(each for each in Right if each in OF_ROLE["admin"])
        raise InvalidRequest(f"Scopes of a key are {known}; not {', '.join(sorted(unknown)) or 'none'}.")
    return tuple(each for each in Right if each in wanted)
