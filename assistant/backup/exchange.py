"""Moves the former state of a home folder aside and the new one in."""

import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from assistant.backup import learnt
from assistant.backup.manifest import CONNECTORS_DB, CONVERSATIONS_DB, KNOWLEDGE_DB, SETTINGS

LOCK = ("lock", "lock.pid")  # held while we work
_ASIDE = "before-restore-"


class Exchange:
    """One exchange; `aside` is the folder for what was there before, made when there is something to put in it."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._done: list[tuple[Path, Path]] = []
        self.aside = _free_name(home)

    @contextmanager
    def undone_by_failure(self) -> Iterator[None]:
        """Put every file back where it was when the block fails."""
        try:
            yield
        except BaseException:
            for source, target in reversed(self._done):
                _clear(source)
                shutil.move(target, source)
            shutil.rmtree(self.aside, ignore_errors=True)
            raise

    def make(self, staging: Path, brings: Collection[str]) -> None:
        """Move what has to make room aside, and what the backup brings from `staging` in."""
        moves = [(path, self.aside / path.relative_to(self._home)) for path in self._former(brings)]
        moves += [(staging / name, self._home / name) for name in sorted(brings)]
        for source, target in moves:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(source, target)
            self._done.append((source, target))

    def _former(self, brings: Collection[str]) -> list[Path]:
        """Everything of the databases, their indexes and what was learnt, and settings that the backup brings."""
        knowledge = [each for each in (self._home / KNOWLEDGE_DB).parent.iterdir() if each.name not in LOCK]
        conversations = [*self._home.glob(f"{CONVERSATIONS_DB}*"), *self._home.glob(f"{CONNECTORS_DB}*")]
        settings = [self._home / name for name in SETTINGS if name in brings and (self._home / name).exists()]
        return sorted([*knowledge, *conversations, *settings, *learnt.former(self._home)])


def _clear(path: Path) -> None:
    """Take away what is left of a folder whose files were moved out again: else what is put back would land inside."""
    if path.is_dir() and not any(each.is_file() for each in path.rglob("*")):
        shutil.rmtree(path)


def _free_name(home: Path) -> Path:
    stamp = f"{_ASIDE}{datetime.now(UTC):%Y%m%d-%H%M%S}"
    names = (home / f"{stamp}{f'-{number}' if number else ''}" for number in range(1_000))
    return next(name for name in names if not name.exists())
