"""Accounts, put together: who is behind a request, signing in, and the first administrator."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from assistant.errors import InvalidRequest, LimitReached, NotAllowed, NotSignedIn
from assistant.messages import message
from assistant.security.attempts import Attempts
from assistant.security.audit import Audit
from assistant.security.credentials import Credential
from assistant.security.keys import Keys
from assistant.security.links import Links
from assistant.security.passwords import Passwords
from assistant.security.person import Person
from assistant.security.sessions import Sessions
from assistant.security.user import User, clean_name
from assistant.security.users import Users, user_of
from assistant.security.visitors import groups_of_visitor
from assistant.security.widget_keys import WidgetKeys
from assistant.storage.account_tables import users
from assistant.storage.database import Database

FIRST_ADMINISTRATOR = "admin"
RECENT = timedelta(minutes=10)
"""How long a sign-in proves that somebody is there themselves."""


class Accounts:
    """The accounts in one database. Whatever is asked is read there, so that a suspension counts at once."""

    def __init__(
        self,
        database: Database,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        passwords: Passwords | None = None,
        session_days: float = 14,
    ) -> None:
        self._database, self._now = database, clock
        self._passwords = passwords or Passwords()
        self._attempts = Attempts()
        self.users = Users(database, clock)
        self.links = Links(database, clock, self._passwords)
        self.sessions = Sessions(database, clock, timedelta(days=session_days))
        self.keys = Keys(database, clock)
        self.widget_keys = WidgetKeys(database, clock)
        self.audit = Audit(database, clock)

    def person(self, credential: Credential) -> Person | None:
        """Who shows that; None when it is not valid, or not any more."""
        if credential.kind == "session":
            return self.sessions.person(credential.token)
        found = self.keys.shown(credential.token)
        return None if found is None else found[0]

    def sign_in(self, name: str, password: str, language: str | None = None) -> str:
        """The token of a new session.

        Raises NotSignedIn without saying whether name or password was wrong, and LimitReached after several failures.
        """
        known = _known_as(name)
        if (wait := self._attempts.wait_s(known)) > 0:
            raise LimitReached(message("sign_in_wait", language, seconds=round(wait + 0.5)), wait)
        user, stored = self._password_of(known)
        if not self._passwords.matches(stored, password) or user is None or user.suspended:
            self._attempts.failed(known)
            raise NotSignedIn(message("sign_in_failed", language))
        self._attempts.succeeded(known)
        if self._passwords.is_outdated(stored):
            self._replace_hash(user, password)
        return self.sessions.begin(user)

    def confirm(self, person: Person, session: str, password: str = "", language: str | None = None) -> None:
        """It is really them who ask for something that cannot be undone: by their password, or a sign-in just now.

        Raises NotAllowed, and LimitReached after several wrong passwords.
        """
        if not password:
            begun = self.sessions.begun(session)
            if begun is None or self._now() - begun > RECENT:
                raise NotAllowed(message("confirm_needed", language))
            return
        if (wait := self._attempts.wait_s(person.name)) > 0:
            raise LimitReached(message("sign_in_wait", language, seconds=round(wait + 0.5)), wait)
        if not self._passwords.matches(self._password_of(person.name)[1], password):
            self._attempts.failed(person.name)
            raise NotAllowed(message("confirm_wrong", language))
        self._attempts.succeeded(person.name)

    def has_password(self, person: Person) -> bool:
        """Whether they have one; who comes from a provider alone has none."""
        return bool(self._password_of(person.name)[1])

    def groups_of(self, person_id: str) -> frozenset[str]:
        """The groups of somebody now, a visitor of a website among them; none of somebody whom nobody knows."""
        return self.users.groups_of(person_id) or groups_of_visitor(self._database, person_id)

    def first_link(self) -> str | None:
        """The token of a link for an administrator, when there is none who can sign in; else None."""
        found = [each for each in self.users.list() if each.role == "admin" and not each.suspended]
        if any(not each.invited for each in found):
            return None
        user = found[0] if found else self._first_administrator()
        self.audit.note("console", "link.make", user.name)
        return self.links.make(user)

    def _first_administrator(self) -> User:
        taken = {each.name for each in self.users.list()}
        name = next(name for name in (FIRST_ADMINISTRATOR, *_numbered(len(taken))) if name not in taken)
        user = self.users.add(name, "admin")
        self.audit.note("console", "user.add", user.name, role=user.role)
        return user

    def _password_of(self, name: str) -> tuple[User | None, str]:
        with self._database.read() as connection:
            row = connection.execute(sa.select(users).where(users.c.name == name)).first()
        return (None, "") if row is None else (user_of(row), row.password)

    def _replace_hash(self, user: User, password: str) -> None:
        hashed = self._passwords.hashed(password)
        with self._database.write() as connection:
            connection.execute(sa.update(users).where(users.c.id == user.id).values(password=hashed))


def _known_as(name: str) -> str:
    """The name as accounts have it; what can be no account's name is nobody's."""
    try:
        return clean_name(name)
    except InvalidRequest:
        return ""


def _numbered(count: int) -> list[str]:
    return [f"{FIRST_ADMINISTRATOR}{number}" for number in range(2, count + 3)]
