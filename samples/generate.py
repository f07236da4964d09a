"""Writes the PDF and DOCX documents of the demo organisation from the Markdown in sources/.

    python samples/generate.py            # into samples/corpus
    python samples/generate.py OTHER_DIR

`sources/hr/code.pdf.md` becomes `corpus/hr/code.pdf`. The output is the same bytes on every run: dates come
from the source, and nothing is compressed, so it does not depend on the zlib in use. The PDF text is cp1252
(WinAnsi), which holds Spanish and the euro sign with the fonts every PDF reader has; other characters are refused.
"""

import io
import sys
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from docx import Document
from docx.document import Document as DocumentObject
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph
from fpdf import FPDF, FontFace
from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

HERE = Path(__file__).resolve().parent
SOURCES = HERE / "sources"
CORPUS = HERE / "corpus"
COMPANY = "Quillemar"
ZIP_DATE = (2026, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Source:
    """A Markdown source: `key: value` lines, a blank line, then the text."""

    meta: dict[str, str]
    tree: SyntaxTreeNode

    @property
    def date(self) -> datetime:
        return datetime.fromisoformat(self.meta["date"]).replace(tzinfo=UTC)


@dataclass(frozen=True)
class Block:
    """One heading, paragraph, list item or table; `level` is the heading's, or the number of the list item.

    `runs` are (text, bold) pairs; `rows` are the cells of a table, the first row its heading.
    """

    kind: str
    level: int = 0
    runs: list[tuple[str, bool]] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)


def read_source(path: Path) -> Source:
    head, _, body = path.read_text(encoding="utf-8").partition("\n\n")
    meta = dict(line.split(": ", 1) for line in head.splitlines())
    return Source(meta, SyntaxTreeNode(MarkdownIt("commonmark").enable("table").parse(body)))


def runs_of(inline: SyntaxTreeNode, bold: bool = False) -> list[tuple[str, bool]]:
    runs: list[tuple[str, bool]] = []
    for child in inline.children:
        if child.type == "strong":
            runs += runs_of(child, bold=True)
        elif child.type == "text":
            runs.append((child.content, bold))
        elif child.type == "softbreak":
            runs.append((" ", bold))
        else:
            raise ValueError(f"{child.type} is not supported in a source; use plain or **bold** text")
    return [run for run in runs if run[0]]


def cells_of(row: SyntaxTreeNode) -> list[str]:
    return ["".join(text for text, _ in runs_of(cell.children[0])) if cell.children else "" for cell in row.children]


def blocks_of(root: SyntaxTreeNode) -> Iterator[Block]:
    for node in root.children:
        if node.type in ("bullet_list", "ordered_list"):
            for number, item in enumerate(node.children, start=1):
                yield Block(node.type.removesuffix("_list"), number, runs_of(item.children[0].children[0]))
        elif node.type == "table":
            yield Block("table", rows=[cells_of(row) for part in node.children for row in part.children])
        elif node.type == "heading":
            yield Block("heading", int(node.tag[1]), runs_of(node.children[0]))
        else:
            yield Block("paragraph", 0, runs_of(node.children[0]))


class CompanyPdf(FPDF):
    """A4 pages with the document's reference above and the page number below."""

    def __init__(self, source: Source) -> None:
        super().__init__()
        self.core_fonts_encoding = "cp1252"
        self.source = source
        self.set_compression(False)
        self.set_margins(25, 22)
        self.set_auto_page_break(True, margin=24)
        self.set_creation_date(source.date)
        self.set_producer(COMPANY)
        self.set_author(COMPANY)
        self.set_title(source.meta["title"])
        self.set_lang(source.meta["lang"])
        self.add_page()

    def header(self) -> None:
        self.set_font("Helvetica", size=8)
        self.cell(0, 5, f"{COMPANY} · {self.source.meta['reference']}", align="R", new_x="LMARGIN", new_y="NEXT")
        self.ln(4)

    def footer(self) -> None:
        self.set_y(-16)
        self.set_font("Helvetica", size=8)
        page = "Página" if self.source.meta["lang"] == "es" else "Page"
        self.cell(0, 5, f"{page} {self.page_no()}", align="C")

    def text_block(self, block: Block, prefix: str = "", indent: float = 0) -> None:
        text = "".join(f"**{part}**" if bold else part for part, bold in block.runs)
        self.set_font("Helvetica", size=11)
        if prefix:
            self.set_x(self.l_margin + indent)
            self.cell(7, 5.8, prefix)
        self.multi_cell(0, 5.8, text, align="L", markdown=True, new_x="LMARGIN", new_y="NEXT")
        self.ln(1 if prefix else 2.4)

    def heading_block(self, block: Block) -> None:
        if self.will_page_break(30):
            self.add_page()
        self.ln(2)
        self.set_font("Helvetica", "B", {1: 18, 2: 14}.get(block.level, 12))
        text = "".join(part for part, _ in block.runs)
        self.multi_cell(0, 8, text, align="L", new_x="LMARGIN", new_y="NEXT")
        self.ln(1.6)

    def table_block(self, block: Block) -> None:
        self.set_font("Helvetica", size=10)
        widths = column_widths(block.rows)
        bold = FontFace(emphasis="BOLD", fill_color=(230, 236, 240))
        with self.table(col_widths=widths, line_height=5.6, text_align="LEFT", padding=1, headings_style=bold) as table:
            for cells in block.rows:
                table.row(cells)
        self.ln(4)


