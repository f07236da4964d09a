"""Accounts for tests: with passwords that cost next to nothing to hash, and people who are in already."""

from dataclasses import dataclass

from argon2 import PasswordHasher

from assistant.security.accounts import Accounts
from assistant.security.credentials import COOKIE
from assistant.security.passwords import Passwords
from assistant.security.user import User
from assistant.storage.database import Database

PASSWORD = "correct horse battery"  # noqa: S105


def cheap_accounts(database: Database) -> Accounts:
    """Accounts whose hashes are quick to make, and as quick to break."""
    return Accounts(database, passwords=Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)))


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody with an account: their session as a header, and a key of theirs with every scope of their role."""

    user: User
    cookie: dict[str, str]
    key: dict[str, str]
    key_id: str


def known(accounts: Accounts, name: str, role: str = "member", *groups: str) -> Known:
    """Add an account, set its password, sign it in, and make it a key."""
    user = accounts.users.add(name, role, groups)
    user = accounts.links.use(accounts.links.make(user), PASSWORD)
    scopes = [right.value for right in user.person().rights]
    key, token = accounts.keys.make(user, "test", scopes=scopes)
    session = {"cookie": f"{COOKIE}={accounts.sessions.begin(user)}"}
    return Known(user, session, {"authorization": f"Bearer {token}"}, key.id)
