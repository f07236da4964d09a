"""Every format keeps the same promises."""

import io
import zipfile

import pytest
from docx import Document
from fpdf import FPDF
from openpyxl import Workbook
from pptx import Presentation

from knowledge.parse.csv import parse_csv
from knowledge.parse.docx import parse_docx
from knowledge.parse.eml import parse_eml
from knowledge.parse.epub import parse_epub
from knowledge.parse.format import Parser, RawFile
from knowledge.parse.html import parse_html
from knowledge.parse.json import parse_json
from knowledge.parse.markdown import parse_markdown
from knowledge.parse.msg import parse_msg
from knowledge.parse.pdf import parse_pdf
from knowledge.parse.pptx import parse_pptx
from knowledge.parse.text import parse_text
from knowledge.parse.xlsx import parse_xlsx
from knowledge.testing.outlook import outlook_message
from knowledge.testing.parser import ParserConformance


class TestMarkdown(ParserConformance):
    @pytest.fixture
    def parser(self) -> Parser:
        return parse_markdown

    @pytest.fixture
    def sample(self) -> RawFile:
        source = (
            "# Sample heading\n\nA sample sentence with *cafe\u0301*.\n\n- one\n- two\n\n## B\n\n| A |\n|---|\n| 1 |\n"
        )
        return RawFile("sample.md", source.encode())

    @pytest.fixture
    def media_type(self) -> str:
        return "text/markdown"


class TestText(ParserConformance):
    @pytest.fixture
    def parser(self) -> Parser:
        return parse_text

    @pytest.fixture
    def sample(self) -> RawFile:
        return RawFile("sample.txt", "Sample heading\r\n\r\n\r\n  A sample sentence \u200bhere.\r\n".encode())

    @pytest.fixture
    def media_type(self) -> str:
        return "text/plain"


class TestHtml(ParserConformance):
    @pytest.fixture
    def parser(self) -> Parser:
        return parse_html

    @pytest.fixture
    def sample(self) -> RawFile:
        page = "<title>t</title><body><h1>Sample heading</h1><p>A sample sentence.</p><ul><li>a<li>b</ul></body>"
        return RawFile("sample.html", page.encode())

    @pytest.fixture
    def media_type(self) -> str:
        return "text/html"


class TestPdf(ParserConformance):
    @pytest.fixture
    def parser(self) -> Parser:
        return parse_pdf

    @pytest.fixture
    def sample(self) -> RawFile:
        made = FPDF()
        for number in (1, 2):
            made.add_page()
            made.set_font("helvetica", "B", size=20)
            made.cell(0, 10, f"Sample heading {number}")
            made.ln(16)
            made.set_font("helvetica", size=11)
            made.multi_cell(0, 6, "A sample sentence that is repeated. " * 9)
        return RawFile("sample.pdf", bytes(made.output()))

    @pytest.fixture
    def media_type(self) -> str:
        return "application/pdf"


class TestDocx(ParserConformance):
    @pytest.fixture
    def parser(self) -> Parser:
        return parse_docx

    @pytest.fixture
    def sample(self) -> RawFile:
        document = Document()
        document.add_heading("Sample heading", 1)
        document.add_paragraph("A sample sentence.")
        document.add_paragraph("an item", style="List Bullet")
        stream = io.BytesIO()
        document.save(stream)
        return RawFile("sample.docx", stream.getvalue())

    @pytest.fixture
    def media_type(self) -> str:
        return "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


class TestCsv(ParserConformance):
    @pytest.fixture
    def parser(self) -> Parser:
        return parse_csv

    @pytest.fixture
    def sample(self) -> RawFile:
        return RawFile("sample.csv", b"Sample heading,Note\n1,a sample sentence\n2,\n")

    @pytest.fixture
    def media_type(self) -> str:
        return "text/csv"


class TestPptx(ParserConformance):
    @pytest.fixture
    def parser(self) -> Parser:
        return parse_pptx

    @pytest.fixture
    def sample(self) -> RawFile:
        presentation = Presentation()
        for number in (1, 2):
            slide = presentation.slides.add_slide(presentation.slide_layouts[1])
            slide.shapes.title.text = f"Sample heading {number}"
            slide.placeholders[1].text = "A sample sentence.\nA point."
            slide.notes_slide.notes_text_frame.text = "A note."
        stream = io.BytesIO()
        presentation.save(stream)
        return RawFile("sample.pptx", stream.getvalue())

    @pytest.fixture
    def media_type(self) -> str:
        return "application/vnd.openxmlformats-officedocument.presentationml.presentation"


class TestXlsx(ParserConformance):
    @pytest.fixture
    def parser(self) -> Parser:
        return parse_xlsx

    @pytest.fixture
    def sample(self) -> RawFile:
        book = Workbook()
        book.active.title = "Sample heading"
        for row in (["Name", "Note"], ["one", "a sample sentence"], [], ["two", 2.5]):
            book.active.append(row)
        stream = io.BytesIO()
        book.save(stream)
        return RawFile("sample.xlsx", stream.getvalue())

    @pytest.fixture
    def media_type(self) -> str:
        return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class TestEpub(ParserConformance):
    @pytest.fixture
    def parser(self) -> Parser:
        return parse_epub

    @pytest.fixture
    def sample(self) -> RawFile:
        parts = {
            "META-INF/container.xml": '<container><rootfile full-path="book.opf"/></container>',
            "book.opf": '<package><item id="a" href="a.xhtml" media-type="application/xhtml+xml"/><itemref idref="a"/>',
            "a.xhtml": "<html><body><h1>Sample heading</h1><p>A sample sentence.</p><ul><li>a</li></ul></body></html>",
        }
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as archive:
            for name, content in parts.items():
                archive.writestr(name, content)
        return RawFile("sample.epub", stream.getvalue())

    @pytest.fixture
    def media_type(self) -> str:
        return "application/epub+zip"


class TestEml(ParserConformance):
    @pytest.fixture
    def parser(self) -> Parser:
        return parse_eml

    @pytest.fixture
    def sample(self) -> RawFile:
        source = (
            "Subject: Sample heading\r\nFrom: ana@example.com\r\n\r\nA sample sentence.\r\n\r\n\r\n- one\r\n- two\r\n"
        )
        return RawFile("sample.eml", source.encode())

    @pytest.fixture
    def media_type(self) -> str:
        return "message/rfc822"


class TestMsg(ParserConformance):
    @pytest.fixture
    def parser(self) -> Parser:
        return parse_msg

    @pytest.fixture
    def sample(self) -> RawFile:
        return RawFile("sample.msg", outlook_message({0x37: "Sample heading", 0x1000: "A sample sentence."}, "a.pdf"))

    @pytest.fixture
    def media_type(self) -> str:
        return "application/vnd.ms-outlook"


class TestJson(ParserConformance):
    @pytest.fixture
    def parser(self) -> Parser:
        return parse_json

    @pytest.fixture
    def sample(self) -> RawFile:
        source = '[{"title": "Sample heading", "text": "a sample sentence"}, {"title": "B", "list": [{"a": {"b": 1}}]}]'
        return RawFile("sample.json", source.encode())

    @pytest.fixture
    def media_type(self) -> str:
        return "application/json"
