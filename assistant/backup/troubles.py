"""What the system says when it cannot read or write, in one sentence."""

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from assistant.errors import StorageError

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


@contextmanager
def in_words(target: Path) -> Iterator[None]:
    """Turn errors of the block, which writes to `target`, into a StorageError."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise _full(target) from error
        raise StorageError(
            f"{error.filename or target} cannot be read or written ({error.strerror or error}). Nothing was changed; "
            "check the rights on it and try again."
        ) from error
    except sqlite3.Error as error:
        if "full" in str(error):
            raise _full(target) from error
        raise StorageError(
            f"A database could not be copied ({error}). Nothing was changed; check the rights on the home folder and "
            f"the free space at {target.parent}, then try again."
        ) from error


def _full(target: Path) -> StorageError:
    return StorageError(f"The disk that holds {target} is full. Nothing was changed; free some space and try again.")
