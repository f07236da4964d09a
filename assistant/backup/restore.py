"""Puts a backup in place; what was there is moved aside, never deleted."""

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy.engine import Connection

from assistant.backup import servers as on_servers
from assistant.backup.databases import Held, forget_index, held, hold
from assistant.backup.exchange import LOCK, Exchange
from assistant.backup.manifest import CONNECTORS_DB, DATABASES, KNOWLEDGE_DB, SETTINGS, Manifest
from assistant.backup.servers import Servers
from assistant.backup.troubles import in_words
from assistant.backup.unpack import unpack
from assistant.errors import InvalidRequest
from knowledge.store.lock import FolderLock

_STAGING = ".restoring-"
_FROM_SERVER = "from-server"


@dataclass(frozen=True, slots=True)
class Restored:
    """The backup that is in place now, and the folder that holds what was there before, if anything was.

    `held` is what waits on chat platforms and is not sent before somebody says so.
    """

    manifest: Manifest
    aside: Path | None
    held: Held


def restore(
    archive: Path,
    home: Path,
    *,
    force: bool = False,
    keep_settings: bool = False,
    servers_of: Callable[[Path], Servers] = lambda _: Servers(),
) -> Restored:
    """Verify a backup, then make it the state of a home folder.

    The databases go where the settings say that will be in force: those of the backup, or with `keep_settings` those
    that are there; `servers_of` tells which are on a server, from the folder with the settings file. The vector index
    is not part of a backup; with the former one out of the way it is built from the database when it is first needed.
    Raises InvalidRequest for a bad archive, and for a home with documents or conversations unless `force`; StoreLocked
    while a server is running there; StorageError when the disk is full or not writable.
    """
    home = home.absolute()
    with _leaving_no_trace(home), in_words(home), _owned(home), _staging(home) as staging:
        made = unpack(archive, staging)
        brings = set(made.members) - (set(SETTINGS) if keep_settings else set())
        if KNOWLEDGE_DB in brings:
            forget_index(staging / KNOWLEDGE_DB)
        waits = hold(staging / CONNECTORS_DB) if CONNECTORS_DB in brings else Held()
        servers = servers_of(staging if SETTINGS[0] in brings else home)
        exchange = Exchange(home)
        with exchange.undone_by_failure(), on_servers.writing(servers) as targets:
            if not force:
                _refuse_occupied(home, targets)
            _set_aside(targets, exchange.aside)
            for name, target in targets.items():
                on_servers.load(staging / name, name, target)
            exchange.make(staging, brings - set(targets))
            return Restored(made, exchange.aside if exchange.aside.exists() else None, waits)


@contextmanager
def _leaving_no_trace(home: Path) -> Iterator[None]:
    """Remove the folders that were made for this when it fails."""
    new = [each for each in (home / "knowledge", home, *home.parents) if not each.exists()]
    try:
        yield
    except BaseException:
        for name in LOCK if home / "knowledge" in new else ():
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


def _set_aside(targets: Mapping[str, Connection], aside: Path) -> None:
    """Write what databases on a server hold into files beside those that are moved there."""
    for name, target in targets.items():
        if on_servers.held(target, name):
            path = aside / _FROM_SERVER / name
            path.parent.mkdir(parents=True, exist_ok=True)
            on_servers.save(target, name, path)


def _refuse_occupied(home: Path, targets: Mapping[str, Connection]) -> None:
    files = [words for name in DATABASES if name not in targets and (words := held(home / name, name))]
    found = [*(words for name, target in targets.items() if (words := on_servers.held(target, name))), *files]
    if found:
        where = "The database server" if targets else home
        raise InvalidRequest(
            f"{where} has {' and '.join(found)}. Restore into another folder with --home, or use --force: "
            "then what is there is moved aside, not deleted. Nothing was changed."
        )
