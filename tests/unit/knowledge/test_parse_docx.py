import io
import struct
import zipfile
from collections.abc import Callable

import pytest
from docx import Document
from docx.enum.text import WD_BREAK
from docx.oxml import OxmlElement

from knowledge.errors import ParseError
from knowledge.parse.archive import refuse_bomb
from knowledge.parse.document import ParsedDocument
from knowledge.parse.format import RawFile

Parse = Callable[[str, bytes], ParsedDocument]


def saved(document: object) -> bytes:
    stream = io.BytesIO()
    document.save(stream)  # type: ignore[attr-defined]
    return stream.getvalue()


def handbook() -> bytes:
    document = Document()
    document.add_heading("Handbook", 0)
    document.add_heading("Holidays", 1)
    document.add_paragraph("You have 25 days.")
    table = document.add_table(rows=3, cols=2)
    for row, cells in zip(table.rows, (("Country", "Days"), ("Spain", "25"), ("Chile", "15")), strict=True):
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = text
    document.add_heading("Sickness", 1)
    document.add_paragraph("Tell your manager.")
    return saved(document)


def test_headings_and_tables_stay_in_order(parse: Parse) -> None:
    parsed = parse("handbook.docx", handbook())
    assert parsed.text.split("\n\n") == [
        "Handbook",
        "Holidays",
        "You have 25 days.",
        "Country: Spain | Days: 25\nCountry: Chile | Days: 15",
        "Sickness",
        "Tell your manager.",
    ]
    assert [(h.level, h.text) for h in parsed.headings] == [(1, "Handbook"), (1, "Holidays"), (1, "Sickness")]


def test_pages_that_word_noted(parse: Parse) -> None:
    document = Document()
    document.add_paragraph("On the first page.")
    run = document.add_paragraph("Ends the first page.").add_run()
    run._r.append(OxmlElement("w:lastRenderedPageBreak"))
    document.add_paragraph("On the second page.")
    parsed = parse("x.docx", saved(document))
    assert [(page.number, parsed.text[page.start :].split("\n")[0]) for page in parsed.pages] == [
        (1, "On the first page."),
        (2, "On the second page."),
    ]


def test_line_breaks_inside_a_paragraph_are_lines(parse: Parse) -> None:
    document = Document()
    run = document.add_paragraph("Street 1").add_run()
    run.add_break(WD_BREAK.LINE)
    run.add_text("28001 Madrid")
    assert parse("x.docx", saved(document)).text == "Street 1\n28001 Madrid"


def repacked(data: bytes, part: str, content: str) -> bytes:
    """The same archive with one part replaced."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, content if name == part else old.read(name))
    return stream.getvalue()


def test_an_archive_that_unpacks_to_too_much_is_refused_before_it_is_unpacked(parse: Parse) -> None:
    bomb = repacked(handbook(), "word/document.xml", "<w:p>" + " " * 250_000_000)
    assert len(bomb) < 2_000_000
    with pytest.raises(ParseError, match="would unpack to 250 MB"):
        parse("bomb.docx", bomb)


def test_too_dense_and_too_many_parts_are_refused() -> None:
    dense = repacked(handbook(), "word/document.xml", " " * 50_000_000)
    with pytest.raises(ParseError, match="refused as unsafe"):
        refuse_bomb(RawFile("x.docx", dense))
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for number in range(10_001):
            archive.writestr(f"word/{number}", "")
    with pytest.raises(ParseError, match="10001 parts"):
        refuse_bomb(RawFile("x.docx", stream.getvalue()))


def test_a_directory_that_lies_about_sizes_inflates_nothing(parse: Parse) -> None:
    data = bytearray(repacked(handbook(), "word/document.xml", " " * 20_000_000))
    place = data.rfind(b"word/document.xml") - 46  # its entry in the central directory
    assert data[place : place + 4] == b"PK\x01\x02"
    data[place + 24 : place + 28] = struct.pack("<I", 100)  # claims to be 100 bytes long
    with pytest.raises(ParseError, match=r"liar\.docx"):
        parse("liar.docx", bytes(data))


def test_entities_are_neither_resolved_nor_expanded(parse: Parse, tmp_path: object) -> None:
    body = "<w:body><w:p><w:r><w:t>{}</w:t></w:r></w:p></w:body></w:document>"
    opening = '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
    external = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + opening + body.format("Visible &e;")
    try:
        text = parse("x.docx", repacked(handbook(), "word/document.xml", external)).text
    except ParseError:
        text = ""
    assert "root:" not in text
    lines = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    laughs = f'<!DOCTYPE x [<!ENTITY l0 "ha">{lines}]>' + opening + body.format("&l9;")
    with pytest.raises(ParseError):
        parse("x.docx", repacked(handbook(), "word/document.xml", laughs))


@pytest.mark.parametrize("cut", [30, 500, 5000])
def test_a_torn_file(parse: Parse, cut: int) -> None:
    with pytest.raises(ParseError, match=r"torn\.docx"):
        parse("torn.docx", handbook()[:cut])
