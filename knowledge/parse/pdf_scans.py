"""Pages of a PDF that are pictures: found, drawn, and what text recognition reads in them as lines."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import chain
from math import ceil, floor
from statistics import median

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from knowledge.parse.document import PageBox
from knowledge.parse.format import RawFile
from knowledge.parse.ocr import Recogniser, Seen
from knowledge.parse.pdf_lines import Line
from knowledge.parse.pdf_tables import unruled_tables
from knowledge.parse.pdf_words import Word

_DOTS = 150 / 72  # pixels to the point; more costs time and reads no better
_LONGEST_SIDE = 2_400  # pixels
_COVERED = 0.2  # of the page, from which a picture may be one of text
_LINE_BOX = 1.3  # height of a line's box by the size of its letters
_LARGER = 1.25  # than the usual line of the page: a heading's size
_COLUMN = 0.25  # of the page: lines as long as that are text, shorter ones may be cells of a table
_NEAR = 1.5  # heights of a line between two of one column
_MOST_SEEN = 3_000


class Scans:
    """Reads the pages of a file that are pictures, as far as that is wanted; `left` counts those that were not read."""

    def __init__(self, file: RawFile) -> None:
        self._file = file
        self._read = 0
        self.left = 0

    def lines(self, page: pdfium.PdfPage, number: int) -> list[Line]:
        """The lines of a page without text; `number` counts from 1."""
        if not _is_scan(page):
            return []
        if self._file.recogniser is None or self._read >= self._file.recognised_pages:
            self.left += 1
            return []
        self._read += 1
        return recognised_lines(page, number, self._file.recogniser)


def _is_scan(page: pdfium.PdfPage) -> bool:
    """Whether a picture takes up a good part of a page."""
    width, height = page.get_size()
    for picture in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=3):
        try:
            left, bottom, right, top = picture.get_bounds()
        except pdfium.PdfiumError:
            continue
        if (right - left) * (top - bottom) >= _COVERED * width * height:
            return True
    return False


def recognised_lines(page: pdfium.PdfPage, number: int, recogniser: Recogniser) -> list[Line]:
    """The lines of a page that is a picture, in reading order; `number` counts from 1."""
    width, height = page.get_size()
    scale = min(_DOTS, _LONGEST_SIDE / max(width, height, 1))
    picture = page.render(scale=scale).to_pil()
    seen = [
        Seen(each.text, *(edge / scale for edge in (each.left, each.top, each.right, each.bottom)))
        for each in recogniser.lines(picture)[:_MOST_SEEN]
    ]
    usual = median(each.bottom - each.top for each in seen) if seen else 0.0
    rows = _in_order(seen, width, usual)
    lines = [_line(row, number, usual, height) for row in rows]
    words = [[_word(each, usual, height) for each in row] for row in rows]
    parts = {word: each for word, each in zip(chain(*words), chain(*rows), strict=True)}
    for table in unruled_tables(words, lambda some: _box([parts[word] for word in some], number)):
        lines[table.first : table.end] = [replace(line, table=table) for line in lines[table.first : table.end]]
    return lines


def _line(row: Sequence[Seen], number: int, usual: float, page_height: float) -> Line:
    text = " ".join(each.text for each in row)
    box = _box(row, number)
    high = median(each.bottom - each.top for each in row)
    # Boxes of like letters differ with the letters in them, so but two sizes are told apart.
    size = round((high if high > _LARGER * usual else usual) / _LINE_BOX)
    top, bottom = (page_height - edge for edge in (box.top, box.bottom))
    return Line(text, float(size), top, bottom, box.right, [(text, box)])


def _box(row: Sequence[Seen], number: int) -> PageBox:
    left, top = min(each.left for each in row), min(each.top for each in row)
    right, bottom = max(each.right for each in row), max(each.bottom for each in row)
    return PageBox(number, max(0, floor(left)), max(0, floor(top)), ceil(right), ceil(bottom))


def _word(seen: Seen, usual: float, page_height: float) -> Word:
    """A part of a line as a word of the usual height: tables are told by how words line up."""
    middle = page_height - (seen.top + seen.bottom) / 2
    return Word(seen.text, seen.left, seen.right, middle - usual / 2, middle + usual / 2, 0)


def _in_order(seen: Sequence[Seen], width: float, usual: float) -> list[list[Seen]]:
    """Rows from top to bottom, column by column where the page is set in columns."""
    rows: list[list[Seen]] = []
    for band in _bands(seen, usual):
        columns = _across(band)
        whole = len(columns) > 1 and all(_is_column(column, width) for column in columns)
        rows += [row for part in (columns if whole else [band]) for row in _rows(part)]
    return rows


def _bands(seen: Sequence[Seen], usual: float) -> list[list[Seen]]:
    """Stretches of the page, one below the other; lines in columns that go on below one another are in one."""
    bands: list[list[Seen]] = []
    for band in _down(seen):
        if bands and min(each.top for each in band) - max(each.bottom for each in bands[-1]) < _NEAR * usual:
            together = [*bands[-1], *band]
            if len(_across(together)) > 1:
                bands[-1] = together
                continue
        bands.append(band)
    return bands


def _across(seen: Sequence[Seen]) -> list[list[Seen]]:
    return _cut([(each.left, each.right, each) for each in seen])


def _down(seen: Sequence[Seen]) -> list[list[Seen]]:
    return _cut([(each.top, each.bottom, each) for each in seen])


def _cut(spans: Sequence[tuple[float, float, Seen]]) -> list[list[Seen]]:
    """Parts between which there is a gap that nothing reaches over."""
    parts: list[list[Seen]] = []
    reached = float("-inf")
    for start, end, each in sorted(spans, key=lambda span: span[:2]):
        if start >= reached:
            parts.append([])
        parts[-1].append(each)
        reached = max(reached, end)
    return parts


def _is_column(column: Sequence[Seen], width: float) -> bool:
    return len(column) > 2 and median(each.right - each.left for each in column) >= _COLUMN * width


def _rows(seen: Sequence[Seen]) -> list[list[Seen]]:
    """What stands side by side, from left to right."""
    rows: list[list[Seen]] = []
    for each in sorted(seen, key=lambda one: (one.top + one.bottom) / 2):
        above = rows[-1][0] if rows else None
        if above is not None and (each.top + each.bottom) / 2 < above.bottom - 0.25 * (above.bottom - above.top):
            rows[-1].append(each)
        else:
            rows.append([each])
    return [sorted(row, key=lambda one: one.left) for row in rows]
