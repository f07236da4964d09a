"""The accounts of an installation."""

import builtins
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from assistant.errors import InvalidRequest, NotFound
from assistant.security.person import LOCAL, LOCAL_USER
from assistant.security.user import User, clean_groups, clean_name, clean_role
from assistant.storage.account_tables import links, sessions, users
from assistant.storage.database import Database


class Users:
    """Adds, finds and changes accounts. Nothing is kept in memory: a change by another process counts at once."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database, self._now = database, clock

    def add(self, name: str, role: str = "member", groups: Iterable[str] = ()) -> User:
        """A new account, without a password. Raises InvalidRequest for a name that is taken or none."""
        clean, given = clean_name(name), clean_groups(groups)
        user = User(uuid4().hex, clean, clean_role(role), frozenset(given), False, True, self._now())
        with self._database.write() as connection:
            if connection.execute(sa.select(users.c.id).where(users.c.name == clean)).first() is not None:
                raise InvalidRequest(f"There is an account called {clean} already. `pilares users list` shows them.")
            connection.execute(
                sa.insert(users).values(
                    id=user.id, name=clean, role=user.role, groups=list(given), suspended=False, created=user.created
                )
            )
        return user

    def list(self) -> builtins.list[User]:
        """Every account, by name."""
        with self._database.read() as connection:
            return [user_of(row) for row in connection.execute(sa.select(users).order_by(users.c.name))]

    def named(self, name: str) -> User:
        """The account of that name. Raises NotFound."""
        return self._one(users.c.name == clean_name(name), name)

    def get(self, user_id: str) -> User:
        """The account with that id. Raises NotFound."""
        return self._one(users.c.id == user_id, user_id)

    def identified(self, issuer: str, subject: str) -> User | None:
        """The account of somebody whom a provider calls `subject`."""
        mine = sa.and_(users.c.issuer == issuer, users.c.subject == subject)
        with self._database.read() as connection:
            row = connection.execute(sa.select(users).where(mine)).first()
        return None if row is None else user_of(row)

    def has_identity(self, user_id: str) -> bool:
        """Whether somebody signs in with a provider."""
        query = sa.select(users.c.subject).where(users.c.id == user_id)
        with self._database.read() as connection:
            return connection.execute(query).scalar() is not None

    def identify(self, user_id: str, issuer: str, subject: str) -> None:
        """From now on a provider's `subject` is this account."""
        mine = sa.update(users).where(users.c.id == user_id)
        with self._database.write() as connection:
            connection.execute(mine.values(issuer=issuer, subject=subject))

    def groups_of(self, user_id: str) -> frozenset[str]:
        """The groups of somebody now: none of somebody who is suspended, or whom nobody knows."""
        if user_id == LOCAL_USER:
            return LOCAL.groups
        try:
            user = self.get(user_id)
        except NotFound:
            return frozenset()
        return frozenset() if user.suspended else user.person().groups

    def change(self, name: str, *, role: str | None = None, groups: Iterable[str] | None = None) -> User:
        """Another role, or other groups. Raises NotFound, and InvalidRequest when no administrator would be left."""
        values: dict[str, Any] = {}
        if groups is not None:
            values["groups"] = [*clean_groups(groups)]
        if role is not None:
            values["role"] = clean_role(role)
        return self._changed(name, **values)

    def suspend(self, name: str, suspended: bool = True) -> User:
        """Keep somebody out, on every path from their next request on, or let them in again.

        Their sessions and links end; their keys are refused while it lasts. Raises NotFound, and InvalidRequest when no
        administrator would be left.
        """
        return self._changed(name, suspended=suspended)

    def _changed(self, name: str, **values: Any) -> User:
        mine = users.c.name == clean_name(name)
        with self._database.write() as connection:
            before = connection.execute(sa.select(users).where(mine)).first()
            if before is None:
                raise _unknown(name)
            if values:
                connection.execute(sa.update(users).where(mine).values(**values))
            if values.get("suspended"):
                end_all(connection, before.id)
            if before.role == "admin" and not before.suspended and not administrators(connection):
                raise InvalidRequest("No administrator would be left. Make somebody else one first.")
            return user_of(connection.execute(sa.select(users).where(mine)).one())

    def _one(self, condition: sa.ColumnElement[bool], name: str) -> User:
        with self._database.read() as connection:
            row = connection.execute(sa.select(users).where(condition)).first()
        if row is None:
            raise _unknown(name)
        return user_of(row)


def end_all(connection: Connection, user_id: str) -> None:
    """End every session and every link of somebody."""
    for table in (sessions, links):
        connection.execute(sa.delete(table).where(table.c.user_id == user_id))


def user_of(row: Row[Any]) -> User:
    """A row of `users` as an account."""
    return User(
        row.id, row.name, clean_role(row.role), frozenset(row.groups), row.suspended, not (row.password or row.subject),
        row.created,
    )  # fmt: skip


def administrators(connection: Connection) -> int:
    """How many there are that may come in."""
    active = sa.select(sa.func.count()).where(users.c.role == "admin", sa.not_(users.c.suspended))
    return connection.execute(active).scalar_one()


def _unknown(name: str) -> NotFound:
    return NotFound(f"There is no account {name!r}. `pilares users list` shows them.")
