from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from assistant.security.accounts import Accounts
from assistant.security.passwords import Passwords
from assistant.storage.conversations import Conversations
from assistant.storage.database import Database


class Clock:
    """A clock that a test sets forward."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 2, 10, 0, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **by: float) -> None:
        self.now += timedelta(**by)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A file; a test on a server as well is parametrized with both names."""
    postgres = getattr(request, "param", "sqlite") == "postgres"
    url = str(request.getfixturevalue("postgres_url")) if postgres else f"sqlite:///{tmp_path / 'pilares.db'}"
    with Conversations.open(url) as conversations:
        yield conversations.database


@pytest.fixture
def passwords() -> Passwords:
    return Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture
def accounts(database: Database, clock: Clock, passwords: Passwords) -> Accounts:
    return Accounts(database, clock=clock, passwords=passwords, session_days=14)
