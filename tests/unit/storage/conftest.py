from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.storage.conversations import Conversations


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'home' / 'pilares.db'}"


@pytest.fixture
def conversations(url: str) -> Iterator[Conversations]:
    with Conversations.open(url) as opened:
        yield opened
