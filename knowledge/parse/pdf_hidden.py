"""Text of a PDF page that nobody sees: white on white, drawn without ink, in letters like dust, or beside the page."""

import ctypes
from functools import cached_property
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from knowledge.parse.pdf_lines import PageFrame
from knowledge.parse.pdf_words import Word

_DUST = 1.5  # points, of height, and of width per letter
_DUST_SHARE = 500  # of the page's height, for pages that are small themselves
_PALE = 230  # of 255, each of the three colours
_FAINT = 25  # of 255: ink against ground below which nothing is read
_NO_INK = (raw.FPDF_TEXTRENDERMODE_INVISIBLE, raw.FPDF_TEXTRENDERMODE_CLIP)
_LONGEST_SIDE = 1_600  # pixels of the picture that is looked at
_MARGIN = 1  # pixels around a word


class Visibility:
    """Tells which words of a page are seen.

    Words without ink or in a pale colour are looked for in a picture of the page: white letters on a dark ground are
    seen, and so is what stands under the invisible letters that text recognition lays over a scan.
    """

    def __init__(self, page: pdfium.PdfPage, text: pdfium.PdfTextPage, frame: PageFrame) -> None:
        self._page = page
        self._text = text
        self._frame = frame
        self._pale: dict[int, bool] = {}  # by object of the page; it holds the words of a line or more
        self._dust = min(_DUST, frame.height / _DUST_SHARE)

    def shows(self, word: Word) -> bool:
        """Whether a reader of the page sees the word; one that has no place at all gets the benefit of the doubt."""
        width, height = word.right - word.left, word.top - word.bottom
        if width <= 0 or height <= 0:
            return True
        if height < self._dust and width < self._dust * max(1, len(word.text)):
            return False
        if not self._frame.holds(word):
            return False
        if not self._is_pale(word.place):
            return True
        edges = self._frame.edges([word])
        return edges is None or self._is_in_picture(*edges)

    def _is_pale(self, place: int) -> bool:
        drawn = raw.FPDFText_GetTextObject(self._text, place)
        key = ctypes.cast(drawn, ctypes.c_void_p).value
        if key is None:
            return False
        if key not in self._pale:
            self._pale[key] = raw.FPDFTextObj_GetTextRenderMode(drawn) in _NO_INK or _is_pale(drawn)
        return self._pale[key]

    def _is_in_picture(self, left: float, top: float, right: float, bottom: float) -> bool:
        if self._picture is None:
            return True
        scale = self._picture.width / max(self._frame.width, 1)
        edges = (
            max(0, int(left * scale) - _MARGIN),
            max(0, int(top * scale) - _MARGIN),
            min(self._picture.width, int(right * scale) + _MARGIN),
            min(self._picture.height, int(bottom * scale) + _MARGIN),
        )
        if edges[0] >= edges[2] or edges[1] >= edges[3]:
            return True
        darkest, lightest = self._picture.crop(edges).getextrema()
        return bool(lightest - darkest >= _FAINT)

    @cached_property
    def _picture(self) -> Any:
        """The page in shades of grey, as it is printed; None if it cannot be drawn."""
        scale = min(1.0, _LONGEST_SIDE / max(self._frame.width, self._frame.height, 1))
        try:
            return self._page.render(scale=scale, grayscale=True, may_draw_forms=False).to_pil().convert("L")
        except (pdfium.PdfiumError, ValueError, OSError):
            return None


def _is_pale(drawn: Any) -> bool:
    colours = [ctypes.c_uint() for _ in range(4)]
    if not raw.FPDFPageObj_GetFillColor(drawn, *map(ctypes.byref, colours)):
        return False
    *rgb, opacity = (colour.value for colour in colours)
    return opacity < _FAINT or all(colour >= _PALE for colour in rgb)
