"""Keys of widgets: each is for some websites, and stands in their pages for everybody to read."""

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
from assistant.security.origins import clean_origin
from assistant.security.tokens import new_token
from assistant.security.user import clean_groups
from assistant.storage.account_tables import widget_keys
from assistant.storage.database import Database

_ALLOWANCE = TypeAdapter(Allowance)


@dataclass(frozen=True, slots=True)
class WidgetKey:
    """A key of a widget. `token` is what stands in the page, `origins` are the websites that may use it.

    `groups` are those that a website may say a visitor is in, beside everyone; `budget` is for all visitors together.
    """

    id: str
    name: str
    token: str
    origins: tuple[str, ...]
    groups: tuple[str, ...]
    budget: Allowance
    created: datetime
    expires: datetime | None
    revoked: datetime | None


class WidgetKeys:
    """Makes, finds and revokes keys of widgets. Nothing is kept in memory: what is revoked is over at once."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database, self._now = database, clock

    def make(
        self, name: str, origins: Iterable[str], *, groups: Iterable[str] = (), days: float | None = None,
        budget: Allowance | None = None,
    ) -> WidgetKey:  # fmt: skip
        """A new key; without `days` it is valid until it is revoked.

        Raises InvalidRequest without a name or an origin, and for origins and groups that are none.
        """
        now, clean = self._now(), " ".join(name.split())[:100]
        allowed = tuple(dict.fromkeys(clean_origin(each) for each in origins))
        if not clean or not allowed or (days is not None and days <= 0):
            raise InvalidRequest("A key of a widget needs a name and at least one origin: --origin https://example.org")
        key = WidgetKey(
            uuid4().hex, clean, new_token("widget"), allowed, clean_groups(groups), budget or Allowance(), now,
            None if days is None else now + timedelta(days=days), None,
        )  # fmt: skip
        with self._database.write() as connection:
            connection.execute(
                sa.insert(widget_keys).values(
                    id=key.id, name=key.name, token=key.token, origins=[*key.origins], groups=[*key.groups],
                    budget=_ALLOWANCE.dump_python(key.budget, mode="json"), created=now, expires=key.expires,
                )
            )  # fmt: skip
        return key

    def shown(self, token: str) -> WidgetKey | None:
        """The key that a page shows; None when it is none, revoked or expired."""
        query = self._valid().where(widget_keys.c.token == token[:100])
        with self._database.read() as connection:
            row = connection.execute(query).first()
        return None if row is None else _key_of(row)

    def may_ask(self, origin: str) -> bool:
        """Whether pages of that origin have any valid key."""
        with self._database.read() as connection:
            return any(origin in row.origins for row in connection.execute(self._valid()))

    def list(self) -> builtins.list[WidgetKey]:
        """All keys, newest first; revoked and expired ones too."""
        query = sa.select(widget_keys).order_by(widget_keys.c.created.desc(), widget_keys.c.id)
        with self._database.read() as connection:
            return [_key_of(row) for row in connection.execute(query)]

    def get(self, key_id: str) -> WidgetKey:
        """A key by its id, or by the beginning of it. Raises NotFound."""
        found = [each for each in self.list() if key_id and each.id.startswith(key_id)]
        if len(found) != 1:
            raise NotFound("There is no such key. `pilares widget list` shows them.")
        return found[0]

    def revoke(self, key_id: str) -> WidgetKey:
        """End a key. Raises NotFound."""
        gone = self.get(key_id)
        one = sa.update(widget_keys).where(widget_keys.c.id == gone.id, widget_keys.c.revoked.is_(None))
        with self._database.write() as connection:
            connection.execute(one.values(revoked=self._now()))
        return gone

    def _valid(self) -> sa.Select[Any]:
        lasts = sa.or_(widget_keys.c.expires.is_(None), widget_keys.c.expires > self._now())
        return sa.select(widget_keys).where(widget_keys.c.revoked.is_(None), lasts)


def _key_of(row: Row[Any]) -> WidgetKey:
    values = dict(row._mapping)
    budget = _ALLOWANCE.validate_python(values["budget"])
    return WidgetKey(**{**values, "origins": (*row.origins,), "groups": (*row.groups,), "budget": budget})
