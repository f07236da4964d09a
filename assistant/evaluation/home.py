"""A home folder for one evaluation: the user's settings, none of the user's state."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from assistant.settings import Settings

# configuration that lives beside pilares.toml
_OWN_FILES = ("intents.toml", "intents.yaml", "sentiment.yaml", "urgency.yaml")
_OWN_FOLDERS = ("router",)


@contextmanager
def temporary_home(settings: Settings) -> Iterator[Settings]:
    """Settings like `settings` with an empty home folder, deleted afterwards. Models stay where they are."""
    with TemporaryDirectory(prefix="pilares-evaluation-", ignore_cleanup_errors=True) as name:
        home = Path(name)
        for own in _OWN_FILES:
            if (settings.home / own).is_file():
                shutil.copyfile(settings.home / own, home / own)
        for own in _OWN_FOLDERS:
            if (settings.home / own).is_dir():
                shutil.copytree(settings.home / own, home / own)
        yield settings.model_copy(
            update={"home": home, "database_url": None, "knowledge": settings.knowledge.in_files()}
        )
