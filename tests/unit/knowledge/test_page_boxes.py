"""Where the text of a PDF stands on its pages."""

import json
from collections.abc import Callable
from io import BytesIO

import pypdfium2 as pdfium
from fpdf import FPDF

from knowledge.library import Library
from knowledge.parse.document import PageBox, ParsedDocument
from knowledge.parse.wire import from_dict, to_dict

Parse = Callable[[str, bytes], ParsedDocument]


def page_of(*texts: tuple[float, float, str], format_: tuple[float, float] = (400, 600)) -> bytes:
    """A page with 12-point texts whose base lines begin at the given points from the top left."""
    made = FPDF(unit="pt", format=format_)
    made.add_page()
    made.set_font("helvetica", size=12)
    for x, y, text in texts:
        made.text(x, y, text)
    return bytes(made.output())


def boxes_of(parsed: ParsedDocument, quote: str) -> list[PageBox]:
    start = parsed.text.index(quote)
    return [each.box for each in parsed.boxes if each.start < start + len(quote) and start < each.end]


def turned(data: bytes, degrees: int, crop: tuple[float, float, float, float] | None = None) -> bytes:
    document = pdfium.PdfDocument(data)
    document[0].set_rotation(degrees)
    if crop:
        document[0].set_cropbox(*crop)
    stream = BytesIO()
    document.save(stream)
    document.close()
    return stream.getvalue()


def test_a_line_is_found_where_it_is_printed(parse: Parse) -> None:
    (box,) = boxes_of(parse("x.pdf", page_of((50, 100, "The warranty lasts two years."))), "two years")
    assert (box.page, box.left) == (1, 50)
    assert box.top < 92 < 100 < box.bottom < 106
    assert 190 < box.right < 220


def test_a_sentence_over_two_lines_has_two_boxes(parse: Parse) -> None:
    lines = (
        (50, 100, "The warranty of every machine that is sold in this shop lasts two"),
        (50, 114, "years, repairs too."),
    )
    parsed = parse("x.pdf", page_of(*lines))
    upper, lower = boxes_of(parsed, "lasts two years")
    assert upper.right > 300 > 200 > lower.right
    assert upper.top < lower.top
    assert len(boxes_of(parsed, "repairs")) == 1


def test_boxes_count_from_the_corner_that_is_shown(parse: Parse) -> None:
    upright = page_of((50, 100, "The warranty lasts two years."))
    (box,) = boxes_of(parse("x.pdf", turned(upright, 90)), "warranty")
    assert 490 < box.left < 500 < box.right < 515  # what was near the top is now near the right
    assert box.top == 50
    (box,) = boxes_of(parse("x.pdf", turned(upright, 0, crop=(40, 100, 400, 550))), "warranty")
    assert box.left == 10
    assert box.top < 50 < box.bottom < 56


def test_a_row_of_a_table_has_one_box(parse: Parse) -> None:
    made = FPDF(unit="pt", format=(400, 600))
    made.add_page()
    made.set_font("helvetica", size=10)
    with made.table() as table:
        for row in (("Article", "Price", "Stock"), ("Chair", "30", "4"), ("Table", "90", "2")):
            table.row(row)
    parsed = parse("x.pdf", bytes(made.output()))
    (chair,), (table_,) = boxes_of(parsed, "Article: Chair | Price: 30"), boxes_of(parsed, "Article: Table")
    assert chair.bottom <= table_.top + 6
    assert chair.left == table_.left
    assert chair.right - chair.left > 150


def test_headings_have_boxes_and_pages_their_numbers(parse: Parse) -> None:
    made = FPDF(unit="pt", format=(400, 600))
    for number in (1, 2):
        made.add_page()
        made.set_font("helvetica", size=20)
        made.text(50, 60, f"Chapter {number}")
        made.set_font("helvetica", size=10)
        made.text(50, 100, f"What stands in the chapter with the number {number} is this.")
    parsed = parse("x.pdf", bytes(made.output()))
    assert [box.page for box in boxes_of(parsed, "Chapter 2")] == [2]
    assert boxes_of(parsed, "Chapter 1")[0].bottom < 70


def test_boxes_lie_in_the_text_and_travel_between_processes(parse: Parse) -> None:
    parsed = parse("x.pdf", page_of((50, 100, "The warranty lasts two years."), (50, 200, "Another paragraph.")))
    assert [parsed.text[each.start : each.end] for each in parsed.boxes] == parsed.text.split("\n\n")
    assert from_dict(json.loads(json.dumps(to_dict(parsed))), parsed.text) == parsed


def test_the_library_tells_where_a_stretch_stands_to_those_who_may_read_it(library: Library) -> None:
    lines = ((50, 100, "The warranty lasts two years."), (50, 300, "Returns are free within a month."))
    added = library.add_upload("shop.pdf", page_of(*lines), audience=["sales"])
    text = library.text(added.document_id)
    start = text.index("free")
    (box,) = library.boxes(added.document_id, start, start + 4, ["sales"])
    assert box.top < 300 < box.bottom
    assert library.boxes(added.document_id, start, start + 4, ["guests"]) == []
    assert library.boxes(added.document_id, start, start + 4) == []
    other = library.add_upload("shop.md", b"The warranty lasts two years.")
    assert library.boxes(other.document_id, 0, 10) == []
