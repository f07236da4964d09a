"""What a parser is given, and what it must be."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from knowledge.parse.document import ParsedDocument
from knowledge.parse.ocr import Recogniser


def _not_told(_: int) -> None:
    """Nobody wants to know how many pages there are."""


@dataclass(frozen=True, slots=True)
class RawFile:
    """A file's name (its ending matters, its folder does not) and content.

    `tell_pages` is to be called with the number of pages (or what takes as long) before they are read, as the time that
    reading may take depends on it.
    `recogniser` reads pages that are pictures, the first `recognised_pages` of them.
    """

    name: str
    data: bytes
    max_unpacked_bytes: int = 200_000_000
    tell_pages: Callable[[int], None] = _not_told
    recogniser: Recogniser | None = None
    recognised_pages: int = 0


class Parser(Protocol):
    """Reads one format; runs in a worker process with limits.

    Raises ParseError, with a sentence that says what to do, for content it refuses. Any other exception it lets out is
    turned into one.
    """

    def __call__(self, file: RawFile) -> ParsedDocument:
        """The document's text and structure; an empty text means that there was none to find."""
