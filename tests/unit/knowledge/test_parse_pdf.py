import io
from collections.abc import Callable

import pytest
from fpdf import FPDF

from knowledge.errors import ParseError
from knowledge.parse.document import ParsedDocument
from knowledge.testing.pdf import raw_pdf

Parse = Callable[[str, bytes], ParsedDocument]


def pdf(*, pages: int = 3, password: str = "", body: str = "", columns: bool = False) -> bytes:
    made = FPDF()
    made.set_title("Employee handbook")
    for number in range(1, pages + 1):
        made.add_page()
        made.set_font("helvetica", size=9)
        made.cell(0, 6, f"ACME handbook - page {number} of {pages}")
        made.ln(14)
        made.set_font("helvetica", "B", size=18)
        made.cell(0, 10, f"Chapter {'ABCDEFGH'[number - 1]}")
        made.ln(14)
        made.set_font("helvetica", size=11)
        made.multi_cell(0, 6, body or f"Employees of team {number} work from home on two days of the week. " * 4)
        made.ln(8)
        made.multi_cell(0, 6, "A second paragraph follows here, after some space.")
    if password:
        made.set_encryption(owner_password="owner", user_password=password)
    return bytes(made.output())


def test_pages_headings_and_running_heads(parse: Parse) -> None:
    parsed = parse("handbook.pdf", pdf())
    assert parsed.title == "Employee handbook"
    assert [heading.text for heading in parsed.headings] == ["Chapter A", "Chapter B", "Chapter C"]
    assert [page.number for page in parsed.pages] == [1, 2, 3]
    assert [parsed.text[page.start :].split("\n")[0] for page in parsed.pages] == [
        "Chapter A",
        "Chapter B",
        "Chapter C",
    ]
    assert "ACME handbook" not in parsed.text


def test_wrapped_lines_are_one_paragraph(parse: Parse) -> None:
    parsed = parse("handbook.pdf", pdf(pages=1))
    assert "\n\nA second paragraph follows here" in parsed.text
    paragraph = next(line for line in parsed.text.split("\n") if line.startswith("Employees"))
    assert paragraph.count("work from home") == 4


def test_words_cut_at_a_line_end_are_joined(parse: Parse) -> None:
    parsed = parse("x.pdf", pdf(pages=1, body="The company reim-\nburses travel expenses within ten working days."))
    assert "reimburses" in parsed.text


def test_a_protected_file_says_so(parse: Parse) -> None:
    with pytest.raises(ParseError, match=r"secret\.pdf is protected by a password\. Save a copy"):
        parse("secret.pdf", pdf(password="geheim"))


def test_a_file_of_drawings_says_so(parse: Parse) -> None:
    made = FPDF()
    made.add_page()
    made.rect(10, 10, 50, 50, style="F")
    with pytest.raises(ParseError, match=r"No text found in drawing\.pdf.*OCR"):
        parse("drawing.pdf", bytes(made.output()))


@pytest.mark.parametrize("cut", [10, 200, 900])
def test_a_torn_file_is_refused_or_read_but_never_raises_anything_else(parse: Parse, cut: int) -> None:
    with pytest.raises(ParseError, match=r"torn\.pdf"):
        parse("torn.pdf", pdf()[:cut])


def test_a_page_tree_that_contains_itself_a_million_times(parse: Parse) -> None:
    looped = raw_pdf(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[2 0 R 2 0 R 3 0 R]/Count 1000000>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]>>",
    )
    with pytest.raises(ParseError, match="claims 1000000 pages"):
        parse("loop.pdf", looped)


def test_garbage_after_the_magic_number(parse: Parse) -> None:
    with pytest.raises(ParseError, match="not a readable PDF"):
        parse("x.pdf", b"%PDF-1.7\n" + bytes(range(256)) * 40)


def test_a_page_without_text_among_others_keeps_the_numbers(parse: Parse) -> None:
    made = FPDF()
    made.set_font("helvetica", size=11)
    for text in ("First page.", "", "Third page."):
        made.add_page()
        made.cell(0, 6, text)
    stream = io.BytesIO(bytes(made.output()))
    parsed = parse("x.pdf", stream.getvalue())
    assert [(page.number, parsed.text[page.start :][:5]) for page in parsed.pages] == [(1, "First"), (3, "Third")]
