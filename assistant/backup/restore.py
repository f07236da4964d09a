"""Puts a backup in place; what was there is moved aside, never deleted."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from assistant.backup.databases import held
from assistant.backup.manifest import CONVERSATIONS_DB, DATABASES, KNOWLEDGE_DB, SETTINGS, Manifest
from assistant.backup.troubles import in_words
from assistant.backup.unpack import unpack
from assistant.errors import InvalidRequest
from knowledge.store.lock import FolderLock

_STAGING = ".restoring-"
_ASIDE = "before-restore-"
_LOCK = ("lock", "lock.pid")  # held while we work


@dataclass(frozen=True, slots=True)
class Restored:
    """The backup that is in place now, and the folder that holds what was there before, if anything was."""

    manifest: Manifest
    aside: Path | None


def restore(archive: Path, home: Path, *, force: bool = False) -> Restored:
    """Verify a backup, then make it the state of a home folder.

    The vector index is not part of a backup; with the former one out of the way it is built from the database when it
    is first needed. Raises InvalidRequest for a bad archive, and for a home with documents or conversations unless
    `force`; StoreLocked while a server is running there; StorageError when the disk is full or not writable.
    """
    home = home.absolute()
    with _leaving_no_trace(home), in_words(home), _owned(home), _staging(home) as staging:
        made = unpack(archive, staging)
        if not force:
            _refuse_occupied(home)
        return Restored(made, _exchange(staging, home, made))


@contextmanager
def _leaving_no_trace(home: Path) -> Iterator[None]:
    """Remove the folders that were made for this when it fails."""
    new = [each for each in (home / "knowledge", home, *home.parents) if not each.exists()]
    try:
        yield
    except BaseException:
        for name in _LOCK if home / "knowledge" in new else ():
            with suppress(OSError):
                (home / "knowledge" / name).unlink()
        for each in new:
            with suppress(OSError):  # one that is not empty stays
                each.rmdir()
        raise


@contextmanager
def _owned(home: Path) -> Iterator[None]:
    lock = FolderLock(home / "knowledge")
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _staging(home: Path) -> Iterator[Path]:
    """A folder on the disk of the home folder; those of restores that were killed are removed."""
    for left in home.glob(f"{_STAGING}*"):
        shutil.rmtree(left, ignore_errors=True)
    with TemporaryDirectory(prefix=_STAGING, dir=home, ignore_cleanup_errors=True) as name:
        yield Path(name)


def _refuse_occupied(home: Path) -> None:
    found = [words for name in DATABASES if (words := held(home / name, name))]
    if found:
        raise InvalidRequest(
            f"{home} has {' and '.join(found)}. Restore into another folder with --home, or use --force: "
            "then what is there is moved aside, not deleted. Nothing was changed."
        )


def _exchange(staging: Path, home: Path, made: Manifest) -> Path | None:
    """Move the former files aside and the new ones in; all of it or nothing."""
    former, aside = _former(home, made), _free_name(home)
    moves = [(path, aside / path.relative_to(home)) for path in former]
    moves += [(staging / name, home / name) for name in made.members]
    done: list[tuple[Path, Path]] = []
    try:
        for source, target in moves:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(source, target)
            done.append((source, target))
    except BaseException:
        for source, target in reversed(done):
            shutil.move(target, source)
        shutil.rmtree(aside, ignore_errors=True)
        raise
    return aside if former else None


def _former(home: Path, made: Manifest) -> list[Path]:
    """What has to make room: everything of the databases and their indexes, and settings that the backup brings."""
    knowledge = [each for each in (home / KNOWLEDGE_DB).parent.iterdir() if each.name not in _LOCK]
    conversations = list(home.glob(f"{CONVERSATIONS_DB}*"))
    settings = [home / name for name in SETTINGS if name in made.members and (home / name).exists()]
    return sorted([*knowledge, *conversations, *settings])


def _free_name(home: Path) -> Path:
    stamp = f"{_ASIDE}{datetime.now(UTC):%Y%m%d-%H%M%S}"
    names = (home / f"{stamp}{f'-{number}' if number else ''}" for number in range(1_000))
    return next(name for name in names if not name.exists())
