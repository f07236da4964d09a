"""A document as its sections, in order: those of its headings, or parts of about equal length where it has none."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from math import ceil

from knowledge.parse.clean import one_line
from knowledge.parse.document import Heading
from knowledge.passage import Passage, Sentence
from knowledge.search.section import heading_at

LONGEST_NAME = 90
FEWEST_LINES = 8
"""Of a part of a document without headings."""


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence, list item or table row with the passage it stands in."""

    passage: Passage
    sentence: Sentence


@dataclass(frozen=True, slots=True)
class Section:
    """A stretch of a document. `name` is its heading; empty for what stands before the first one, and for parts."""

    name: str
    lines: tuple[Line, ...]

    @property
    def passages(self) -> tuple[Passage, ...]:
        """The passages its lines stand in."""
        return tuple({line.passage.chunk_id: line.passage for line in self.lines}.values())

    @property
    def paragraphs(self) -> list[tuple[Line, ...]]:
        """Its lines by the line breaks of the document: a paragraph, an item of a list, or a row each."""
        found: list[tuple[Line, ...]] = []
        for line in self.lines:
            goes_on = bool(found) and _between(found[-1][-1], line)
            found = [*found[:-1], (*found[-1], line)] if goes_on else [*found, (line,)]
        return found

    @property
    def pages(self) -> tuple[int, int] | None:
        """First and last page, where the document has pages."""
        pages = [each.passage.page for each in self.lines if each.passage.page is not None]
        return (min(pages), max(pages)) if pages else None


def sections_of(passages: Sequence[Passage], headings: Sequence[Heading], most: int) -> list[Section]:
    """The sections by the deepest headings of which there are at most `most`; by the highest where all are more.

    Headings are no lines of their own, nor is the title.
    """
    spans = [(heading.start, heading.start + len(heading.text)) for heading in headings]
    lines = [
        Line(passage, sentence)
        for passage in passages
        for sentence in passage.sentences
        if not any(start <= sentence.start <= end for start, end in spans)
        and sentence.text.strip(" #*").casefold() != passage.title.casefold()
    ]
    paths = [_path(heading_at(headings, line.sentence.start), line.passage.title) for line in lines]
    grouped: list[Section] = []
    for depth in range(max(map(len, paths), default=0), 0, -1):
        grouped = _grouped(lines, [path[:depth] for path in paths])
        if len(grouped) <= most:
            break
    return grouped if len(grouped) > 1 else _parts(lines, grouped[0].name if grouped else "", most)


def _between(before: Line, after: Line) -> bool:
    """Whether nothing but spaces stands between two lines."""
    passage = before.passage
    gap = passage.text[before.sentence.end - passage.start : after.sentence.start - passage.start]
    return passage.chunk_id == after.passage.chunk_id and "\n" not in gap


def _grouped(lines: Sequence[Line], paths: Sequence[tuple[str, ...]]) -> list[Section]:
    pairs = groupby(zip(paths, lines, strict=True), key=lambda pair: pair[0])
    return [Section(_name(path), tuple(line for _, line in group)) for path, group in pairs]


def _parts(lines: Sequence[Line], name: str, most: int) -> list[Section]:
    size = max(FEWEST_LINES, ceil(len(lines) / most))
    return [Section(name, tuple(lines[start : start + size])) for start in range(0, len(lines), size)]


def _path(headings: tuple[str, ...], title: str) -> tuple[str, ...]:
    """The headings without the document's own title."""
    own = bool(headings) and title.casefold().startswith(headings[0].casefold())
    return headings[1:] if own else headings


def _name(path: tuple[str, ...]) -> str:
    return one_line(path[-1])[:LONGEST_NAME] if path else ""
