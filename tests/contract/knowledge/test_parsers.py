"""Every format keeps the same promises."""

import io

import pytest
from docx import Document
from fpdf import FPDF

from knowledge.parse.csv import parse_csv
from knowledge.parse.docx import parse_docx
from knowledge.parse.format import Parser, RawFile
from knowledge.parse.html import parse_html
from knowledge.parse.markdown import parse_markdown
from knowledge.parse.pdf import parse_pdf
from knowledge.parse.text import parse_text
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
