"""What a full-text index must do, and which one a connection has."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from sqlalchemy import Connection

# The terms of a chunk: how often each comes in its context (title and headings), and in its text.
Bag = tuple[Counter[str], Counter[str]]


class LexicalIndex(Protocol):
    """Ranks chunks by the words they share with a question: BM25 with k1 = 1.2 and b = 0.75, as SQLite's FTS5 has it.

    `matches` is SQL that gives (number, score) of every chunk with at least one of the words; it takes the parameters
    `match` (made by `asked`) and `title` (what a word in the context counts, against 1 for one in the text).
    """

    matches: str

    def asked(self, terms: Sequence[str]) -> Any:
        """The parameter `match` for a question's terms."""

    def put(self, connection: Connection, rows: Sequence[tuple[int, str, str]]) -> None:
        """Add chunks that are not there yet: number, terms of the context, terms of the text."""

    def remove(self, connection: Connection, numbers: Sequence[int]) -> None:
        """Take chunks out; unknown ones are passed over."""


class LexicalCare(Protocol):
    """What looking after a full-text index takes."""

    def broken(self, connection: Connection) -> bool:
        """Whether the index contradicts itself; needs a transaction that may write."""

    def held(self, connection: Connection, numbers: Iterable[int]) -> dict[int, Bag]:
        """The terms it holds of some chunks, by number; those it does not have are left out."""

    def numbers(self, connection: Connection) -> set[int]:
        """The chunks it has."""

    def clear_away(self, connection: Connection) -> None:
        """Build it again from its own words, without those that belong to no chunk."""
