"""What every source of documents can do, whatever lies behind it: list what is there, and fetch one of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Entry:
    """One document that a source holds.

    `name` is unique within the source and stays the same while the document does: a path with "/" in it, whose ending
    tells the file's kind. `version` changes whenever the content does (an ETag, a blob id, size and time together);
    None when the source cannot tell, then the content is fetched and compared. `size` is in bytes, `modified` has a
    time zone. `url` is where a person finds the original. `groups` may read it, where the source knows; otherwise
    those of the source do.
    """

    name: str
    version: str | None = None
    modified: datetime | None = None
    size: int | None = None
    url: str | None = None
    groups: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Gap:
    """A part of the source that could not be listed: what lies below `prefix` ("" is all of it) may still be there.

    `reason` is "" where nothing went wrong: a feed lists its latest items only.
    """

    prefix: str
    reason: str


class Source(Protocol):
    """A place with documents. One thread uses it at a time."""

    def entries(self) -> Iterator[Entry | Gap]:
        """Everything that is there now, each name once.

        What was there before and is in neither an entry nor a gap is gone. Raises SourceError when the source cannot
        be listed at all; then nothing counts as gone.
        """

    def fetch(self, entry: Entry) -> bytes:
        """The content of one entry, as its file would hold it. Raises SourceError for this entry alone."""

    def close(self) -> None:
        """Give back connections and temporary files."""
