"""Where vector indexes are kept."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from knowledge.vectors.index import VectorIndex

OpenIndex = Callable[[Path], VectorIndex]
PREFIX = "vectors-"


class Places(Protocol):
    """Holds indexes under names; each rebuild goes under a new one, so that damage is never opened again.

    Implementations raise StoreError, and IndexUnreachable while what holds the indexes does not answer.
    """

    def open(self, name: str) -> VectorIndex:
        """Open the index of this name, or create it empty."""

    def names(self) -> set[str]:
        """The indexes there are."""

    def remove(self, name: str) -> None:
        """Remove an index, as far as that can be done now."""

    def close(self) -> None:
        """Let go of what connections there are."""


class Folders:
    """A folder for each, beside one another."""

    def __init__(self, folder: Path, open_index: OpenIndex | None = None) -> None:
        """`open_index` opens the index in a folder; without it that is Chroma, embedded in this process."""
        self._folder = folder
        self._open_index = open_index

    def open(self, name: str) -> VectorIndex:
        """Open the index of this name, or create it empty."""
        if self._open_index is not None:
            return self._open_index(self._folder / name)
        from knowledge.vectors.chroma import ChromaIndex

        return ChromaIndex(self._folder / name)

    def names(self) -> set[str]:
        """The indexes there are."""
        return {each.name for each in self._folder.glob(f"{PREFIX}*")}

    def remove(self, name: str) -> None:
        """Remove an index; what cannot be removed stays for the next time."""
        shutil.rmtree(self._folder / name, ignore_errors=True)

    def close(self) -> None:
        """Folders need nothing."""
