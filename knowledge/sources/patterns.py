"""Which documents of a source are wanted, by their names."""

from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

from knowledge.parse.detect import is_readable


def is_wanted(name: str, include: Sequence[str], exclude: Sequence[str]) -> bool:
    """Whether a path is of a kind that is read, matches the patterns, and is neither hidden nor a lock file.

    In a pattern "*" stands for anything, "/" too: `manuals/*`, `*.pdf`.
    """
    if any(part.startswith((".", "~$")) for part in PurePosixPath(name).parts) or not is_readable(name):
        return False
    if include and not any(fnmatchcase(name, pattern) for pattern in include):
        return False
    return not any(fnmatchcase(name, pattern) for pattern in exclude)
