"""What a full-text index must do."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import Connection

# The terms of a chunk: how often each comes in its context (title and headings), and in its text.
Bag = tuple[Counter[str], Counter[str]]


# How many passages with a word are told apart, and how many are ranked: more of them change no answer.
MOST_COUNTED = 100_000
MOST_RANKED = 20_000


@dataclass(frozen=True, slots=True)
class Occurrences:
    """How long a chunk is, in terms, and how often some terms come in its context and in its text."""

    length: int
    title: dict[str, int]
    body: dict[str, int]


class Members(Protocol):
    """Some chunks. `mask` has a byte for each number up to the highest one, 1 for those that belong to them."""

    @property
    def lowest(self) -> int:
        """The lowest number."""

    @property
    def highest(self) -> int:
        """The highest number."""

    @property
    def mask(self) -> bytes:
        """Which numbers belong to them."""


class LexicalIndex(Protocol):
    """Ranks chunks by the words they share with a question: BM25 with k1 = 1.2, b = 0.75, as SQLite's FTS5 has it."""

    def counts(self, connection: Connection, terms: Sequence[str]) -> dict[str, int]:
        """In how many chunks each of the terms stands; `MOST_COUNTED` may stand for more."""

    def ranked(
        self, connection: Connection, terms: Sequence[str], title_weight: float, most: int, inside: Members | None
    ) -> list[tuple[int, float]]:
        """The best chunks with any of the terms, best first: (number, score), at most `most`, which is `MOST_RANKED`.

        A term in the context counts `title_weight`, one in the text 1. With `inside`, chunks outside are left out, and
        the others' scores stay what they are.
        """

    def occurrences(
        self, connection: Connection, terms: Sequence[str], numbers: Sequence[int]
    ) -> dict[int, Occurrences]:
        """Where the terms stand in some chunks, by number; chunks it does not have are left out."""


class LexicalWriter(Protocol):
    """Takes in chunks, and forgets them."""

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
