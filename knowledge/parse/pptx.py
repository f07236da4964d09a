"""PowerPoint presentations: each slide is a page under its title, tables by row, then what the speaker says."""

import io
import re
from collections.abc import Iterator
from typing import Any

from knowledge.parse.archive import refuse_bomb
from knowledge.parse.builder import TextBuilder
from knowledge.parse.charts import chart_lines
from knowledge.parse.document import ParsedDocument
from knowledge.parse.format import RawFile
from knowledge.parse.rows import table_lines

_HIDDEN = "./*[1]/p:cNvPr[@hidden='1' or @hidden='true']"
_DUST = ".//a:r[a:rPr[@sz<=150]]"  # letters of a point and a half
_DEPTH = 20  # of groups in groups
_PROGRAM_TITLE = re.compile(
    r"power ?point[ -]pr[äe]sentation|presentaci[óo]n(?: de powerpoint)?|presentation ?\d*|untitled.*|slide 1",
    re.IGNORECASE,
)


def parse_pptx(file: RawFile) -> ParsedDocument:
    """Read a .pptx; hidden slides, and what every slide repeats (date, foot, number), are left out."""
    refuse_bomb(file)
    from pptx import Presentation

    presentation = Presentation(io.BytesIO(file.data))
    builder = TextBuilder()
    slides = list(presentation.slides)
    for number, slide in enumerate(slides, start=1):
        if slide._element.get("show") not in ("0", "false"):
            builder.page(number)
            _read_slide(builder, slide)
    return builder.build(
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        _title(presentation.core_properties.title or "", slides),
    )


def _title(property_: str, slides: list[Any]) -> str:
    """The title in the properties, unless the program put it there; else the one on the title slide."""
    from pptx.enum.shapes import PP_PLACEHOLDER

    if property_.strip() and not _PROGRAM_TITLE.fullmatch(property_.strip()):
        return property_
    shape = slides[0].shapes.title if slides else None
    if shape is not None and shape.placeholder_format.type == PP_PLACEHOLDER.CENTER_TITLE:
        return str(shape.text_frame.text)
    return ""


def _read_slide(builder: TextBuilder, slide: Any) -> None:
    title = slide.shapes.title
    if title is not None:
        builder.heading(1, title.text_frame.text)
    for dust in slide.shapes._spTree.xpath(_DUST):
        dust.getparent().remove(dust)
    for shape in _shapes(slide.shapes):
        if title is not None and shape.shape_id == title.shape_id:
            continue
        if shape.has_text_frame:
            builder.block(_lines(shape))
        elif getattr(shape, "has_table", False):
            rows = _filled(shape.table)
            builder.block(table_lines(rows[0], rows[1:]) if rows else [])
        elif getattr(shape, "has_chart", False):
            builder.block(chart_lines(shape.chart))
    if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
        for paragraph in slide.notes_slide.notes_text_frame.paragraphs:
            builder.paragraph(paragraph.text)


def _shapes(shapes: Any, depth: int = 0) -> Iterator[Any]:
    """Shapes in reading order, those inside groups too, without the ones that only repeat."""
    from pptx.enum.shapes import PP_PLACEHOLDER
    from pptx.shapes.group import GroupShape

    repeated = (PP_PLACEHOLDER.DATE, PP_PLACEHOLDER.FOOTER, PP_PLACEHOLDER.SLIDE_NUMBER)
    for shape in shapes:
        if shape._element.xpath("boolean(.//p:cNvPr[1][@hidden='1' or @hidden='true'])") and not isinstance(
            shape, GroupShape
        ):
            continue
        if shape.is_placeholder and shape.placeholder_format.type in repeated:
            continue
        if isinstance(shape, GroupShape):
            if depth < _DEPTH:
                yield from _shapes(shape.shapes, depth + 1)
        else:
            yield shape


def _lines(shape: Any) -> list[str]:
    """Paragraphs of a shape; several in the place for the slide's text are a list."""
    texts = [paragraph.text for paragraph in shape.text_frame.paragraphs if paragraph.text.strip()]
    return [f"- {text}" for text in texts] if shape.is_placeholder and len(texts) > 1 else texts


def _filled(table: Any) -> list[list[str]]:
    """Rows of a table, in which a merged cell's text stands in each place that it covers."""
    rows = [[cell.text for cell in row.cells] for row in table.rows]
    for top, row in enumerate(table.rows):
        for left, cell in enumerate(row.cells):
            if not cell.is_merge_origin:
                continue
            for covered in rows[top : top + cell.span_height]:
                covered[left : left + cell.span_width] = [cell.text] * len(covered[left : left + cell.span_width])
    return rows
