"""Word documents: headings by style, lists, tables in their place, pages where Word noted them."""

import io
import re
from collections.abc import Iterator
from typing import Any

from knowledge.parse.archive import refuse_bomb
from knowledge.parse.builder import TextBuilder
from knowledge.parse.document import ParsedDocument
from knowledge.parse.docx_hidden import HiddenRuns
from knowledge.parse.format import RawFile
from knowledge.parse.rows import table_lines

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_WITH_MACROS = "application/vnd.ms-word.document.macroEnabled.main+xml"
_HEADING_STYLE = re.compile(r"heading ([1-9])", re.IGNORECASE)
_SPACES = {f"{_W}tab": "\t", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-"}


def parse_docx(file: RawFile) -> ParsedDocument:
    """Read a .docx; what is deleted under tracked changes, headers and footers are left out."""
    refuse_bomb(file)
    document = _opened(file.data)
    builder = TextBuilder()
    _Reader(document, builder).read()
    return builder.build(
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document", document.core_properties.title or ""
    )


def _opened(data: bytes) -> Any:
    """The document; one with macros too, which python-docx knows by another name and leaves alone."""
    from docx.opc.part import PartFactory
    from docx.package import Package
    from docx.parts.document import DocumentPart

    PartFactory.part_type_for[_WITH_MACROS] = DocumentPart
    return Package.open(io.BytesIO(data)).main_document_part.document


class _Reader:
    def __init__(self, document: Any, builder: TextBuilder) -> None:
        self._document = document
        self._builder = builder
        self._items: list[str] = []
        self._page = 1
        self._paged = bool(document.element.body.findall(f".//{_W}lastRenderedPageBreak"))
        self._styles = _heading_levels(document)
        self._hidden = HiddenRuns(document.styles.element)

    def read(self) -> None:
        if self._paged:
            self._builder.page(1)
        for element in _blocks(self._document.element.body):
            if element.tag == f"{_W}tbl":
                self._end_list()
                self._builder.block(table_lines(*_table(element, self._hidden)))
            else:
                self._paragraph(element)
            self._count_pages(element)
        self._end_list()

    def _paragraph(self, element: Any) -> None:
        text = _text(element, self._hidden)
        level = self._level(element)
        if level is None and element.find(f"{_W}pPr/{_W}numPr") is not None and text.strip():
            self._items.append(f"- {' '.join(text.split())}")
            return
        self._end_list()
        if level is not None:
            self._builder.heading(level, text)
        else:
            self._builder.block(text.split("\n"))

    def _level(self, element: Any) -> int | None:
        outline = element.find(f"{_W}pPr/{_W}outlineLvl")
        if outline is not None and outline.get(f"{_W}val", "9") < "9":
            return int(outline.get(f"{_W}val")) + 1
        style = element.find(f"{_W}pPr/{_W}pStyle")
        return self._styles.get(style.get(f"{_W}val")) if style is not None else None

    def _end_list(self) -> None:
        self._builder.block(self._items)
        self._items = []

    def _count_pages(self, element: Any) -> None:
        if self._paged:
            breaks = sum(1 for _ in element.iter(f"{_W}lastRenderedPageBreak"))
            self._page += breaks
            if breaks:
                self._builder.page(self._page)


def _heading_levels(document: Any) -> dict[str, int]:
    """Style id -> heading level; Word keeps the English names of its own styles in every language."""
    levels = {}
    for style in document.styles.element.findall(f"{_W}style"):
        name = style.find(f"{_W}name")
        title = (name.get(f"{_W}val") if name is not None else "") or ""
        found = _HEADING_STYLE.fullmatch(title)
        if found or title.lower() == "title":
            levels[style.get(f"{_W}styleId")] = int(found.group(1)) if found else 1
    return levels


def _blocks(parent: Any) -> Iterator[Any]:
    """Paragraphs and tables in order, also those inside content controls."""
    for element in parent:
        if element.tag in (f"{_W}p", f"{_W}tbl"):
            yield element
        elif element.tag in (f"{_W}sdt", f"{_W}sdtContent", f"{_W}customXml", f"{_W}ins"):
            yield from _blocks(element)


def _text(element: Any, hidden: HiddenRuns) -> str:
    """Text of a paragraph or cell, insertions included; text boxes are stored twice, the fallback copy is skipped."""
    parts: list[str] = []
    skipped = {id(each) for fallback in element.iter(_FALLBACK) for each in fallback.iter()}
    for node in element.iter():
        if id(node) in skipped:
            continue
        if node.tag == f"{_W}t" and not hidden.holds(node):
            parts.append(node.text or "")
        elif node.tag in _SPACES:
            parts.append(_SPACES[node.tag])
        elif node.tag == f"{_W}p" and node is not element and parts:
            parts.append("\n")
    return "".join(parts)


def _table(element: Any, hidden: HiddenRuns) -> tuple[list[str], list[list[str]]]:
    rows = []
    for row in element.iterchildren(f"{_W}tr"):
        rows.append([" ".join(_text(cell, hidden).split()) for cell in row.iter(f"{_W}tc") if cell.getparent() is row])
    return (rows[0], rows[1:]) if rows else ([], [])
