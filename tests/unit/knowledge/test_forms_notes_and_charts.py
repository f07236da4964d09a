"""What is in a document beside its text: filled-in fields, notes, charts; and files that carry macros."""

import io
import zipfile
from collections.abc import Callable

from docx import Document
from fpdf import FPDF
from openpyxl import Workbook
from openpyxl.chart import BarChart, Reference
from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches

from knowledge.parse.document import ParsedDocument
from knowledge.testing.pdf import raw_pdf

Parse = Callable[[str, bytes | str], ParsedDocument]


def saved(made: object) -> bytes:
    stream = io.BytesIO()
    made.save(stream)  # type: ignore[attr-defined]
    return stream.getvalue()


def renamed(data: bytes, old: str, new: str) -> bytes:
    """The archive with another content type for its main part, and a macro beside it."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(stream, "w") as target:
        for name in source.namelist():
            target.writestr(name, source.read(name).replace(old.encode(), new.encode()))
        target.writestr("customXml/vbaProject.bin", b"\xd0\xcf\x11\xe0 Sub AutoOpen()")
    return stream.getvalue()


def form(*widgets: bytes, text: bytes = b"") -> bytes:
    """A PDF page with these annotations, the first object of the form."""
    first = 6
    numbers = b" ".join(b"%d 0 R" % (first + place) for place in range(len(widgets)))
    return raw_pdf(
        b"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[%s]>>>>" % numbers,
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 400 600]/Contents 4 0 R/Annots[%s]"
        b"/Resources<</Font<</F 5 0 R>>>>>>" % numbers,
        b"<</Length %d>>stream\n%s\nendstream" % (len(text), text),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        *widgets,
    )


def widget(more: bytes, flags: int = 4) -> bytes:
    return b"<</Type/Annot/Subtype/Widget/Rect[50 500 200 520]/F %d%s>>" % (flags, more)


def test_fields_that_are_filled_in(parse: Parse) -> None:
    parsed = parse(
        "form.pdf",
        form(
            widget(b"/FT/Tx/T(surname)/TU(Family name)/V(Ib\xe1\xf1ez)"),
            widget(b"/FT/Tx/T(empty)"),
            widget(b"/FT/Ch/T(unit)/Ff 131072/V(Sales)/Opt[(Sales)(Stock)]"),
            widget(b"/FT/Btn/T(agreed)/V/Yes/AS/Yes/AP<</N<</Yes null/Off null>>>>"),
            widget(b"/FT/Btn/T(refused)/V/Off/AS/Off/AP<</N<</Yes null/Off null>>>>"),
            widget(b"/FT/Tx/T(pin)/Ff 8192/V(1234)"),
            widget(b"/FT/Tx/T(secret)/V(hidden)", flags=2),
        ),
    )
    assert parsed.text.split("\n") == ["Family name: Ibáñez", "unit: Sales", "agreed: Yes"]
    box = parsed.boxes[0].box
    assert (box.page, box.left, box.top, box.right, box.bottom) == (1, 50, 80, 200, 100)


def test_notes_come_after_the_page(parse: Parse) -> None:
    made = FPDF()
    for text in ("First page.", "Second page."):
        made.add_page()
        made.set_font("helvetica", size=11)
        made.cell(text=text)
        made.text_annotation(50, 50, f"A note on it: {text}")
    assert parse("x.pdf", bytes(made.output())).text.split("\n\n") == [
        "First page.",
        "A note on it: First page.",
        "Second page.",
        "A note on it: Second page.",
    ]


def test_a_script_in_a_form_does_nothing(parse: Parse) -> None:
    script = b"/AA<</C<</S/JavaScript/JS(event.value = 'changed')>>/F<</S/JavaScript/JS(event.value = 'changed')>>>>"
    assert parse("x.pdf", form(widget(b"/FT/Tx/T(sum)/V(5)" + script))).text == "sum: 5"


def test_charts_on_slides(parse: Parse) -> None:
    presentation = Presentation()
    slide = presentation.slides.add_slide(presentation.slide_layouts[6])
    data = CategoryChartData()
    data.categories = ["2025", "2026"]
    data.add_series("Sales", (10.5, 12))
    data.add_series("Costs", (8, None))
    frame = slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, Inches(1), Inches(1), Inches(5), Inches(4), data)
    frame.chart.has_title = True
    frame.chart.chart_title.text_frame.text = "In million euros"
    assert parse("x.pptx", saved(presentation)).text.split("\n") == [
        "In million euros",
        "2025 | Sales: 10.5 | Costs: 8",
        "2026 | Sales: 12",
    ]


def test_charts_of_a_workbook(parse: Parse) -> None:
    book = Workbook()
    for row in (["Year", "Sales"], ["2025", 10], ["2026", 12]):
        book.active.append(row)
    chart = BarChart()
    chart.title = "Sales by year"
    chart.add_data(Reference(book.active, min_col=2, min_row=1, max_row=3), titles_from_data=True)
    book.active.add_chart(chart)
    assert "Sales by year" in parse("x.xlsx", saved(book)).text.split("\n")


def test_files_with_macros_are_read_like_those_without(parse: Parse) -> None:
    document, slides, book = Document(), Presentation(), Workbook()
    document.add_paragraph("In Word.")
    slides.slides.add_slide(slides.slide_layouts[5]).shapes.title.text = "On a slide."
    book.active.append(["On a sheet."])
    main = "vnd.openxmlformats-officedocument"
    for name, made, old, new in (
        ("x.docm", document, f"{main}.wordprocessingml.document.main", "vnd.ms-word.document.macroEnabled.main"),
        (
            "x.pptm",
            slides,
            f"{main}.presentationml.presentation.main",
            "vnd.ms-powerpoint.presentation.macroEnabled.main",
        ),
        ("x.xlsm", book, f"{main}.spreadsheetml.sheet.main", "vnd.ms-excel.sheet.macroEnabled.main"),
    ):
        text = parse(name, renamed(saved(made), old, new)).text
        assert text in ("In Word.", "On a slide.", "On a sheet.")
    assert parse("plain.docx", saved(document)).text == "In Word."
