"""Makes a backup; works while a server is running."""

import io
import os
import shutil
import sqlite3
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import file_digest
from pathlib import Path
from tempfile import TemporaryDirectory

from assistant.backup import manifest as manifests
from assistant.backup.databases import Contents, look_into, snapshot
from assistant.backup.learnt import QUEUE, belongs, members_of
from assistant.backup.manifest import (
    CONNECTORS_DB,
    CONVERSATIONS_DB,
    DATABASES,
    KNOWLEDGE_DB,
    MEMBERS,
    Manifest,
    Member,
)
from assistant.backup.servers import Servers, reading, save
from assistant.backup.troubles import in_words
from assistant.errors import InvalidRequest, StorageError

_PRIVATE = 0o600  # documents, conversations, and perhaps the key of an endpoint
_NO_SERVERS = Servers()
_LEVEL = 6  # vectors do not shrink; more effort takes three times as long for nothing


def write(home: Path, target: Path, *, force: bool = False, servers: Servers = _NO_SERVERS) -> Manifest:
    """Put the state of a home folder into `target`, which is the former file or whole, never half.

    Databases that are on `servers` are taken from there, and not from a file that a former setting left behind.
    Raises InvalidRequest when there is nothing to save, when the place cannot be written to, and when `target` exists
    (unless `force`); StorageError when the disk is full or a database cannot be read.
    """
    present = [name for name in MEMBERS if name in servers.urls or (home / name).is_file()] + members_of(home)
    if not present:
        raise InvalidRequest(f"There is nothing to back up in {home}. Set PILARES_HOME to the folder you mean.")
    _check(target, force)
    with in_words(target), _scratch(target) as scratch:
        contents = _collect(home, present, scratch, servers)
        made = _describe(scratch, present, contents)
        part = scratch / "backup"
        part.touch(mode=_PRIVATE)
        _pack(part, made, scratch)
        _check(target, force)
        os.replace(part, target)
    return made


def _check(target: Path, force: bool) -> None:
    if target.is_dir() or not target.parent.is_dir():
        why = "is a folder" if target.is_dir() else f"needs the folder {target.parent}, which is not there"
        raise InvalidRequest(f"{target} {why}. Name a file in a folder that exists.")
    if target.exists() and not force:
        raise InvalidRequest(f"{target} exists already. Name another file, or replace it with --force.")


@contextmanager
def _scratch(target: Path) -> Iterator[Path]:
    """A private folder on the same disk as `target`."""
    with TemporaryDirectory(prefix=f".{target.name}.", dir=target.parent, ignore_cleanup_errors=True) as name:
        yield Path(name)


def _collect(home: Path, present: list[str], scratch: Path, servers: Servers) -> dict[str, Contents]:
    """Copy everything to `scratch`; returns what the databases hold."""
    (scratch / KNOWLEDGE_DB).parent.mkdir()
    for name in present:
        if name not in (*DATABASES, QUEUE):
            (scratch / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(home / name, scratch / name)
    databases = [name for name in DATABASES if name in present]
    try:
        with reading(servers) as on_servers:
            files = [each for each in (*databases, QUEUE) if each in present and each not in on_servers]
            for name in files:
                (scratch / name).parent.mkdir(parents=True, exist_ok=True)
            snapshot({home / name: scratch / name for name in files})
            for name, source in on_servers.items():
                save(source, name, scratch / name)
        return {name: look_into(scratch / name, name) for name in databases}
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError) and "no such table" not in str(error):
            raise
        raise StorageError(
            f"A database in {home} is damaged ({error}), so no backup was made of it. `pilares doctor` says which; "
            "restore an earlier backup with `pilares restore`."
        ) from error


def _describe(scratch: Path, present: list[str], contents: Mapping[str, Contents]) -> Manifest:
    knowledge = contents.get(KNOWLEDGE_DB)
    named = {KNOWLEDGE_DB: "knowledge", CONVERSATIONS_DB: "conversations", CONNECTORS_DB: "connectors"}
    return Manifest(
        format=_format(present),
        pilares=manifests.pilares_version(),
        created=datetime.now(UTC).replace(microsecond=0),
        embedder=knowledge.embedder if knowledge else None,
        schemas={named[name]: found.schema for name, found in contents.items()},
        counts={what: count for found in contents.values() for what, count in found.counts.items()},
        members={name: _member(scratch / name) for name in present},
    )


def _format(present: list[str]) -> int:
    """The oldest that has what is in it, so that older versions can read what they know."""
    return 3 if CONNECTORS_DB in present else 2 if any(belongs(name) for name in present) else 1


def _member(path: Path) -> Member:
    with path.open("rb") as file:
        digest = file_digest(file, "sha256").hexdigest()
    return Member(bytes=path.stat().st_size, sha256=digest)


def _pack(part: Path, made: Manifest, scratch: Path) -> None:
    with part.open("wb") as file:
        with tarfile.open(fileobj=file, mode="w:gz", compresslevel=_LEVEL, format=tarfile.PAX_FORMAT) as tar:
            text = made.model_dump_json(indent=2).encode()
            tar.addfile(_entry(manifests.NAME, len(text), made), io.BytesIO(text))
            for name, member in made.members.items():
                with (scratch / name).open("rb") as content:
                    tar.addfile(_entry(name, member.bytes, made), content)
        file.flush()
        os.fsync(file.fileno())


def _entry(name: str, size: int, made: Manifest) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode, entry.mtime = size, _PRIVATE, int(made.created.timestamp())
    return entry
