"""PDF: text by page; paragraphs, headings and running heads are told by place and size of the letters."""

import re
from collections import Counter
from dataclasses import dataclass, replace
from itertools import groupby

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from knowledge.errors import ParseError
from knowledge.parse.builder import Placed, TextBuilder
from knowledge.parse.document import PageBox, ParsedDocument
from knowledge.parse.format import RawFile
from knowledge.parse.pdf_hidden import Visibility
from knowledge.parse.pdf_lines import Line, PageFrame, lines_of
from knowledge.parse.pdf_notes import notes_of
from knowledge.parse.pdf_scans import Scans
from knowledge.parse.pdf_tables import PdfTable, tables_of
from knowledge.parse.tables import add_pairs, add_table

_BULLET = re.compile(r"(?:[-*•–▪●◦·]|\(?\d{1,3}[.)]|\(?[a-z]\))\s")
_ENDS_SENTENCE = re.compile(r"[.!?:;…][\"'»”’)]*$")
_HEADING_LENGTH = 120
_MARGIN_LINES = 2
_MAX_PAGES = 20_000  # a file of 300 bytes can claim a million


_TableAbove = tuple[PdfTable, list[str]]


def parse_pdf(file: RawFile) -> ParsedDocument:
    """Read a PDF: its text, what is filled into its forms, and the notes on it; scanned pages by `file.recogniser`."""
    try:
        document = pdfium.PdfDocument(file.data)
    except pdfium.PdfiumError as error:
        raise ParseError(_refusal(file.name, str(error))) from error
    try:
        if len(document) > _MAX_PAGES:
            raise ParseError(f"{file.name} claims {len(document)} pages; at most {_MAX_PAGES} are read. Split it.")
        title = document.get_metadata_dict().get("Title", "")
        file.tell_pages(len(document))
        scans = Scans(file)
        if document.get_formtype() != raw.FORMTYPE_NONE:
            document.init_forms()
        pages = [_page(document, number, scans) for number in range(len(document))]
    finally:
        document.close()
    text = _without_running_heads([page.lines for page in pages])
    builder = TextBuilder()
    levels = _heading_levels(text, _body_size(text))
    above: _TableAbove | None = None
    for number, (lines, page) in enumerate(zip(text, pages, strict=True), start=1):
        builder.page(number)
        above = _read_page(builder, lines, levels, above)
        builder.block(page.notes)
    return replace(builder.build("application/pdf", title if _is_title(title) else ""), scans=scans.left)


def _refusal(name: str, reason: str) -> str:
    if "password" in reason.lower():
        return f"{name} is protected by a password. Save a copy without the password and add that."
    return f"{name} is not a readable PDF ({reason.rstrip('.')}). Open it in a PDF viewer and save it again."


def _is_title(title: str) -> bool:
    """Not what programs put there by themselves."""
    return bool(title.strip()) and not re.search(
        r"\.(?:docx?|pdf|tex|dvi|indd|qxd|xlsx?|pptx?)$|^untitled|^microsoft", title, re.I
    )


@dataclass(frozen=True, slots=True)
class _Page:
    lines: list[Line]
    notes: list[Placed]


def _page(document: pdfium.PdfDocument, number: int, scans: Scans) -> _Page:
    """The lines of a page, and what people added to it; a page that cannot be read counts as empty."""
    try:
        page = document[number]
        text_page = page.get_textpage()
    except pdfium.PdfiumError:
        return _Page([], [])
    try:
        frame = PageFrame(page, number + 1)
        measured = list(lines_of(text_page, frame, Visibility(page, text_page, frame).shows))
        lines = [line for line, _ in measured]
        for table in tables_of(page, text_page, [words for _, words in measured], frame.box):
            for place in range(table.first, table.end):
                lines[place] = replace(lines[place], table=table)
        return _Page(lines or scans.lines(page, number + 1), notes_of(document, page, frame))
    finally:
        text_page.close()
        page.close()


