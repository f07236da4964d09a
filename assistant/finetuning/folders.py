"""The folders of a training: the one its adapter is written to, and the one it learns from."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from assistant.errors import ConfigurationError


@contextmanager
def made(out: Path) -> Iterator[None]:
    """The folder is made before the long work, so that one that cannot be is told at once; and goes if that fails."""
    try:
        out.mkdir(parents=True)
    except OSError as error:
        raise ConfigurationError(f"{out} cannot be made ({error.strerror}). Name another folder.") from error
    try:
        yield
    except BaseException:
        with suppress(OSError):  # one that holds something stays
            out.rmdir()
        raise


def digest_of_data(data: Path) -> str:
    """One hash over all organisations of a folder, by name."""
    digest = hashlib.sha256()
    for file in sorted(data.glob("*.json")):
        digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


def digest_of(file: Path) -> str:
    """The SHA-256 of a file."""
    return hashlib.sha256(file.read_bytes()).hexdigest()
