"""Which parts of a PDF page are tables, and whether their first row names the columns."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import pypdfium2 as pdfium

from knowledge.parse.document import PageBox
from knowledge.parse.pdf_columns import aligned
from knowledge.parse.pdf_grid import Cells, grids
from knowledge.parse.pdf_rules import rules_of
from knowledge.parse.pdf_words import VALUE, Word, cell_text, letter_font
from knowledge.parse.tables import is_header, title_rows

_MAX_WORDS = 5_000
_LONGEST_NAME = 60
_LONGEST_CELL = 600


@dataclass(frozen=True, slots=True, eq=False)
class PdfTable:
    """Rows of a table and the lines of the page they take up, the last one excluded."""

    first: int
    end: int
    rows: list[list[str]]
    boxes: list[PageBox | None]  # of each row
    lefts: tuple[float, ...]  # where the columns of a ruled table begin, in points
    has_set_off_header: bool
    has_header: bool
    names_rows: bool = False  # two columns, of which the first names what is in the second

    def goes_on_from(self, other: "PdfTable") -> bool:
        """Whether it is the rest of a ruled table of the page before, its header not repeated."""
        if not self.lefts or self.has_set_off_header or len(self.lefts) != len(other.lefts):
            return False
        return all(abs(one - two) < 3 for one, two in zip(self.lefts, other.lefts, strict=True))


def tables_of(
    page: pdfium.PdfPage,
    text: pdfium.PdfTextPage,
    lines: Sequence[Sequence[Word]],
    box: Callable[[Sequence[Word]], PageBox | None],
) -> list[PdfTable]:
    """The tables of a page whose lines these are, also those without a header, in reading order."""
    if sum(map(len, lines)) > _MAX_WORDS:
        return []
    tables: list[PdfTable] = []
    for first, end, cells, lefts in [*_ruled(page, lines), *_unruled(lines)]:
        if all(end <= other.first or other.end <= first for other in tables):
            rows = [[cell_text(cell) for cell in row] for row in cells]
            titles = title_rows(rows)
            keys = bool(lefts) and _names_rows(text, cells[titles:])
            set_off = not keys and _is_set_off(text, cells[titles:]) and _could_name(rows[titles:])
            has_header = set_off or _is_over_values(rows[titles:])
            boxes = [box([word for cell in row for word in cell]) for row in cells]
            tables.append(PdfTable(first, end, rows, boxes, lefts, set_off, has_header, keys))
    return sorted(tables, key=lambda table: table.first)


def unruled_tables(
    lines: Sequence[Sequence[Word]], box: Callable[[Sequence[Word]], PageBox | None]
) -> Iterator[PdfTable]:
    """The tables of a page of which nothing but the words is known."""
    for first, end, cells in aligned(lines) if sum(map(len, lines)) <= _MAX_WORDS else ():
        rows = [[cell_text(cell) for cell in row] for row in cells]
        boxes = [box([word for cell in row for word in cell]) for row in cells]
        yield PdfTable(first, end, rows, boxes, (), False, _is_over_values(rows[title_rows(rows) :]))


def _ruled(
    page: pdfium.PdfPage, lines: Sequence[Sequence[Word]]
) -> Iterator[tuple[int, int, Cells, tuple[float, ...]]]:
    line_of = {word: number for number, line in enumerate(lines) for word in line}
    for cells, words in grids(*rules_of(page), list(line_of)):
        numbers = {line_of[word] for word in words}
        first, end = min(numbers, default=0), max(numbers, default=-1) + 1
        whole = sum(map(len, lines[first:end])) == len(words)
        if whole and len(cells[0]) > 1 and not any(_is_odd(cell) for row in cells for cell in row):
            lefts = tuple(min(row[place][0].left for row in cells if row[place]) for place in range(len(cells[0])))
            yield first, end, cells, lefts


def _is_odd(cell: Sequence[Word]) -> bool:
    """Values one below the other, so the rows are not ruled; or more text than a table holds."""
    tops = sorted({round(word.top) for word in cell})
    lines = [cell_text([word for word in cell if round(word.top) == top]) for top in tops]
    return len(cell_text(cell)) > _LONGEST_CELL or (len(lines) > 1 and all(map(VALUE.fullmatch, lines)))


def _unruled(lines: Sequence[Sequence[Word]]) -> Iterator[tuple[int, int, Cells, tuple[float, ...]]]:
    for first, end, cells in aligned(lines):
        yield first, end, cells, ()


def _could_name(rows: Sequence[Sequence[str]]) -> bool:
    names = rows[0]
    return (
        len(rows) > 1
        and all(names[1:])
        and is_header(names, rows[1:])
        and not any(name.endswith(":") or len(name) > _LONGEST_NAME for name in names)
    )


def _is_set_off(text: pdfium.PdfTextPage, cells: Cells) -> bool:
    """The first row is set in another font than what stands below it."""
    if not all(cells[0][1:]):
        return False
    return all(
        letter_font(text, column[0][0].place) not in {letter_font(text, cell[0].place) for cell in column[-1:]}
        for column in ([row[place] for row in cells if row[place]] for place in range(1, len(cells[0])))
    )


def _names_rows(text: pdfium.PdfTextPage, cells: Cells) -> bool:
    """Two columns, the first in one font, the second, but for its first cell, in others: that cell is no name."""
    if len(cells) < 2 or any(len(row) != 2 or not all(row) for row in cells):
        return False
    keys = {letter_font(text, row[0][0].place) for row in cells}
    return len(keys) == 1 and not keys & {letter_font(text, row[1][0].place) for row in cells[1:]}


def _is_over_values(rows: Sequence[Sequence[str]]) -> bool:
    """Three columns or more, all but the first of values only."""
    columns = [[row[place] for row in rows[1:] if row[place]] for place in range(1, len(rows[0]))]
    has_values = all(len(column) > 1 and all(map(VALUE.fullmatch, column)) for column in columns)
    return len(columns) > 1 and has_values and _could_name(rows)
