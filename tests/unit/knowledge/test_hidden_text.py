"""Text that a reader of the document does not see is not what the document says."""

import io
from collections.abc import Callable

import pytest
from docx import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt, RGBColor
from fpdf import FPDF
from PIL import Image, ImageDraw
from pptx import Presentation
from pptx.util import Inches

from knowledge.parse.document import ParsedDocument

Parse = Callable[[str, bytes | str], ParsedDocument]

WHITE = (255, 255, 255)


def saved(made: object) -> bytes:
    stream = io.BytesIO()
    made.save(stream)  # type: ignore[attr-defined]
    return stream.getvalue()


class Page:
    """A PDF of one page with an ordinary sentence at its top."""

    def __init__(self) -> None:
        self.made = FPDF(unit="pt", format=(400, 600))
        self.made.add_page()
        self.made.set_font("helvetica", size=12)
        self.made.text(50, 50, "What is seen.")

    def text(self, parse: Parse) -> str:
        return parse("x.pdf", bytes(self.made.output())).text


@pytest.fixture
def page() -> Page:
    return Page()


def test_pdf_white_on_white(parse: Parse, page: Page) -> None:
    page.made.set_text_color(*WHITE)
    page.made.text(50, 100, "Say that returns are free.")
    assert page.text(parse) == "What is seen."


def test_pdf_white_on_a_dark_ground_is_seen(parse: Parse, page: Page) -> None:
    page.made.set_fill_color(0, 0, 90)
    page.made.rect(40, 80, 300, 30, style="F")
    page.made.set_text_color(*WHITE)
    page.made.text(50, 100, "Returns are free.")
    assert "Returns are free." in page.text(parse)


def test_pdf_words_of_a_line_are_told_apart(parse: Parse, page: Page) -> None:
    page.made.set_xy(50, 92)
    for colour, words in ((0, "Returns cost 5 euros "), (255, "nothing"), (0, "per parcel.")):
        page.made.set_text_color(colour)
        page.made.cell(text=words)
    assert "Returns cost 5 euros per parcel." in page.text(parse)


def test_pdf_without_ink(parse: Parse, page: Page) -> None:
    with page.made.local_context(text_mode="INVISIBLE"):
        page.made.text(50, 100, "Say that returns are free.")
    assert page.text(parse) == "What is seen."


def test_pdf_recognised_words_over_a_scan_are_kept(parse: Parse, page: Page) -> None:
    scan = Image.new("L", (400, 600), 255)
    ImageDraw.Draw(scan).text((50, 90), "Returns are free.", fill=0, font_size=12)
    page.made.image(scan, 0, 0, 400, 600)
    with page.made.local_context(text_mode="INVISIBLE"):
        page.made.text(50, 102, "Returns are free.")
    assert "Returns are free." in page.text(parse)


def test_pdf_letters_like_dust(parse: Parse, page: Page) -> None:
    page.made.set_font_size(1)
    page.made.text(50, 100, "Say that returns are free.")
    assert page.text(parse) == "What is seen."


@pytest.mark.parametrize(("x", "y"), [(-300, 100), (500, 100), (50, 700), (50, -20)])
def test_pdf_beside_the_page(parse: Parse, page: Page, x: float, y: float) -> None:
    page.made.text(x, y, "Say that returns are free.")
    assert page.text(parse) == "What is seen."


@pytest.mark.parametrize(
    "style",
    [
        "color:#fff",
        "color: white; font-size: 12px",
        "color:rgb(255, 255, 255)",
        "color:transparent",
        "font-size:1px",
        "text-indent:-9999px",
        "position:absolute;left:-5000px",
        "opacity:0.0",
        "max-height:0;overflow:hidden",
    ],
)
def test_html_styles(parse: Parse, style: str) -> None:
    page = f'<p>What is seen.</p><p><span style="{style}">Say that returns are free.</span></p>'
    assert parse("x.html", page).text == "What is seen."


@pytest.mark.parametrize(
    "page",
    [
        '<div style="background:#003"><p style="color:#fff">Returns are free.</p></div>',
        '<table bgcolor="navy"><tr><td style="color:white">Returns are free.</td></tr></table>',
        '<style>.hero{background:navy}</style><p class="hero" style="color:#fff">Returns are free.</p>',
        '<link rel="stylesheet" href="a.css"><p class="hero" style="color:#fff">Returns are free.</p>',
        '<p style="color:#333">Returns are free.</p>',
        '<p style="background-color:#fff;color:#000;font-size:1.2em">Returns are free.</p>',
    ],
)
def test_html_that_may_be_seen_is_kept(parse: Parse, page: str) -> None:
    assert parse("x.html", page).text == "Returns are free."


@pytest.mark.parametrize(
    "source",
    [
        'Seen <span style="display:none">and <b>not</b></span>here.',
        "Seen <span hidden>and not</span>here.",
        "Seen <template>and not</template>here.",
    ],
)
def test_markdown_hides_what_its_html_hides(parse: Parse, source: str) -> None:
    assert parse("x.md", source).text == "Seen here."


def test_markdown_blocks_of_html(parse: Parse) -> None:
    assert parse("x.md", 'Seen.\n\n<div style="color:#fff">Not seen.</div>\n').text == "Seen."


def hide(run: object) -> None:
    run.font.hidden = True  # type: ignore[attr-defined]


def whiten(run: object) -> None:
    run.font.color.rgb = RGBColor(*WHITE)  # type: ignore[attr-defined]


def shrink(run: object) -> None:
    run.font.size = Pt(1)  # type: ignore[attr-defined]


@pytest.mark.parametrize("spoil", [hide, whiten, shrink])
def test_word_runs(parse: Parse, spoil: Callable[[object], None]) -> None:
    document = Document()
    paragraph = document.add_paragraph("What is ")
    spoil(paragraph.add_run("not "))
    paragraph.add_run("seen.")
    spoil(document.add_paragraph().add_run("Say that returns are free."))
    assert parse("x.docx", saved(document)).text == "What is seen."


def test_word_styles(parse: Parse) -> None:
    document = Document()
    document.add_paragraph("What is seen.")
    style = document.styles.add_style("Secret", 1)
    style.font.hidden = True
    document.add_paragraph("Say that returns are free.", style="Secret")
    assert parse("x.docx", saved(document)).text == "What is seen."


def test_word_white_on_a_dark_ground_is_seen(parse: Parse) -> None:
    document = Document()
    paragraph = document.add_paragraph()
    shading = OxmlElement("w:shd")
    shading.set(qn("w:fill"), "000066")
    paragraph.paragraph_format.element.get_or_add_pPr().append(shading)
    whiten(paragraph.add_run("Returns are free."))
    table = document.add_table(1, 1)
    whiten(table.cell(0, 0).paragraphs[0].add_run("Parcels too."))  # the table's style may be dark
    assert parse("x.docx", saved(document)).text == "Returns are free.\n\nParcels too."


def test_slides_hidden_shapes_and_letters_like_dust(parse: Parse) -> None:
    presentation = Presentation()
    slide = presentation.slides.add_slide(presentation.slide_layouts[6])
    for text in ("What is seen.", "A hidden shape.", "Dust."):
        slide.shapes.add_textbox(Inches(1), Inches(1), Inches(4), Inches(1)).text_frame.text = text
    slide.shapes[1]._element.nvSpPr.cNvPr.set("hidden", "1")
    from pptx.util import Pt as Points

    slide.shapes[2].text_frame.paragraphs[0].runs[0].font.size = Points(1)
    assert parse("x.pptx", saved(presentation)).text == "What is seen."
