"""HTML: the text of the page without its navigation, scripts and hidden parts."""

import codecs
import re
from collections.abc import Sequence

from selectolax.lexbor import LexborHTMLParser, LexborNode

from knowledge.parse.builder import TextBuilder
from knowledge.parse.clean import clean_text, one_line
from knowledge.parse.document import ParsedDocument
from knowledge.parse.format import RawFile
from knowledge.parse.html_hidden import drop_hidden
from knowledge.parse.rows import table_lines
from knowledge.parse.text import decode

_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w-]{2,30})", re.IGNORECASE)
_BOILERPLATE = "nav,footer,aside,[role=navigation],[role=contentinfo],[role=banner],[role=search],[role=complementary]"
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_BLOCK_TAGS = """
    address article aside blockquote body center dd details div dl dt fieldset figcaption figure footer form header hr
    html legend li main nav ol p pre section summary table tbody td tfoot th thead tr ul
"""
_BLOCKS = frozenset(_BLOCK_TAGS.split()) | frozenset(_HEADINGS)


def parse_html(file: RawFile) -> ParsedDocument:
    """Read a page; where it marks its main part, only that."""
    tree = LexborHTMLParser(clean_text(decode_html(file.data)))
    title_node = tree.css_first("title")
    title = one_line(title_node.text()) if title_node else ""
    drop_hidden(tree)
    return _read(tree, title)


def add_html(builder: TextBuilder, source: str) -> None:
    """Add what a page or a fragment shows, boilerplate included, to what `builder` holds."""
    tree = LexborHTMLParser(clean_text(source))
    drop_hidden(tree)
    if tree.body:
        _walk(tree.body, builder)


def decode_html(data: bytes) -> str:
    """A page's text, in the encoding it declares."""
    found = _CHARSET.search(data[:4096])
    if found and not data.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")):
        try:
            return data.decode(codecs.lookup(found.group(1).decode("ascii")).name)
        except (LookupError, UnicodeDecodeError):
            pass
    return decode(data)


def html_text(fragment: str) -> list[str]:
    """The visible lines of a fragment of HTML, as found inside Markdown."""
    tree = LexborHTMLParser(fragment)
    drop_hidden(tree)
    return _walk(tree.body).build("text/html").text.split("\n") if tree.body else []


def _read(tree: LexborHTMLParser, title: str) -> ParsedDocument:
    whole = tree.body
    if whole is None:
        return TextBuilder().build("text/html", title)
    unabridged = whole.html or ""
    for node in whole.css(_BOILERPLATE):
        node.decompose()
    main = whole.css("main,[role=main]") or whole.css("article")
    for part in (main[0] if len(main) == 1 else whole, whole):
        builder = _walk(part)
        if builder.length:
            return builder.build("text/html", _title(builder, title))
    return _walk(LexborHTMLParser(unabridged).body or whole).build("text/html", title)


def _title(builder: TextBuilder, title: str) -> str:
    """The only top heading, if there is one: page titles often carry the site's name as well."""
    tops = [heading.text for heading in builder.headings if heading.level == 1]
    return tops[0] if len(tops) == 1 else title


class _Page:
    """Collects inline text and hands it on as blocks."""

    def __init__(self, builder: TextBuilder) -> None:
        self.builder = builder
        self._inline: list[str] = []
        self._items: list[str] = []
        self._lists = 0

    def text(self, text: str) -> None:
        self._inline.append(text)

    def flush(self) -> None:
        lines = "".join(self._inline).split("\u2028")
        self._inline = []
        if self._lists:
            self._items.extend(lines)
        else:
            self.builder.block(lines)

    def enter_list(self, steps: int) -> None:
        self.flush()
        self._lists += steps
        if not self._lists:
            self.builder.block(self._items)
            self._items = []

    def lines(self, lines: Sequence[str]) -> None:
        self.flush()
        if self._lists:
            self._items.extend(lines)
        else:
            self.builder.block(lines)

    def heading(self, level: int, text: str) -> None:
        self.flush()
        if self._lists:
            self._items.append(text)
        else:
            self.builder.heading(level, text)


def _walk(root: LexborNode, builder: TextBuilder | None = None) -> TextBuilder:
    """Depth first with an own stack: pages nest deeper than Python's."""
    page = _Page(builder or TextBuilder())
    stack: list[LexborNode | str] = [root]
    while stack:
        node = stack.pop()
        if isinstance(node, str):
            _leave(page, node)
        elif node.is_text_node:
            page.text(re.sub(r"\s+", " ", node.text_content or ""))
        elif node.is_element_node or node.is_document_node:
            stack.extend(_enter(page, node))
    page.flush()
    return page.builder


def _enter(page: _Page, node: LexborNode) -> list[LexborNode | str]:
    """Start an element; returns what is to be visited, last first."""
    tag = node.tag or ""
    if tag in _HEADINGS:
        page.heading(_HEADINGS[tag], node.text(separator=" "))
        return []
    if tag == "pre":
        page.lines((node.text() or "").split("\n"))
        return []
    if tag == "table" and _is_data(node):
        page.lines(_table(node))
        return []
    if tag == "br":
        page.text("\u2028")
        return []
    if tag in _BLOCKS:
        page.flush()
    if tag in ("ul", "ol"):
        page.enter_list(1)
    elif tag == "li":
        page.text("- ")
    return [*([tag] if tag in _BLOCKS else []), *_children(node)]


def _leave(page: _Page, tag: str) -> None:
    if tag in ("ul", "ol"):
        page.enter_list(-1)
    else:
        page.flush()


def _children(node: LexborNode) -> list[LexborNode]:
    children = list(node.iter(include_text=True))
    children.reverse()
    return children


def _is_data(table: LexborNode) -> bool:
    """A table of values, not one that only arranges the page."""
    return not table.css("table table, h1, h2, h3, ul, p + p") and len(table.css("tr")) > 1


def _table(table: LexborNode) -> list[str]:
    caption = table.css_first("caption")
    rows: list[list[str]] = []
    header: list[str] = []
    for row in table.css("tr"):
        cells = [cell for cell in row.iter() if cell.tag in ("td", "th")]
        values = [one_line(cell.text(separator=" ")) for cell in cells]
        if not rows and not header and cells and all(cell.tag == "th" for cell in cells):
            header = values
        elif len(cells) == 2 and cells[0].tag == "th" and not header:
            rows.append([f"{values[0]}: {values[1]}"])
        else:
            rows.append(values)
    return [*([caption.text()] if caption else []), *table_lines(header, rows)]
