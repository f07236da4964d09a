"""Matrix's HTML (https://spec.matrix.org/latest/client-server-api/#mroommessage-msgtypes), without links.

Clients ask the server to fetch what a link leads to, and show it; of an address that stands as code they do not.
"""

import re
from collections.abc import Iterable
from html import escape
from itertools import groupby

from connectors.markdown.tree import Block, Blocks, Code, Item, Items, Paragraph, Quote, Rule, Run, Runs, Table, text_of

_ADDRESS = re.compile(r"\b(?:https?://|www\.)[^\s<>\"']+", re.IGNORECASE)
_TAGS = (("strong", "strong"), ("emphasis", "em"), ("strike", "del"), ("code", "code"))


class MatrixHtml:
    """12,000 bytes: an event may have 65,536, and one that replaces a message holds its text four times."""

    name = "matrix-html"
    limit = 12_000

    def render(self, blocks: Blocks) -> str:
        """HTML of the tags that every client knows."""
        return "".join(_block(block) for block in blocks)

    def length(self, rendered: str) -> int:
        """Bytes, with those that JSON puts before a quotation mark or a backslash."""
        return len(rendered.encode()) + rendered.count('"') + rendered.count("\\") + rendered.count("\n")


def _block(block: Block) -> str:
    match block:
        case Paragraph(runs, level):
            tag = f"h{level}" if level else "p"
            return f"<{tag}>{_runs(runs)}</{tag}>"
        case Code(text, language):
            named = f' class="language-{escape(language)}"' if language else ""
            return f"<pre><code{named}>{escape(text, quote=False)}\n</code></pre>"
        case Items():
            return _items(block)
        case Quote(blocks):
            return f"<blockquote>{''.join(map(_block, blocks))}</blockquote>"
        case Table():
            return _table(block)
        case Rule():
            return "<hr/>"


def _items(block: Items) -> str:
    """A list; what goes on of an item that began in another message stands before it, without a mark."""
    before = "".join(_block(each) for item in block.items if item.continued for each in item.blocks)
    items = [item for item in block.items if not item.continued]
    if not items:
        return before
    opening, closing = ("<ul>", "</ul>") if block.start is None else (f'<ol start="{block.start}">', "</ol>")
    return f"{before}{opening}{''.join(f'<li>{_inside(item)}</li>' for item in items)}{closing}"


def _inside(item: Item) -> str:
    match item.blocks:
        case (Paragraph(runs, 0), *rest):
            return _runs(runs) + "".join(_block(each) for each in rest)
        case blocks:
            return "".join(_block(each) for each in blocks)


def _table(table: Table) -> str:
    rows = "".join(_row(row, "td") for row in table.rows)
    return f"<table><thead>{_row(table.header, 'th')}</thead><tbody>{rows}</tbody></table>"


def _row(cells: Iterable[Runs], tag: str) -> str:
    return f"<tr>{''.join(f'<{tag}>{_runs(cell)}</{tag}>' for cell in cells)}</tr>"


def _runs(runs: Runs) -> str:
    parts = []
    for href, group in groupby(runs, key=lambda run: run.style.href):
        inside = tuple(group)
        parts.append(_link(inside, href) if href else "".join(map(_run, inside)))
    return "".join(parts)


def _link(runs: Runs, href: str) -> str:
    address = href.removeprefix("mailto:")
    shown = f"<code>{escape(address, quote=False)}</code>"
    return shown if text_of(runs) in (href, address) else f"{''.join(map(_run, runs))} ({shown})"


def _run(run: Run) -> str:
    text = _text(run.text) if not run.style.code else escape(run.text, quote=False)
    for name, tag in reversed(_TAGS):
        if getattr(run.style, name) and run.text.strip():
            text = f"<{tag}>{text}</{tag}>"
    return text.replace("\n", "<br/>")


def _text(text: str) -> str:
    """Words, and the addresses among them as code."""
    parts, end = [], 0
    for found in _ADDRESS.finditer(text):
        parts += [escape(text[end : found.start()], quote=False), f"<code>{escape(found.group(), quote=False)}</code>"]
        end = found.end()
    return "".join([*parts, escape(text[end:], quote=False)])
