"""Reads a backup and trusts nothing in it: not the names, not the sizes, not the bytes."""

import gzip
import os
import sqlite3
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import IO

from assistant.backup import manifest as manifests
from assistant.backup.databases import check_schema, look_into
from assistant.backup.learnt import QUEUE, belongs, check_queue
from assistant.backup.manifest import DATABASES, MEMBERS, Manifest, Member
from assistant.errors import InvalidRequest

_AT_ONCE = 1 << 20
_PLAIN = (tarfile.REGTYPE, tarfile.AREGTYPE)


def unpack(archive: Path, folder: Path) -> Manifest:
    """Unpack a backup into an empty folder, and check every byte of it and that this version can read the databases.

    Raises InvalidRequest for whatever is wrong with the archive; the folder is to be thrown away then. Raises OSError
    when the folder cannot be written.
    """
    with _refusing(archive), _opened(archive) as file, _Bounded(fileobj=file) as stream:
        with tarfile.open(fileobj=stream, mode="r:") as tar:
            made = _manifest(tar)
            _extract(tar, made, folder)
        while stream.read(_AT_ONCE):  # the checksum of the whole stands at its end
            pass
        for name in DATABASES:
            if name in made.members:
                _check_database(folder / name, name)
        if QUEUE in made.members:
            _check_queue(folder / QUEUE)
    return made


class _Bounded(gzip.GzipFile):
    """A header can claim any length, and tarfile reads headers as a whole: no more than a portion is ever given."""

    def read(self, size: int | None = -1) -> bytes:
        if size is None or size < 0 or size > _AT_ONCE:
            raise tarfile.ReadError("a header is longer than any backup's")
        try:
            return super().read(size)
        except OSError as error:  # told apart from those of writing what was read
            raise tarfile.ReadError(error.strerror or str(error)) from error


@contextmanager
def _refusing(archive: Path) -> Iterator[None]:
    try:
        yield
    except InvalidRequest as error:
        raise InvalidRequest(f"{archive} was not restored: {error}. Nothing was changed.") from None
    except (tarfile.TarError, zlib.error, EOFError, ValueError, OverflowError) as error:
        raise InvalidRequest(
            f"{archive} was not restored: it is no backup, or not all of it ({error}). Use another backup. "
            "Nothing was changed."
        ) from None


@contextmanager
def _opened(archive: Path) -> Iterator[IO[bytes]]:
    try:
        file = archive.open("rb")
    except OSError as error:
        raise InvalidRequest(f"it cannot be read ({error.strerror})") from None
    with file:
        yield file


def _manifest(tar: tarfile.TarFile) -> Manifest:
    first = tar.next()
    if first is None or first.name != manifests.NAME or first.type not in _PLAIN:
        raise InvalidRequest(f"it does not begin with a {manifests.NAME}, so `pilares backup` did not make it")
    if first.size > _AT_ONCE:
        raise InvalidRequest(f"its {manifests.NAME} cannot be read. Use another backup")
    made = manifests.parse(_content(tar, first).read(_AT_ONCE))
    for name in made.members:
        _check_name(name)
    return made


def _extract(tar: tarfile.TarFile, made: Manifest, folder: Path) -> None:
    missing = set(made.members)
    while (entry := tar.next()) is not None:
        _check_name(entry.name)
        if entry.type not in _PLAIN or entry.issparse():
            raise InvalidRequest(f"its member {entry.name!r} is a link or no plain file")
        if entry.name not in missing:
            raise InvalidRequest(f"its member {entry.name!r} is not in the manifest, or there twice")
        missing.remove(entry.name)
        _write(_content(tar, entry), entry, made.members[entry.name], folder / entry.name)
    if missing:
        raise InvalidRequest(f"{', '.join(sorted(missing))} is missing in it. Use another backup")


def _check_name(name: str) -> None:
    if name.startswith(("/", "\\")) or ".." in PurePosixPath(name.replace("\\", "/")).parts:
        raise InvalidRequest(f"its member {name!r} leads out of the home folder")
    if name not in MEMBERS and not belongs(name):
        raise InvalidRequest(f"its member {name!r} belongs in no backup")


def _write(content: IO[bytes], entry: tarfile.TarInfo, expected: Member, target: Path) -> None:
    digest = sha256()
    target.parent.mkdir(parents=True, exist_ok=True)
    if entry.size == expected.bytes:
        with open(target, "xb", opener=_private) as file:
            while portion := content.read(_AT_ONCE):
                digest.update(portion)
                file.write(portion)
            file.flush()
            os.fsync(file.fileno())
    if digest.hexdigest() != expected.sha256:
        raise InvalidRequest(f"its member {entry.name} is not what was saved (its SHA-256 differs). Use another backup")


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _content(tar: tarfile.TarFile, entry: tarfile.TarInfo) -> IO[bytes]:
    content = tar.extractfile(entry)
    assert content is not None  # plain files have one
    return content


def _check_queue(path: Path) -> None:
    try:
        check_queue(path)
    except sqlite3.Error as error:
        raise InvalidRequest(f"its {QUEUE} is damaged ({error}). Use another backup") from None


def _check_database(path: Path, name: str) -> None:
    try:
        found = look_into(path, name)
    except sqlite3.Error as error:
        raise InvalidRequest(f"its {name} is damaged ({error}). Use another backup") from None
    check_schema(found, name)
