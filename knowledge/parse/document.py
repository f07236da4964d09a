"""What a parser makes of a file."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading: the offset where its line starts, its depth (1 is the top) and its text."""

    start: int
    level: int
    text: str


@dataclass(frozen=True, slots=True)
class PageStart:
    """The offset where a page (1-based number) begins."""

    start: int
    number: int


@dataclass(frozen=True, slots=True)
class PageBox:
    """A rectangle on a page (1-based number), in whole points from the top left of the page as it is shown."""

    page: int
    left: int
    top: int
    right: int
    bottom: int


@dataclass(frozen=True, slots=True)
class Boxed:
    """A stretch of the text and where it stands: a line of a page, or a row of a table."""

    start: int
    end: int
    box: PageBox


@dataclass(frozen=True, slots=True)
class ParsedDocument:
    """The canonical plain text of a document and where its parts begin.

    All offsets count characters of `text`. One rule carries the layout: a line break is a boundary that no sentence
    crosses (a table row, a list item, a heading and a whole paragraph are one line each), and a blank line ends a block
    (a paragraph, a list, a table). `scans` counts the pages that are pictures and were not read.
    """

    title: str
    text: str
    media_type: str
    headings: tuple[Heading, ...] = ()
    pages: tuple[PageStart, ...] = ()
    language: str | None = None
    boxes: tuple[Boxed, ...] = ()
    scans: int = 0
