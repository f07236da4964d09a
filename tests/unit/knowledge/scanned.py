"""PDFs whose pages are pictures, and what reads them in tests."""

from typing import Any

import pypdfium2 as pdfium
from fpdf import FPDF

from knowledge.parse.ocr import Seen

SIZE = (595, 842)


def scan(*pages: tuple[str, ...] | str) -> bytes:
    """A PDF whose pages are pictures of lines; a page given as a text holds that text itself."""
    made = FPDF(unit="pt", format=SIZE)
    made.set_font("helvetica", size=12)
    for page in pages:
        made.add_page()
        if isinstance(page, str):
            made.text(50, 100, page)
        else:
            made.image(picture(page), 0, 0, *SIZE)
    return bytes(made.output())


def picture(lines: tuple[str, ...]) -> Any:
    printed = FPDF(unit="pt", format=SIZE)
    printed.add_page()
    printed.set_font("helvetica", size=13)
    for number, line in enumerate(lines):
        printed.text(50, 112 + 20 * number, line)
    document = pdfium.PdfDocument(bytes(printed.output()))
    try:
        return document[0].render(scale=2, grayscale=True).to_pil()
    finally:
        document.close()


class Reads:
    """A `Recogniser` that sees the given lines on every page; boxes in points."""

    def __init__(self, *seen: tuple[str, float, float, float, float]) -> None:
        self._seen = seen
        self.pages = 0

    def lines(self, picture: Any) -> list[Seen]:
        self.pages += 1
        scale = picture.width / SIZE[0]
        return [Seen(text, *(edge * scale for edge in box)) for text, *box in self._seen]
