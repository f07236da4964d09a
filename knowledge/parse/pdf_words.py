"""The words of a PDF page and where they stand."""

import ctypes
import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from knowledge.parse.clean import clean_text, one_line

VALUE = re.compile(
    r"[(\-+−±<>~]*\s?[€$£]?\s?\d[\d.,:/'\s-]*\)?\s?(?:%|‰|€|\$|£|°C?|[A-Za-zµ]{1,4}[²³]?(?:/[a-z]{1,3})?)?|[-–—]|n/a"
)
_SOFT_HYPHENS = str.maketrans("", "", "\ufffe\x02")


@dataclass(frozen=True, slots=True)
class Word:
    """A word and its box in points, origin at the lower left; `place` is its first letter on the page."""

    text: str
    left: float
    right: float
    bottom: float
    top: float
    place: int

    @property
    def height(self) -> float:
        """Height of the line box, about 1.2 times the size of the letters."""
        return max(self.top - self.bottom, 4.0)


def words_of(page: pdfium.PdfTextPage, line: str, start: int) -> list[Word]:
    """The words of one line of the page's text, which begins at `start`."""
    words = []
    for match in re.finditer(r"\S+", line):
        place = letter_at(page, start + match.start())
        first, last = letter_box(page, place), letter_box(page, letter_at(page, start + match.end() - 1))
        if last.top <= first.bottom:  # broken at the end of a line: the rest stands below
            last = first
        left, right = min(first.left, last.left), max(first.right, last.right)
        bottom, top = min(first.bottom, last.bottom), max(first.top, last.top)
        if not all(map(isfinite, (left, right, bottom, top))):
            left = right = bottom = top = 0.0
        words.append(Word(match.group().translate(_SOFT_HYPHENS), left, right, bottom, top, place))
    return words


def cell_text(words: Sequence[Word]) -> str:
    """The words of a cell, however they were wrapped."""
    return one_line(clean_text(" ".join(word.text for word in words)))


def letter_at(page: pdfium.PdfTextPage, index: int) -> int:
    """The letter on the page that stands at `index` of its text."""
    return max(0, int(raw.FPDFText_GetCharIndexFromTextIndex(page, index)))


def letter_box(page: pdfium.PdfTextPage, place: int) -> raw.FS_RECTF:
    """The line box of a letter, in points; all zero where it has none."""
    box = raw.FS_RECTF()
    raw.FPDFText_GetLooseCharBox(page, place, ctypes.byref(box))
    return box


def letter_font(page: pdfium.PdfTextPage, place: int) -> tuple[bytes, float]:
    """Name and size of the font a letter is set in."""
    name = ctypes.create_string_buffer(128)
    raw.FPDFText_GetFontInfo(page, place, name, len(name), None)
    return name.value, round(float(raw.FPDFText_GetFontSize(page, place)), 1)
