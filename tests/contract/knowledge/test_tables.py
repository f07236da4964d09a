"""A row of a table is one sentence that names its columns, whatever kind of file it stands in."""

import io
import zipfile
from collections.abc import Callable, Sequence

import pytest
from docx import Document
from fpdf import FPDF
from openpyxl import Workbook
from pptx import Presentation
from pptx.util import Inches

from knowledge.parse.format import RawFile
from knowledge.parse.formats import FileReader
from knowledge.sentences import split_sentences

ROWS = [("Article", "Price", "Delivery"), ("Chair", "30.50", "Two days. By van."), ("Table", "90.00", "A week")]
FIRST, SECOND = "Article: Chair | Price: 30.50 | Delivery: Two days. By van.", "Article: Table | Price: 90.00"

Rows = Sequence[Sequence[str]]


def saved(made: object) -> bytes:
    stream = io.BytesIO()
    made.save(stream)  # type: ignore[attr-defined]
    return stream.getvalue()


def docx(rows: Rows) -> bytes:
    document = Document()
    document.add_paragraph("Prices of the shop.")
    table = document.add_table(len(rows), len(rows[0]))
    for row, cells in zip(rows, table.rows, strict=True):
        for text, cell in zip(row, cells.cells, strict=True):
            cell.text = text
    return saved(document)


def pptx(rows: Rows) -> bytes:
    presentation = Presentation()
    slide = presentation.slides.add_slide(presentation.slide_layouts[6])
    table = slide.shapes.add_table(len(rows), len(rows[0]), Inches(1), Inches(1), Inches(6), Inches(2)).table
    for top, row in enumerate(rows):
        for left, text in enumerate(row):
            table.cell(top, left).text = text
    return saved(presentation)


def xlsx(rows: Rows) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    return saved(book)


def pdf(rows: Rows) -> bytes:
    made = FPDF()
    made.add_page()
    made.set_font("helvetica", size=10)
    made.multi_cell(0, 6, "Prices of the shop are in the table that follows.")
    made.ln(10)
    with made.table() as table:
        for row in rows:
            table.row(row)
    return bytes(made.output())


def html(rows: Rows) -> bytes:
    lines = "".join(
        "<tr>" + "".join(f"<{'td' if top else 'th'}>{text}" for text in row) for top, row in enumerate(rows)
    )
    return f"<h1>Shop</h1><table>{lines}</table>".encode()


def markdown(rows: Rows) -> bytes:
    head, *body = (f"| {' | '.join(row)} |" for row in rows)
    return "\n".join([head, "|---|---|---|", *body]).encode()


def csv(rows: Rows) -> bytes:
    return "\n".join(";".join(row) for row in rows).encode()


def epub(rows: Rows) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("META-INF/container.xml", '<container><rootfile full-path="book.opf"/></container>')
        item = '<item id="a" href="a.xhtml" media-type="application/xhtml+xml"/>'
        archive.writestr("book.opf", f'<package>{item}<itemref idref="a"/></package>')
        archive.writestr("a.xhtml", html(rows))
    return stream.getvalue()


def eml(rows: Rows) -> bytes:
    return b"Subject: Prices\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + html(rows)


def json(rows: Rows) -> bytes:
    import json as codec

    return codec.dumps([dict(zip(rows[0], row, strict=True)) for row in rows[1:]]).encode()


@pytest.mark.parametrize("make", [docx, pptx, xlsx, pdf, html, markdown, csv, epub, eml])
def test_a_row_is_one_sentence_with_the_names_of_its_columns(make: Callable[[Rows], bytes]) -> None:
    ending = {"markdown": "md"}.get(make.__name__, make.__name__)
    parsed = FileReader().read(RawFile(f"prices.{ending}", make(ROWS)))
    sentences = [sentence.text for sentence in split_sentences(parsed.text)]
    assert FIRST in sentences
    assert any(sentence.startswith(SECOND) for sentence in sentences)
    for sentence in split_sentences(parsed.text):
        assert parsed.text[sentence.start : sentence.end] == sentence.text


def test_a_record_of_json_is_a_block_that_names_its_fields() -> None:
    text = FileReader().read(RawFile("prices.json", json(ROWS))).text
    assert "Article: Chair\nPrice: 30.50\nDelivery: Two days. By van." in text.split("\n\n")
