"""A document as its sections, in order: those of its headings, or parts of about equal length where it has none."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from math import ceil

from knowledge.parse.clean import one_line
from knowledge.passage import Passage

LONGEST_NAME = 90


@dataclass(frozen=True, slots=True)
class Section:
    """A stretch of a document. `name` is its heading; empty for what stands before the first one, and for parts."""

    name: str
    passages: tuple[Passage, ...]

    @property
    def pages(self) -> tuple[int, int] | None:
        """First and last page, where the document has pages."""
        pages = [each.page for each in self.passages if each.page is not None]
        return (min(pages), max(pages)) if pages else None


def sections_of(passages: Sequence[Passage], most: int) -> list[Section]:
    """The sections by the deepest headings of which there are at most `most`; by the highest where all are more."""
    paths = [_path(each) for each in passages]
    depths = range(max(map(len, paths), default=0), 0, -1)
    grouped: list[Section] = []
    for depth in depths:
        grouped = _grouped(passages, [path[:depth] for path in paths])
        if len(grouped) <= most:
            break
    if len(grouped) > 1 or (grouped and len(passages) <= 2):
        return grouped
    return _parts(passages, grouped[0].name if grouped else "", most)


def _grouped(passages: Sequence[Passage], paths: Sequence[tuple[str, ...]]) -> list[Section]:
    pairs = groupby(zip(paths, passages, strict=True), key=lambda pair: pair[0])
    return [Section(_name(path), tuple(passage for _, passage in group)) for path, group in pairs]


def _parts(passages: Sequence[Passage], name: str, most: int) -> list[Section]:
    """Two passages a part, or more where that makes too many parts."""
    size = max(2, ceil(len(passages) / most))
    return [Section(name, tuple(passages[start : start + size])) for start in range(0, len(passages), size)]


def _path(passage: Passage) -> tuple[str, ...]:
    """The headings of a passage without the document's own title."""
    heading = passage.heading
    return heading[1:] if heading and heading[0].casefold() == passage.title.casefold() else heading


def _name(path: tuple[str, ...]) -> str:
    return one_line(path[-1])[:LONGEST_NAME] if path else ""
