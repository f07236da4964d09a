"""Tables of a PDF page without rules: lines whose parts stand in columns, at least one of them of values."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from knowledge.parse.pdf_grid import Cells
from knowledge.parse.pdf_words import VALUE, Word, cell_text

_LEADERS = re.compile(r"(?:[.·…_]\s?){4,}")
_OFF = 2.5  # points
_CLEAR = 0.9  # of the height of a line; the spaces of a justified line are narrower

_Row = list[list[Word]]


def aligned(lines: Sequence[Sequence[Word]]) -> Iterator[tuple[int, int, Cells]]:
    """First line, line after the last, and rows of cells of each table among the lines of a page."""
    starts, joined = _side_by_side(lines)
    parts = [_parts(line) for line in joined]
    start = 0
    while start < len(parts):
        end = start + 1
        while end < len(parts) and len(parts[start]) > 1 and _goes_on(parts, start, end):
            end += 1
        for first in range(start, min(start + 2, end - 2)):
            cells = _in_columns(parts[first:end])
            if cells:
                yield starts[first], starts[end], cells
                break
        start = end


def _side_by_side(lines: Sequence[Sequence[Word]]) -> tuple[list[int], list[list[Word]]]:
    """Lines of which one goes on where another ends, as one; and where each begins among `lines`."""
    starts: list[int] = []
    joined: list[list[Word]] = []
    for number, line in enumerate(lines):
        before = joined[-1][-1] if joined else line[-1]
        if abs(before.bottom - line[0].bottom) < 1 and before.right < line[0].left:
            joined[-1].extend(line)
        else:
            starts.append(number)
            joined.append(list(line))
    return [*starts, len(lines)], joined


def _parts(line: Sequence[Word]) -> _Row:
    """The line cut at its wide gaps; a line that goes back to the left is not cut at all."""
    parts = [[line[0]]]
    for before, word in pairwise(line):
        if word.left < before.left:
            return [list(line)]
        if word.left - before.right > _CLEAR * min(before.height, word.height):
            parts.append([])
        parts[-1].append(word)
    return parts


def _goes_on(parts: Sequence[_Row], start: int, end: int) -> bool:
    above, below = parts[end - 1][0][0], parts[end][0][0]
    gap = above.bottom - below.top
    if abs(above.height - below.height) > 0.6 or not -0.5 * above.height < gap < 1.5 * above.height:
        return False
    return len(parts[end]) > 1 or (gap < 0.4 * above.height and _is_wrapped(parts[start], parts[end]))


def _is_wrapped(header: _Row, row: _Row) -> bool:
    return row[0][0].left > header[1][0].left - row[0][0].height or row[0][0].text[:1].islower()


def _in_columns(rows: Sequence[_Row]) -> Cells:
    """The rows as cells, or none if these lines may be anything else."""
    spans = _spans(rows)
    cells: Cells = []
    for row in rows:
        placed: _Row = [[] for _ in spans]
        for part in row:
            place = next(place for place, (left, right) in enumerate(spans) if left <= part[0].left <= right)
            if placed[place]:
                return []
            placed[place] = part
        if cells and (not placed[0] or len(row) == 1) and not any(VALUE.fullmatch(cell_text(part)) for part in row):
            cells[-1] = [[*above, *below] for above, below in zip(cells[-1], placed, strict=True)]
        else:
            cells.append(placed)
    return cells if len(cells) > 2 and _is_table(rows, cells) else []


def _spans(rows: Sequence[_Row]) -> list[tuple[float, float]]:
    """From where to where each column reaches."""
    spans: list[tuple[float, float]] = []
    for left, right in sorted((part[0].left, part[-1].right) for row in rows for part in row):
        if spans and left < spans[-1][1] + 2:
            spans[-1] = spans[-1][0], max(right, spans[-1][1])
        else:
            spans.append((left, right))
    return spans


def _is_table(rows: Sequence[_Row], cells: Cells) -> bool:
    columns = [[row[place] for row in cells[1:] if row[place]] for place in range(len(cells[0]))]
    if any(_LEADERS.search(cell_text(part)) for row in rows for part in row) or not all(map(_lines_up, columns)):
        return False
    numbers = [[cell_text(cell) for cell in column] for column in columns[1:]]
    if len(columns) == 2 and (_count_up(numbers[0]) or _spread(cell[-1].right for cell in columns[1]) > _OFF):
        return False  # a table of contents, or an address beside numbers
    return any(len(column) > 1 and all(map(VALUE.fullmatch, column)) for column in numbers)


def _lines_up(column: Sequence[Sequence[Word]]) -> bool:
    """The cells share their left edge, their right edge or their middle."""
    lefts, rights = [cell[0].left for cell in column], [max(word.right for word in cell) for cell in column]
    middles = [(left + right) / 2 for left, right in zip(lefts, rights, strict=True)]
    return bool(column) and any(_spread(edges) < _OFF for edges in (lefts, rights, middles))


def _spread(edges: Iterable[float]) -> float:
    return max(edges := list(edges)) - min(edges)


def _count_up(numbers: Sequence[str]) -> bool:
    """Page numbers of a table of contents."""
    pages = [int(number) for number in numbers if number.isdecimal()]
    return len(pages) == len(numbers) and pages == sorted(pages)
