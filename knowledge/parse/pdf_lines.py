"""The lines of a PDF page: their words, the size of their letters, and where they stand."""

import ctypes
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import ceil, floor

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from knowledge.parse.builder import Placed
from knowledge.parse.clean import clean_text, one_line
from knowledge.parse.document import PageBox
from knowledge.parse.pdf_tables import PdfTable
from knowledge.parse.pdf_words import Word, cell_text, letter_at, letter_box, words_of

_TENTHS = 10  # pdfium's device has whole pixels; a page of so many to the point loses nothing that is seen
_LARGEST_PAGE = 20_000  # points; the format's own limit is 14,400


@dataclass(frozen=True, slots=True)
class Line:
    """A line: its text, the size it is set in, its edges in points from the lower left, its pieces where they stand.

    It has more than one piece where a word is broken at the end of a line: the text then goes on in the next one.
    """

    text: str
    size: float
    top: float
    bottom: float
    right: float
    pieces: Placed = ()
    table: PdfTable | None = None


class PageFrame:
    """A page as it is shown, cropped and turned."""

    def __init__(self, page: pdfium.PdfPage, number: int) -> None:
        self._page = page
        self._number = number
        self.width, self.height = (min(float(side), _LARGEST_PAGE) for side in page.get_size())
        corners = self._on_page(0, 0), self._on_page(1, 1)
        self._visible = (*map(min, *corners), *map(max, *corners))

    def edges(self, words: Sequence[Word]) -> tuple[float, float, float, float] | None:
        """Left, top, right and bottom of some words in points from the top left; None where they have no place."""
        placed = [word for word in words if word.right > word.left or word.top > word.bottom]
        if not placed:
            return None
        corners = (
            self._shown(min(word.left for word in placed), max(word.top for word in placed)),
            self._shown(max(word.right for word in placed), min(word.bottom for word in placed)),
        )
        (left, right), (top, bottom) = (sorted(axis) for axis in zip(*corners, strict=True))
        return left, top, right, bottom

    def holds(self, word: Word) -> bool:
        """Whether some of a word is on the page."""
        left, bottom, right, top = self._visible
        return word.right > left and word.top > bottom and word.left < right and word.bottom < top

    def box(self, words: Sequence[Word]) -> PageBox | None:
        """The box around some words, cut at the edges of the page; None where none of them is on it."""
        edges = self.edges([word for word in words if self.holds(word)])
        if edges is None:
            return None
        left, top, right, bottom = edges
        return PageBox(
            self._number,
            max(0, floor(left)),
            max(0, floor(top)),
            min(ceil(self.width), ceil(right)),
            min(ceil(self.height), ceil(bottom)),
        )

    def _on_page(self, across: int, down: int) -> tuple[float, float]:
        """A corner of what is shown, in the page's own coordinates, in which words are measured."""
        x, y = ctypes.c_double(), ctypes.c_double()
        raw.FPDF_DeviceToPage(self._page, 0, 0, 1, 1, 0, across, down, ctypes.byref(x), ctypes.byref(y))
        return x.value, y.value

    def _shown(self, x: float, y: float) -> tuple[float, float]:
        across, down = ctypes.c_int(), ctypes.c_int()
        width, height = round(self.width * _TENTHS), round(self.height * _TENTHS)
        raw.FPDF_PageToDevice(self._page, 0, 0, width, height, 0, x, y, ctypes.byref(across), ctypes.byref(down))
        return across.value / _TENTHS, down.value / _TENTHS


def lines_of(
    page: pdfium.PdfTextPage, frame: PageFrame, shows: Callable[[Word], bool]
) -> Iterator[tuple[Line, list[Word]]]:
    """The lines of a page that hold text, each with its words; without the words that `shows` denies."""
    start = 0
    for line in page.get_text_range().split("\n"):
        shown = one_line(clean_text(line.replace("\ufffe", "").replace("\x02", "")))
        every = words_of(page, line, start) if shown else []
        words = [word for word in every if shows(word)]
        if len(words) < len(every):
            shown = cell_text(words)
        if shown:
            first = start + len(line) - len(line.lstrip())
            last = start + len(line.rstrip()) - 1
            upper, lower = letter_box(page, letter_at(page, first)), letter_box(page, letter_at(page, last))
            size = _size(page, (first + last) // 2)
            pieces = list(_pieces(shown, words, frame))
            yield Line(shown, size, upper.top, lower.bottom, lower.right, pieces), words
        start += len(line) + 1


def _size(page: pdfium.PdfTextPage, index: int) -> float:
    return round(float(raw.FPDFText_GetFontSize(page, letter_at(page, index))), 1)


def _pieces(shown: str, words: Sequence[Word], frame: PageFrame) -> Iterator[tuple[str, PageBox | None]]:
    """The text cut where it goes on in the next printed line."""
    texts = shown.split(" ")
    if len(texts) != len(words):
        yield shown, frame.box(words)
        return
    start = 0
    for place in range(1, len(words) + 1):
        if place == len(words) or words[place].top <= words[place - 1].bottom:
            yield " ".join(texts[start:place]), frame.box(words[start:place])
            start = place
