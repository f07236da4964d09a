"""Markdown of a model into the tree. Nothing that loads or names a remote thing without being asked gets through.

Pictures become their description, HTML stays text, a link leads to http, https or mailto or is none, and reference
definitions are not read: they would turn a citation like [1] into a link of the model's choosing.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from connectors.markdown.tree import (
    PLAIN,
    Block,
    Blocks,
    Code,
    Item,
    Items,
    Paragraph,
    Quote,
    Rule,
    Run,
    Runs,
    Style,
    Table,
    text_of,
)  # fmt: skip

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.tree import SyntaxTreeNode

LONGEST_HREF = 800
"""An address longer than this is no link: it would not fit into a message with its words."""
_ADDRESS = re.compile(r"(?:https?://|mailto:)[^\s<>|\"`\\^{}]+", re.IGNORECASE)
_LOOKS_LIKE_ADDRESS = re.compile(r"\s*(?:https?://|www\.|[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}(?:[/:]|\s*$))", re.IGNORECASE)
# What a person cannot see or what turns the direction of what follows.
_INVISIBLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")


def parse(text: str) -> Blocks:
    """The blocks of a Markdown text (CommonMark with tables and strike-through); any text is one."""
    from markdown_it.tree import SyntaxTreeNode

    cleaned = _INVISIBLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    cleaned = cleaned.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return tuple(_blocks(SyntaxTreeNode(_parser().parse(cleaned)).children))


def _parser() -> "MarkdownIt":
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": False, "linkify": False, "maxNesting": 100}).enable(
        ["table", "strikethrough"]
    )
    parser.disable(["reference", "html_block", "html_inline"])
    parser.validateLink = _is_address  # type: ignore[method-assign]
    return parser


def _is_address(url: str) -> bool:
    return len(url) <= LONGEST_HREF and _ADDRESS.fullmatch(url) is not None


def _blocks(nodes: "Sequence[SyntaxTreeNode]") -> Iterator[Block]:
    for node in nodes:
        block = _block(node)
        if block is not None:
            yield block


def _block(node: "SyntaxTreeNode") -> Block | None:
    match node.type:
        case "heading":
            return Paragraph(_inline(node), int(node.tag[1]))
        case "fence" | "code_block":
            return Code(node.content.removesuffix("\n"), _language(node.info))
        case "bullet_list" | "ordered_list":
            start = int(node.attrs.get("start", 1)) if node.type == "ordered_list" else None
            return Items(tuple(Item(tuple(_blocks(each.children))) for each in node.children), start)
        case "blockquote":
            return Quote(tuple(_blocks(node.children)))
        case "table":
            return _table(node)
        case "hr":
            return Rule()
        case _:
            runs = _inline(node)
            return Paragraph(runs) if text_of(runs).strip() else None


def _language(info: str) -> str:
    words = info.split()
    return words[0][:30] if words and re.fullmatch(r"[\w+#.-]+", words[0]) else ""


def _table(node: "SyntaxTreeNode") -> Table:
    rows = [tuple(_inline(cell) for cell in row.children) for part in node.children for row in part.children]
    return Table(rows[0], tuple(rows[1:]))


def _inline(node: "SyntaxTreeNode") -> Runs:
    runs = [run for child in node.children for run in _runs(child, PLAIN)]
    merged: list[Run] = []
    for run in runs:
        if merged and merged[-1].style == run.style:
            merged[-1] = Run(merged[-1].text + run.text, run.style)
        elif run.text:
            merged.append(run)
    return tuple(merged)


_STYLES = {"strong": Style(strong=True), "em": Style(emphasis=True), "s": Style(strike=True)}


def _runs(node: "SyntaxTreeNode", style: Style) -> Iterator[Run]:
    if node.type in ("softbreak", "hardbreak"):
        yield Run("\n", style)
    elif node.type == "code_inline":
        yield Run(node.content, replace(style, code=True))
    elif node.type == "image":
        yield Run(node.content, style)
    elif node.type == "link":
        yield from _link(node, style)
    elif node.children:
        inner = _joined(style, _STYLES.get(node.type, PLAIN))
        for child in node.children:
            yield from _runs(child, inner)
    else:
        yield Run(node.content, style)


def _joined(one: Style, other: Style) -> Style:
    return replace(
        one,
        strong=one.strong or other.strong,
        emphasis=one.emphasis or other.emphasis,
        strike=one.strike or other.strike,
    )


def _link(node: "SyntaxTreeNode", style: Style) -> Iterator[Run]:
    """Words that look like another address than the one they lead to are replaced by that address."""
    href = str(node.attrs.get("href", ""))
    inside = [run for child in node.children for run in _runs(child, replace(style, href=href))]
    shown = "".join(run.text for run in inside)
    if not shown.strip() or (_LOOKS_LIKE_ADDRESS.match(shown) and _bare(shown) != _bare(href)):
        yield Run(href, replace(style, href=href))
    else:
        yield from inside


def _bare(address: str) -> str:
    return re.sub(r"^(?:https?://|mailto:)(?:www\.)?", "", address.strip().lower()).rstrip("/")