def _without_running_heads(pages: list[list[Line]]) -> list[list[Line]]:
    """Drop first and last lines that come back, apart from their numbers, on at least half of the pages."""
    if len(pages) < 3:
        return pages
    body = _body_size(pages)
    seen: Counter[str] = Counter()
    for lines in pages:
        seen.update({_numberless(lines[place]) for place in _edges(lines) if lines[place].size <= body})
    running = {text for text, count in seen.items() if count >= max(3, (len(pages) + 1) // 2)}
    kept = []
    for lines in pages:
        drop = {place for place in _edges(lines) if _numberless(lines[place]) in running}
        kept.append([line for place, line in enumerate(lines) if place not in drop])
    return kept


def _edges(lines: list[Line]) -> set[int]:
    """Places of the lines that may be a running head or foot: the outermost two, one on a page of few lines."""
    depth = _MARGIN_LINES if len(lines) > 3 * _MARGIN_LINES else 1
    return {*range(min(depth, len(lines))), *range(max(0, len(lines) - depth), len(lines))}


def _numberless(line: Line) -> str:
    """What tells a running head; a table is one only as a whole, as its rows may differ by their numbers alone."""
    text = str(line.table.rows) if line.table and line.table.has_header else line.text
    return re.sub(r"\d+", "#", text)


def _body_size(pages: list[list[Line]]) -> float:
    sizes: Counter[float] = Counter()
    for lines in pages:
        for line in lines:
            sizes[line.size] += len(line.text)
    return sizes.most_common(1)[0][0] if sizes else 0.0


def _heading_levels(pages: list[list[Line]], body: float) -> dict[float, int]:
    """The larger sizes that short lines are set in, largest first; four levels at most."""
    larger = {line.size for lines in pages for line in lines if line.size > body * 1.12 and _short(line)}
    return {size: min(rank, 4) for rank, size in enumerate(sorted(larger, reverse=True), start=1)}


def _short(line: Line) -> bool:
    return len(line.text) <= _HEADING_LENGTH and any(char.isalpha() for char in line.text)


def _read_page(
    builder: TextBuilder, lines: list[Line], levels: dict[float, int], above: _TableAbove | None
) -> _TableAbove | None:
    """Add a page; `above` and what is returned: the table that ends a page, and the names of its columns."""
    widest = max((line.right for line in lines), default=0.0)
    text: list[Line] = []
    ending: _TableAbove | None = None
    for table, group in groupby(lines, key=lambda line: line.table):
        part = list(group)
        goes_on = above and table and table.goes_on_from(above[0]) and len(text) <= _MARGIN_LINES
        names = above[1] if above and goes_on else []
        whole = table is not None and 2 * len(part) >= table.end - table.first
        if table and whole and table.names_rows:
            _read_lines(builder, text, levels, widest)
            add_pairs(builder, table.rows, table.boxes)
            above, text = None, []
        elif table and whole and (names or table.has_header):
            _read_lines(builder, text, levels, widest)
            ending, above, text = (table, add_table(builder, table.rows, names, table.boxes)), None, []
        else:
            text += part
    _read_lines(builder, text, levels, widest)
    return ending if len(text) <= _MARGIN_LINES else None


def _read_lines(builder: TextBuilder, lines: list[Line], levels: dict[float, int], widest: float) -> None:
    block: list[list[tuple[str, PageBox | None]]] = []
    previous: Line | None = None
    for line in lines:
        if line.size in levels and _short(line):
            builder.block(block)
            block = []
            builder.heading(levels[line.size], line.text, line.pieces)
            previous = None
            continue
        if previous is None or _far_apart(previous, line):
            builder.block(block)
            block = [list(line.pieces)]
        elif _continues(previous, line, widest):
            block[-1].extend(line.pieces)
        else:
            block.append(list(line.pieces))
        previous = line
    builder.block(block)


def _far_apart(above: Line, below: Line) -> bool:
    """More white space between two lines than a line is high, or a new column."""
    gap = above.bottom - below.top
    return gap > 0.7 * max(above.size, 4.0) or gap < -3 * max(above.size, 4.0)


def _continues(above: Line, below: Line, widest: float) -> bool:
    if _BULLET.match(below.text) or abs(above.size - below.size) > 0.6:
        return False
    return above.right > 0.85 * widest or not (_ENDS_SENTENCE.search(above.text) or below.text[:1].isupper())
