"""Where a model's file can come from."""

import errno
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from assistant.models.catalogue import ModelFile

DISK_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
Report = Callable[[int], None]
"""Told how many bytes of the finished file are here."""


class SourceFailed(Exception):
    """This source cannot give the file; the next one is asked. The text says what was tried and why it failed."""


class WrongBytes(SourceFailed):
    """This source gave bytes that are not the publisher's."""


class Source(Protocol):
    """Gives the bytes of a file. What it gives is verified by whoever asks."""

    name: str

    def fetch(self, file: ModelFile, target: Path, report: Report) -> None:
        """Write the file to `target`, which may already hold what an earlier try left. Raises SourceFailed."""