def column_widths(rows: list[list[str]]) -> tuple[int, ...]:
    """Widths after the longest cell of each column, at most 40 and never less than its longest word needs."""
    widths = []
    for column in zip(*rows, strict=True):
        longest_word = max(len(word) for cell in column for word in cell.split() or [""])
        widths.append(max(9, longest_word + 4, min(40, max(map(len, column)))))
    return tuple(widths)


def write_pdf(source: Source) -> bytes:
    pdf = CompanyPdf(source)
    previous = ""
    for block in blocks_of(source.tree):
        if previous in ("bullet", "ordered") and block.kind != previous:
            pdf.ln(1.4)
        previous = block.kind
        if block.kind == "heading":
            pdf.heading_block(block)
        elif block.kind == "table":
            pdf.table_block(block)
        elif block.kind == "bullet":
            pdf.text_block(block, "•", 3)
        elif block.kind == "ordered":
            pdf.text_block(block, f"{block.level}.", 3)
        else:
            pdf.text_block(block)
    return bytes(pdf.output())


def add_runs(paragraph: Paragraph, block: Block) -> None:
    for text, bold in block.runs:
        paragraph.add_run(text).bold = bold or None


def write_docx(source: Source) -> bytes:
    document = Document()
    drop_unused_parts(document)
    set_properties(document, source)
    for block in blocks_of(source.tree):
        if block.kind == "heading":
            add_runs(document.add_heading(level=block.level), block)
        elif block.kind == "table":
            add_table(document, block.rows)
        else:
            style = {"bullet": "List Bullet", "ordered": "List Number"}.get(block.kind)
            add_runs(document.add_paragraph(style=style), block)
    document.sections[0].header.paragraphs[0].text = f"{COMPANY} · {source.meta['reference']}"
    buffer = io.BytesIO()
    document.save(buffer)
    return with_fixed_dates(buffer.getvalue())


def drop_unused_parts(document: DocumentObject) -> None:
    """Leave out what the library's template carries and these documents do not use; it is most of the size."""
    for owner in (document.part, document.part.package):
        for key in [k for k, rel in owner.rels.items() if rel.reltype.endswith(("stylesWithEffects", "thumbnail"))]:
            del owner.rels[key]
    for style in list(document.styles):
        if style.type == WD_STYLE_TYPE.TABLE and style.name not in ("Normal Table", "Table Grid"):
            style.delete()


def set_properties(document: DocumentObject, source: Source) -> None:
    properties = document.core_properties
    properties.title, properties.language = source.meta["title"], source.meta["lang"]
    properties.author = properties.last_modified_by = COMPANY
    properties.comments = ""
    properties.created = properties.modified = source.date.replace(tzinfo=None)
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), {"es": "es-ES", "en": "en-IE"}[source.meta["lang"]])
    document.styles["Normal"].element.get_or_add_rPr().append(language)


def add_table(document: DocumentObject, rows: list[list[str]]) -> None:
    table = document.add_table(rows=len(rows), cols=len(rows[0]), style="Table Grid")
    for row, cells in zip(table.rows, rows, strict=True):
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = text
    for cell in table.rows[0].cells:
        cell.paragraphs[0].runs[0].bold = True
    document.add_paragraph()


def with_fixed_dates(package: bytes) -> bytes:
    """The same zip with fixed member dates and no compression."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as new:
        for name in old.namelist():
            member = zipfile.ZipInfo(name, ZIP_DATE)
            member.create_system = 0
            new.writestr(member, old.read(name))
    return buffer.getvalue()


WRITERS: dict[str, Callable[[Source], bytes]] = {".pdf": write_pdf, ".docx": write_docx}


def generate(target: Path) -> list[Path]:
    """Write every generated document under `target`; return their paths relative to it."""
    written = []
    for path in sorted(SOURCES.rglob("*.md")):
        relative = path.relative_to(SOURCES).with_suffix("")
        output = target / relative
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_bytes(WRITERS[relative.suffix](read_source(path)))
        written.append(relative)
    return written


if __name__ == "__main__":
    for name in generate(Path(sys.argv[1]) if len(sys.argv) > 1 else CORPUS):
        print(name)
