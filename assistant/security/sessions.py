"""Sessions: a browser that somebody has signed in with."""

from collections.abc import Callable
from datetime import datetime, timedelta

import sqlalchemy as sa

from assistant.security.person import Person
from assistant.security.tokens import digest, new_token
from assistant.security.user import User
from assistant.security.users import user_of
from assistant.storage.account_tables import sessions, users
from assistant.storage.database import Database


class Sessions:
    """Begins, finds and ends sessions. What a browser holds is random; what is stored is its digest."""

    def __init__(self, database: Database, clock: Callable[[], datetime], valid: timedelta) -> None:
        self._database, self._now, self._valid = database, clock, valid

    def begin(self, user: User) -> str:
        """The token of a new session; sessions of anybody that are over are forgotten."""
        token, now = new_token("session"), self._now()
        with self._database.write() as connection:
            connection.execute(sa.delete(sessions).where(sessions.c.expires <= now))
            connection.execute(
                sa.insert(sessions).values(
                    digest=digest("session", token), user_id=user.id, created=now, expires=now + self._valid
                )
            )
        return token

    def person(self, token: str) -> Person | None:
        """Whose session that is; None when it is over or its person is suspended."""
        query = (
            sa.select(users)
            .join(sessions, sessions.c.user_id == users.c.id)
            .where(
                sessions.c.digest == digest("session", token),
                sessions.c.expires > self._now(),
                sa.not_(users.c.suspended),
            )
        )
        with self._database.read() as connection:
            row = connection.execute(query).first()
        return None if row is None else user_of(row).person()

    def begun(self, token: str) -> datetime | None:
        """When somebody signed in with it; None when it is over."""
        mine = sa.and_(sessions.c.digest == digest("session", token), sessions.c.expires > self._now())
        with self._database.read() as connection:
            found: datetime | None = connection.execute(sa.select(sessions.c.created).where(mine)).scalar()
        return found

    def end(self, token: str) -> None:
        """Sign out."""
        with self._database.write() as connection:
            connection.execute(sa.delete(sessions).where(sessions.c.digest == digest("session", token)))
