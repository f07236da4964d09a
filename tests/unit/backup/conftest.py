from pathlib import Path

import pytest

from assistant.backup.write import write
from assistant.testing.homes import furnish


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return furnish(tmp_path / "home")


@pytest.fixture
def archive(home: Path, tmp_path: Path) -> Path:
    write(home, tmp_path / "backup.tar.gz")
    return tmp_path / "backup.tar.gz"
