"""The syntax tree of a text: blocks, and runs of characters that share their style.

Runs are flat: a dialect opens and closes marks as the style changes, so a text can be cut between any two of its words.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Style:
    """How a run of characters is set. `href` is an http, https or mailto address, or empty."""

    strong: bool = False
    emphasis: bool = False
    strike: bool = False
    code: bool = False
    href: str = ""


PLAIN = Style()


@dataclass(frozen=True, slots=True)
class Run:
    """Characters of one style. A line break inside a paragraph is a newline in the text of a run."""

    text: str
    style: Style = PLAIN


Runs = tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph; a heading where `level` is 1 to 6."""

    runs: Runs
    level: int = 0


@dataclass(frozen=True, slots=True)
class Code:
    """Lines of code, without the last line's end."""

    text: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """A line across."""


@dataclass(frozen=True, slots=True)
class Item:
    """An item of a list; `continued` is the rest of one that began in an earlier message, and gets no mark."""

    blocks: "tuple[Block, ...]"
    continued: bool = False


@dataclass(frozen=True, slots=True)
class Items:
    """A list; numbered from `start`, or with bullets when that is None."""

    items: tuple[Item, ...]
    start: int | None = None


@dataclass(frozen=True, slots=True)
class Quote:
    """Blocks that are quoted."""

    blocks: "tuple[Block, ...]"


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells under a header; every row has as many cells as the header."""

    header: tuple[Runs, ...]
    rows: tuple[tuple[Runs, ...], ...]


Block = Paragraph | Code | Rule | Items | Quote | Table
Blocks = tuple[Block, ...]


def text_of(runs: Runs) -> str:
    """The characters of runs, without their style."""
    return "".join(run.text for run in runs)
