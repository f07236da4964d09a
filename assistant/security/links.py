"""One-time links: the way in for somebody who has no password yet, or forgot it."""

from collections.abc import Callable
from datetime import datetime, timedelta

import sqlalchemy as sa

from assistant.errors import NotSignedIn
from assistant.messages import message
from assistant.security.passwords import Passwords, check_password
from assistant.security.tokens import digest, new_token
from assistant.security.user import User
from assistant.security.users import end_all, user_of
from assistant.storage.account_tables import links, users
from assistant.storage.database import Database

VALID = timedelta(hours=48)


class Links:
    """Makes links and takes them back. Somebody has at most one that works: the newest."""

    def __init__(self, database: Database, clock: Callable[[], datetime], passwords: Passwords) -> None:
        self._database, self._now, self._passwords = database, clock, passwords

    def make(self, user: User) -> str:
        """The token of a new link, valid for two days; older ones of the same person work no more."""
        token = new_token("link")
        with self._database.write() as connection:
            connection.execute(sa.delete(links).where(links.c.user_id == user.id))
            connection.execute(
                sa.insert(links).values(digest=digest("link", token), user_id=user.id, expires=self._now() + VALID)
            )
        return token

    def owner(self, token: str, language: str | None = None) -> User:
        """Whose link that is; it works still. Raises NotSignedIn."""
        query = (
            sa.select(users)
            .join(links, links.c.user_id == users.c.id)
            .where(links.c.digest == digest("link", token), links.c.expires > self._now(), sa.not_(users.c.suspended))
        )
        with self._database.read() as connection:
            row = connection.execute(query).first()
        if row is None:
            raise NotSignedIn(message("link_used", language))
        return user_of(row)

    def use(self, token: str, password: str, language: str | None = None) -> User:
        """Set the password of the link's owner, and end the link and every session they had.

        Raises NotSignedIn, and InvalidRequest for a password that is too weak; the link works on then.
        """
        user = self.owner(token, language)
        check_password(password, user.name, language)
        hashed = self._passwords.hashed(password)
        with self._database.write() as connection:
            used = sa.delete(links).where(links.c.digest == digest("link", token))
            if not connection.execute(used).rowcount:  # somebody else was faster
                raise NotSignedIn(message("link_used", language))
            end_all(connection, user.id)
            connection.execute(sa.update(users).where(users.c.id == user.id).values(password=hashed))
            return user_of(connection.execute(sa.select(users).where(users.c.id == user.id)).one())
