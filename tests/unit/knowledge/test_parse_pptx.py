import io
import zipfile
from collections.abc import Callable

import pytest
from pptx import Presentation
from pptx.util import Inches

from knowledge.errors import ParseError
from knowledge.parse.document import ParsedDocument

Parse = Callable[[str, bytes], ParsedDocument]


def saved(presentation: object) -> bytes:
    stream = io.BytesIO()
    presentation.save(stream)  # type: ignore[attr-defined]
    return stream.getvalue()


def talk() -> object:
    """A title slide, a slide with points and notes, a slide with a table."""
    presentation = Presentation()
    opening = presentation.slides.add_slide(presentation.slide_layouts[0])
    opening.shapes.title.text = "Holidays"
    opening.placeholders[1].text = "For everyone"
    points = presentation.slides.add_slide(presentation.slide_layouts[1])
    points.shapes.title.text = "How many\vdays"
    points.placeholders[1].text = "25 in Spain\n15 in Chile"
    points.notes_slide.notes_text_frame.text = "Say that part-time staff get a share."
    table = presentation.slides.add_slide(presentation.slide_layouts[5])
    table.shapes.title.text = "By country"
    grid = table.shapes.add_table(3, 3, Inches(1), Inches(1), Inches(6), Inches(2)).table
    rows = [["Country", "Days", ""], ["Spain", "25", "30"], ["Chile", "15", ""]]
    for row, texts in enumerate(rows):
        for column, text in enumerate(texts):
            grid.cell(row, column).text = text
    grid.cell(0, 1).merge(grid.cell(0, 2))
    return presentation


def test_slides_are_pages_under_their_title(parse: Parse) -> None:
    parsed = parse("talk.pptx", saved(talk()))
    assert parsed.text.split("\n\n") == [
        "Holidays",
        "For everyone",
        "How many days",
        "- 25 in Spain\n- 15 in Chile",
        "Say that part-time staff get a share.",
        "By country",
        "Country: Spain | Days: 25 | Days: 30\nCountry: Chile | Days: 15",
    ]
    assert parsed.title == "Holidays"
    assert [(page.number, parsed.text[page.start :].split("\n")[0]) for page in parsed.pages] == [
        (1, "Holidays"),
        (2, "How many days"),
        (3, "By country"),
    ]
    assert [heading.text for heading in parsed.headings] == ["Holidays", "How many days", "By country"]


def test_a_title_of_its_own_counts_and_one_of_the_program_does_not(parse: Parse) -> None:
    presentation = talk()
    presentation.core_properties.title = "Leave policy"  # type: ignore[attr-defined]
    assert parse("x.pptx", saved(presentation)).title == "Leave policy"
    presentation.core_properties.title = "Presentation skills"  # type: ignore[attr-defined]
    assert parse("x.pptx", saved(presentation)).title == "Presentation skills"
    presentation.core_properties.title = "PowerPoint Presentation"  # type: ignore[attr-defined]
    assert parse("x.pptx", saved(presentation)).title == "Holidays"


def test_hidden_slides_are_left_out_and_the_others_keep_their_numbers(parse: Parse) -> None:
    presentation = talk()
    presentation.slides[1]._element.set("show", "0")  # type: ignore[attr-defined]
    parsed = parse("x.pptx", saved(presentation))
    assert "Spain" in parsed.text
    assert "part-time" not in parsed.text
    assert [page.number for page in parsed.pages] == [1, 3]


def test_text_in_groups(parse: Parse) -> None:
    presentation = Presentation()
    slide = presentation.slides.add_slide(presentation.slide_layouts[6])
    group = slide.shapes.add_group_shape().shapes.add_group_shape()
    group.shapes.add_textbox(0, 0, Inches(1), Inches(1)).text_frame.text = "Inside."
    assert parse("x.pptx", saved(presentation)).text == "Inside."


def test_a_shape_of_no_kind_that_the_library_knows(parse: Parse) -> None:
    presentation = Presentation()
    slide = presentation.slides.add_slide(presentation.slide_layouts[6])
    box = slide.shapes.add_textbox(0, 0, Inches(1), Inches(1))
    box.text_frame.text = "Drawn elsewhere."
    box._element.nvSpPr.cNvSpPr.attrib.clear()
    box._element.spPr.remove(box._element.spPr.prstGeom)
    assert parse("x.pptx", saved(presentation)).text == "Drawn elsewhere."


def test_a_presentation_of_pictures(parse: Parse) -> None:
    presentation = Presentation()
    presentation.slides.add_slide(presentation.slide_layouts[6])
    with pytest.raises(ParseError, match=r"No text found in x\.pptx"):
        parse("x.pptx", saved(presentation))


def test_an_archive_that_unpacks_to_too_much_is_refused(parse: Parse) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("ppt/presentation.xml", " " * 250_000_000)
    with pytest.raises(ParseError, match="would unpack to 250 MB"):
        parse("bomb.pptx", stream.getvalue())


@pytest.mark.parametrize("entity", ['SYSTEM "file:///etc/passwd"', '"EXPANDED"'])
def test_entities_are_not_resolved(parse: Parse, entity: str) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(saved(talk()))) as old, zipfile.ZipFile(stream, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            if name == "ppt/slides/slide1.xml":
                root = part.index(b"<p:sld ")
                part = part[:root] + f"<!DOCTYPE x [<!ENTITY e {entity}>]>".encode() + part[root:]
                part = part.replace(b"For everyone", b"For &e; everyone")
            new.writestr(name, part)
    text = parse("x.pptx", stream.getvalue()).text
    assert "25 in Spain" in text
    assert "root:" not in text
    assert "EXPANDED" not in text


@pytest.mark.parametrize("cut", [30, 500, 5000, 20_000])
def test_a_torn_file(parse: Parse, cut: int) -> None:
    with pytest.raises(ParseError, match=r"torn\.pptx"):
        parse("torn.pptx", saved(talk())[:cut])
