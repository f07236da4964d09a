"""Recognises a document that is gone under one name and there under another by its content."""

from collections.abc import Mapping
from pathlib import PurePath
from threading import Lock

from knowledge.store.documents import Known
from knowledge.store.schema import READER_VERSION

Key = tuple[str, str]


class Renames:
    """The documents that are gone from where they were. Reading and writing threads may ask."""

    def __init__(self, gone: Mapping[Key, Known]) -> None:
        self._gone = dict(gone)
        self._lock = Lock()
        self._by_content: dict[tuple[str, str, str], list[Key]] = {}
        for (source, name), known in gone.items():
            if known.sha256 and known.served and known.reader == READER_VERSION:
                self._by_content.setdefault((source, known.sha256, _ending(name)), []).append((source, name))

    def claim(self, key: Key, sha256: str) -> Known | None:
        """The document that is now called `key`, which is then no longer gone; None when the content is new.

        A file with another ending would be read differently: that is no rename.
        """
        source, name = key
        with self._lock:
            former = self._by_content.get((source, sha256, _ending(name)))
            return self._gone.pop(former.pop(0)) if former else None

    def left(self) -> dict[Key, Known]:
        """What is gone for good, as far as everything new has been looked at."""
        with self._lock:
            return dict(self._gone)


def _ending(name: str) -> str:
    return PurePath(name).suffix.lower()
