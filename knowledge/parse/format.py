"""What a parser is given, and what it must be."""

from dataclasses import dataclass
from typing import Protocol

from knowledge.parse.document import ParsedDocument


@dataclass(frozen=True, slots=True)
class RawFile:
    """A file's name (its ending matters, its folder does not) and content."""

    name: str
    data: bytes
    max_unpacked_bytes: int = 200_000_000


class Parser(Protocol):
    """Reads one format; runs in a worker process with limits.

    Raises ParseError, with a sentence that says what to do, for content it refuses. Any other exception it lets out is
    turned into one.
    """

    def __call__(self, file: RawFile) -> ParsedDocument:
        """The document's text and structure; an empty text means that there was none to find."""
