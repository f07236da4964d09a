"""Pages that are pictures: read where text recognition is installed, and said to be pictures where it is not."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest
from scanned import Reads, scan

from knowledge.errors import OnlyScans, ParseError, ScansWait
from knowledge.ingest.reading import ReadAhead
from knowledge.parse import ocr
from knowledge.parse.document import ParsedDocument
from knowledge.parse.format import RawFile
from knowledge.parse.formats import FileReader
from knowledge.parse.sandbox import Sandbox
from knowledge.settings import KnowledgeSettings


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


def test_pages_that_can_never_be_read_are_not_tried_again(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    three = scan("Printed.", ("",), ("",), ("",))
    assert sandbox.read("x.pdf", three).scans == 0
    monkeypatch.setattr(ocr, "is_available", lambda: False)
    assert sandbox.read("x.pdf", three).scans == 3


@pytest.mark.parametrize("pages", [[("",)], ["Printed.", ("",)]])
def test_a_reader_in_a_hurry_does_not_wait_for_recognition(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, pages: list[Any]
) -> None:
    monkeypatch.setattr(ocr, "is_available", lambda: True)
    with pytest.raises(ScansWait, match="read after the other documents"):
        sandbox.read("x.pdf", scan(*pages), scans=False)


def test_other_files_are_read_while_one_is_recognised(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, done = Event(), Event()

    def recognise(file: RawFile) -> ParsedDocument:
        begun.set()
        assert done.wait(30)
        return ParsedDocument("scan", "Recognised.", "application/pdf")

    monkeypatch.setattr(ocr, "is_available", lambda: True)
    monkeypatch.setattr(sandbox._recogniser, "read", recognise)
    with ThreadPoolExecutor(1) as other:
        slow = other.submit(sandbox.read, "scan.pdf", scan(("",)))
        assert begun.wait(30)
        assert sandbox.read("a.txt", b"Printed.").text == "Printed."
        assert not slow.done()
        done.set()
        assert slow.result(30).text == "Recognised."


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
