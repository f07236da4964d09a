"""Pages that are pictures: read where text recognition is installed, and said to be pictures where it is not."""

from collections.abc import Iterator
from typing import Any

import pypdfium2 as pdfium
import pytest
from fpdf import FPDF

from knowledge.errors import OnlyScans, ParseError
from knowledge.ingest.reading import ReadAhead
from knowledge.parse import ocr
from knowledge.parse.document import ParsedDocument
from knowledge.parse.format import RawFile
from knowledge.parse.formats import FileReader
from knowledge.parse.ocr import Seen
from knowledge.parse.sandbox import Sandbox
from knowledge.settings import KnowledgeSettings

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


def recognised(reads: Reads, data: bytes | None = None) -> ParsedDocument:
    file = RawFile("scan.pdf", scan(("",)) if data is None else data, recogniser=reads, recognised_pages=9)
    return FileReader().read(file)


def test_lines_become_paragraphs_headings_and_boxes() -> None:
    parsed = recognised(
        Reads(
            ("Annual leave", 50, 60, 300, 84),
            ("Every employee has 25 days of annual leave a year, and those who", 50, 100, 540, 114),
            ("have worked for five years have three days more.", 50, 116, 400, 130),
            ("Days are asked for in the portal.", 50, 160, 300, 174),
        )
    )
    assert [heading.text for heading in parsed.headings] == ["Annual leave"]
    assert parsed.text.split("\n\n")[1:] == [
        "Every employee has 25 days of annual leave a year, and those who have worked for five years have three days "
        "more.",
        "Days are asked for in the portal.",
    ]
    box = parsed.boxes[-1].box
    assert (box.page, box.top) == (1, 160)
    assert parsed.scans == 0


def test_columns_are_read_one_after_the_other() -> None:
    left = [(f"Left {n} is text that fills it.", 50, 100 + 16 * n, 280, 114 + 16 * n) for n in range(5)]
    right = [(f"Right {n} is text that fills it.", 310, 100 + 16 * n, 540, 114 + 16 * n) for n in range(4)]
    text = recognised(Reads(("Over both of the columns there is a line", 50, 60, 540, 74), *right, *left)).text
    places = [text.index(f"{side} {n}") for side, count in (("Left", 5), ("Right", 4)) for n in range(count)]
    assert places == sorted(places)


def test_rows_of_a_table_name_their_columns() -> None:
    rows = [("Article", "Price", "Stock"), ("Chair", "30.00", "4"), ("Table", "90.50", "12"), ("Lamp", "15.25", "7")]
    cells = [
        (cell, left, 100 + 18 * n + n % 2, left + 8 * len(cell), 114 + 18 * n)
        for n, row in enumerate(rows)
        for left, cell in zip((50, 200, 350), row, strict=True)
    ]
    assert "Article: Table | Price: 90.50 | Stock: 12" in recognised(Reads(*cells)).text.split("\n")


def test_pages_with_text_are_not_looked_at() -> None:
    reads = Reads(("Recognised.", 50, 100, 300, 114))
    parsed = recognised(reads, scan("Printed.", ("",), "Printed too."))
    assert reads.pages == 1
    assert parsed.text == "Printed.\n\nRecognised.\n\nPrinted too."
    assert [page.number for page in parsed.pages] == [1, 2, 3]


def test_without_it_scans_are_counted_and_a_file_of_nothing_else_says_how_to_get_it() -> None:
    reader = FileReader()
    assert reader.read(RawFile("x.pdf", scan("Printed.", ("",), ("",)))).scans == 2
    with pytest.raises(OnlyScans, match=r"No text found in x\.pdf: .*pip install 'pilares\[ocr\]'") as refusal:
        reader.read(RawFile("x.pdf", scan(("",), ("",))))
    assert refusal.value.scans == 2


@pytest.fixture
def missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "is_available", lambda: False)


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    opened = Sandbox(KnowledgeSettings(ocr_pages=2))
    yield opened
    opened.close()


@pytest.mark.usefixtures("missing")
def test_a_file_of_scans_is_tried_again_when_it_may_have_been_installed(sandbox: Sandbox, tmp_path: Any) -> None:
    from knowledge.ingest.discover import discover
    from knowledge.ingest.renames import Renames

    (tmp_path / "scan.pdf").write_bytes(scan(("",)))
    files = discover([tmp_path], None, {}).files
    ((reading, _),) = ReadAhead(sandbox, ("everyone",), 10_000_000).readings(files, {}, Renames({}))
    assert reading.error is not None
    assert "pilares[ocr]" in reading.error
    assert reading.origin.sha256 == ""


def test_switched_off_and_too_many_pages_are_said(monkeypatch: pytest.MonkeyPatch, sandbox: Sandbox) -> None:
    off = Sandbox(KnowledgeSettings(ocr="off"))
    with pytest.raises(OnlyScans, match="switched off"):
        off.read("x.pdf", scan(("",)))
    off.close()
    monkeypatch.setattr(ocr, "is_available", lambda: True)
    with pytest.raises(ParseError, match=r"x\.pdf has 3 scanned pages; text recognition reads 2"):
        sandbox.read("x.pdf", scan(("",), ("",), ("",)))
    assert sandbox.read("x.pdf", scan("Printed.", ("",), ("",), ("",))).text == "Printed."


@pytest.mark.skipif(not ocr.is_available(), reason="text recognition is not installed")
def test_a_real_scan_in_spanish() -> None:
    sandbox = Sandbox(KnowledgeSettings())
    page = ("Vacaciones", "El señor Núñez tendrá 23 días el próximo año.")
    try:
        parsed = sandbox.read("escaneo.pdf", scan(page))
    finally:
        sandbox.close()
    assert "El señor Núñez tendrá 23 días el próximo año." in parsed.text
    assert parsed.language == "es"
    start = parsed.text.index("El señor")
    (box,) = [each.box for each in parsed.boxes if each.start <= start < each.end]
    assert abs(box.left - 50) < 8
    assert box.top < 126 < box.bottom < 150
