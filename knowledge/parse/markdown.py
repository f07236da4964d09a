"""Markdown: what a reader sees, without the marks; headings kept as structure, tables as readable rows."""

import re
from collections.abc import Iterator, Sequence

from markdown_it import MarkdownIt
from markdown_it.token import Token

from knowledge.parse.builder import TextBuilder
from knowledge.parse.clean import clean_text
from knowledge.parse.document import ParsedDocument
from knowledge.parse.format import RawFile
from knowledge.parse.html import html_text
from knowledge.parse.rows import table_lines
from knowledge.parse.text import decode

_FRONT_MATTER = re.compile(r"\A---[^\S\n]*\n(.*?\n)(?:---|\.\.\.)[^\S\n]*(?:\n|\Z)", re.DOTALL)
_TITLE = re.compile(r"^title:[^\S\n]*[\"']?(.+?)[\"']?[^\S\n]*$", re.MULTILINE)
_HEADING_ID = re.compile(r"\s*\{\s*#[^{}\n]{0,200}\}\s*$")
# Lines that only steer a documentation generator: admonition fences, file includes, directives.
_DIRECTIVE = re.compile(r"(?:/{3,}.*|!{3}\s*\w.*|\?{3}\+?\s*\w.*|:{3,}.*|\{[*%!].*[*%!]\})\s*")
_MAX_LINK = 120
_WIDEST = 160  # characters; nobody wraps wider
_CELLS = " | "
_TAG = re.compile(r"<(?P<end>/)?(?P<name>[a-zA-Z][\w-]*)[^>]*>")


def parse_markdown(file: RawFile) -> ParsedDocument:
    """Read Markdown with tables; raw HTML keeps its text only, links to other sites keep their address."""
    text = clean_text(decode(file.data))
    front = _FRONT_MATTER.match(text)
    title = _TITLE.search(front.group(1)) if front else None
    tokens = (
        MarkdownIt("commonmark", {"maxNesting": 50})
        .enable(["table", "strikethrough"])
        .parse(text[front.end() :] if front else text)
    )
    builder = TextBuilder()
    _Reader(builder).read(tokens)
    return builder.build("text/markdown", title.group(1) if title else "")


class _Reader:
    """Walks the token stream; list items gather in one block until the outermost list ends."""

    def __init__(self, builder: TextBuilder) -> None:
        self._builder = builder
        self._items: list[str] = []
        self._depth = 0
        self._markers: list[str] = []
        self._pending_marker = ""

    def read(self, tokens: Sequence[Token]) -> None:
        stream = iter(tokens)
        for token in stream:
            if token.type == "heading_open":
                self._builder.heading(int(token.tag[1:]), _HEADING_ID.sub("", _inline(next(stream))))
            elif token.type == "table_open":
                self._block(table_lines(*_table(stream)))
            elif token.type in ("fence", "code_block"):
                self._block(token.content.split("\n"))
            elif token.type == "html_block":
                self._block(html_text(token.content))
            elif token.type == "inline":
                self._paragraph(_inline(token))
            else:
                self._list(token)

    def _paragraph(self, text: str) -> None:
        lines = [line for line in text.split("\n") if not _DIRECTIVE.fullmatch(line.strip())]
        # A line break the writer asked for was kept by `_inline` as a paragraph separator.
        paragraph = [part for line in _rejoined(lines) for part in line.split("\u2029")]
        if self._pending_marker and paragraph:
            paragraph[0] = f"{self._pending_marker} {paragraph[0]}"
            self._pending_marker = ""
        self._block(paragraph)

    def _block(self, lines: Sequence[str]) -> None:
        if self._depth:
            self._items.extend(lines)
        else:
            self._builder.block(lines)

    def _list(self, token: Token) -> None:
        if token.type in ("bullet_list_open", "ordered_list_open"):
            self._depth += 1
        elif token.type == "list_item_open":
            self._pending_marker = f"{token.info}{token.markup}" if token.info else "-"
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            self._depth -= 1
            if not self._depth:
                self._builder.block(self._items)
                self._items = []


def _rejoined(lines: Sequence[str]) -> list[str]:
    """Undo wrapping; a line longer than any width is a paragraph of its own, and rows of a table without rule stay."""
    joined: list[str] = []
    before = ""
    for line in lines:
        if joined and len(before) <= _WIDEST and not (_CELLS in before and _CELLS in line):
            joined[-1] += f" {line}"
        else:
            joined.append(line)
        before = line
    return joined


def _inline(token: Token) -> str:
    return "".join(_inline_parts(token.children or []))


def _inline_parts(children: Sequence[Token]) -> Iterator[str]:
    targets: list[str] = []
    said: list[str] = []
    for child in _shown(children):
        if child.type == "link_open":
            targets.append(str(child.attrGet("href") or ""))
            said = []
        elif child.type == "link_close":
            target = targets.pop() if targets else ""
            if target.startswith(("http://", "https://", "mailto:")) and len(target) <= _MAX_LINK:
                address = target.removeprefix("mailto:")
                yield "" if address in "".join(said) else f" ({address})"
        elif child.type == "softbreak":
            yield "\n"
        elif child.type == "hardbreak":
            yield "\u2029"
        elif child.type in ("text", "code_inline", "image"):
            said.append(child.content)
            yield child.content


def _shown(children: Sequence[Token]) -> Iterator[Token]:
    """The parts of a line, without what stands between the tags of a hidden element."""
    hidden, depth = "", 0
    for child in children:
        tag = _TAG.match(child.content) if child.type == "html_inline" else None
        if tag and not depth and _hides(tag):
            hidden = tag["name"].lower()
        if tag and tag["name"].lower() == hidden:
            depth += -1 if tag["end"] else 1
            hidden = hidden if depth else ""
        elif not depth:
            yield child


def _hides(tag: re.Match[str]) -> bool:
    """Whether what follows an opening tag is not shown."""
    return not tag["end"] and not any(html_text(f"{tag[0]}shown</{tag['name']}>"))


def _table(stream: Iterator[Token]) -> tuple[list[str], list[list[str]]]:
    rows: list[list[str]] = []
    for token in stream:
        if token.type == "table_close":
            break
        if token.type == "tr_open":
            rows.append([])
        elif token.type == "inline":
            rows[-1].append(_inline(token).replace("\u2029", " "))
    return (rows[0], rows[1:]) if rows else ([], [])
