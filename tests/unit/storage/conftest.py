from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.storage.conversations import Conversations


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """On each database; a test of one of them alone is parametrized with its name."""
    if request.param == "postgres":
        return str(request.getfixturevalue("postgres_url"))
    return f"sqlite:///{tmp_path / 'home' / 'pilares.db'}"


@pytest.fixture
def conversations(url: str) -> Iterator[Conversations]:
    with Conversations.open(url) as opened:
        yield opened
