import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    """Forty documents, each with a word of its own."""
    folder = tmp_path / "documents"
    folder.mkdir()
    for number in range(40):
        text = f"# Document {number}\n\nIts secret word is zebra{number:02d}. " + "Some more words. " * 60
        (folder / f"{number:02d}.md").write_text(text)
    return folder
