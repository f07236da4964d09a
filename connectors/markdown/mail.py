"""HTML for mail: a few tags that every program shows, no pictures, no styles but those that keep lines as they are."""

from collections.abc import Iterator
from html import escape

from connectors.markdown.tree import Block, Blocks, Code, Items, Paragraph, Quote, Rule, Runs, Table

_TAGS = (("code", "code"), ("strike", "s"), ("emphasis", "em"), ("strong", "strong"))
_CELL = ' style="border:1px solid #999;padding:2px 6px;text-align:left"'
_LINES = ' style="white-space:pre-line"'


class MailHtml:
    """200,000 characters: a mail may be longer than anybody reads."""

    name = "mail-html"
    limit = 200_000

    def render(self, blocks: Blocks) -> str:
        """HTML; whatever the text holds stands in it as text."""
        return "\n".join(_block(block) for block in blocks)

    def length(self, rendered: str) -> int:
        """Characters, the tags among them."""
        return len(rendered)


def _block(block: Block) -> str:
    match block:
        case Paragraph(runs, level):
            return _paragraph(_runs(runs), level)
        case Code(text, _):
            return f"<pre><code>{escape(text, quote=False)}</code></pre>"
        case Items():
            return _items(block)
        case Quote(blocks):
            return f"<blockquote>{''.join(_block(each) for each in blocks)}</blockquote>"
        case Table():
            return _table(block)
        case Rule():
            return f"<p>{'─' * 20}</p>"


def _paragraph(words: str, level: int) -> str:
    if not level:
        lines = _LINES if "\n" in words else ""
        return f"<p{lines}>{words}</p>"
    return f"<p><strong>{words.replace('<strong>', '').replace('</strong>', '')}</strong></p>"


def _items(block: Items) -> str:
    tag, start = ("ul", "") if block.start is None else ("ol", f' start="{block.start}"')
    items = "".join(_item(each.blocks, continued=each.continued) for each in block.items)
    return f"<{tag}{start}>{items}</{tag}>"


def _item(blocks: Blocks, *, continued: bool) -> str:
    """An item; a short one is written without a paragraph in it."""
    mark = ' style="list-style-type:none"' if continued else ""
    match blocks:
        case (Paragraph(runs, 0), *rest) if "\n" not in (words := _runs(runs)):
            return f"<li{mark}>{words}{''.join(_block(each) for each in rest)}</li>"
    return f"<li{mark}>{''.join(_block(each) for each in blocks)}</li>"


def _table(table: Table) -> str:
    rows = "".join(f"<tr>{''.join(_cells(row, 'td'))}</tr>" for row in table.rows)
    header = "".join(_cells(table.header, "th"))
    return f'<table style="border-collapse:collapse"><tr>{header}</tr>{rows}</table>'


def _cells(cells: tuple[Runs, ...], tag: str) -> Iterator[str]:
    return (f"<{tag}{_CELL}>{_runs(cell)}</{tag}>" for cell in cells)


def _runs(runs: Runs) -> str:
    parts = []
    for run in runs:
        text = escape(run.text, quote=False)
        for name, tag in _TAGS if run.text.strip() else ():
            text = f"<{tag}>{text}</{tag}>" if getattr(run.style, name) else text
        parts.append(f'<a href="{escape(run.style.href)}">{text}</a>' if run.style.href else text)
    return "".join(parts)
