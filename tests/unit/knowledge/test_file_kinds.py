import gzip
import io
import zipfile
from collections.abc import Callable

import pytest

from knowledge.errors import ParseError
from knowledge.parse.document import ParsedDocument

Parse = Callable[[str, bytes | str], ParsedDocument]

PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


def archive(*names: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as made:
        for name in names:
            made.writestr(name, "x")
    return stream.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("a.txt", b"", "a.txt is empty"),
        ("a.pdf", b"  \n", "a.pdf is empty"),
        ("a.txt", b"%PDF-1.4 ...", "it is PDF. Rename it to .pdf"),
        ("a.pdf", b"plain words", "not the PDF file that its ending says: it holds text"),
        ("a.docx", b"plain words", "not the Word file"),
        ("a.docx", OLE, "old or password-protected Office document"),
        ("a.docx", archive("xl/workbook.xml"), "it is Excel. Rename it to .xlsx"),
        ("a.xlsx", archive("ppt/presentation.xml"), "it is PowerPoint. Rename it to .pptx"),
        ("a.pptx", archive("META-INF/container.xml"), "it is EPUB. Rename it to .epub"),
        ("a.epub", archive("readme.txt"), "it holds an archive"),
        ("a.docx", OLE + "__substg1.0_1000001F".encode("utf-16-le"), "it is Outlook. Rename it to .msg"),
        ("a.txt", OLE + "__substg1.0_".encode("utf-16-le") + b"%PDF-1.4", "it is Outlook. Rename it to .msg"),
        ("a.xlsx", OLE + "EncryptedPackage".encode("utf-16-le"), "password. Save a copy without"),
        ("a.msg", OLE, "not the Outlook file that its ending says"),
        ("a.msg", b"From: ana", "not the Outlook file that its ending says: it holds text"),
        ("a.eml", b"just words", "no sender, subject or date"),
        ("a.json", b"just words", "a.json is not JSON"),
        ("a.json", PNG, "an image"),
        ("a.docx", b"PK\x03\x04 broken", "a damaged archive"),
        ("a.txt", archive("word/document.xml"), "it is Word. Rename it to .docx"),
        ("a.csv", b"<!doctype html><p>Please log in", "it is HTML. Rename it to .html"),
        ("a.md", b"<!doctype html><p>Please log in", "it is HTML"),
        ("a.md", PNG, "an image"),
        ("a.html", gzip.compress(b"x" * 1000), "binary data"),
        ("a.txt", b"\x00\x01\x02\x03" * 100, "binary data"),
        ("a.txt", b"\x7fELF\x02\x01\x01" + bytes(200), "binary data"),
        ("a.xlsb", archive("xl/workbook.bin"), "save it as .xlsx"),
        ("a.doc", OLE, "save it as .docx"),
        ("a.exe", b"MZ", "files ending in .exe are not read. Pilares reads .md"),
        ("a.txt", "… — !!".encode(), "No text found in a.txt"),
        ("noending", PNG, "an image"),
    ],
)
def test_refused_with_a_sentence_that_says_why(parse: Parse, name: str, data: bytes, sentence: str) -> None:
    with pytest.raises(ParseError) as refusal:
        parse(name, data)
    assert sentence in str(refusal.value)
    assert name in str(refusal.value)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("A.TXT", b"Upper case ending."),
        ("a.html", b"Just text with <b>a tag</b>."),
        ("a.md", b"<div>Markdown may start with HTML</div>"),
        ("a.txt", b"Two \x00 stray \x00 NULs."),
        ("a.log", b"2026-01-01 started\n2026-01-02 stopped\n"),
    ],
)
def test_read_all_the_same(parse: Parse, name: str, data: bytes) -> None:
    assert parse(name, data).text


def test_the_language_is_told(parse: Parse) -> None:
    assert parse("a.txt", "La garantía cubre todas las piezas de la máquina durante tres años.").language == "es"
