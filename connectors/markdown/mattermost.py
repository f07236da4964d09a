"""Mattermost's Markdown: GitHub's, tables included, where every `@name` in a text notifies somebody."""

import re
from functools import partial

from connectors.markdown.layout import Layout, fenced
from connectors.markdown.marks import JOIN, Marks
from connectors.markdown.tree import Blocks, Runs, Table

_SPECIAL = re.compile(r"[\\*_~`|>\[\]#!$]|^(?:[-+]|\d+[.)])(?=\s|$)", re.MULTILINE)
# What a backslash does not keep from being read: a mention, a tag, an entity, and a line that makes the one above a
# heading.
_PARTED = re.compile(r"(?<!\w)@(?=\w)|<(?=\S)|&(?=#?\w+;)|^=", re.MULTILINE)
_ADDRESS = re.compile(r"https?://[\w.~:/?#&'+,;=%-]+")


class MattermostMarkdown:
    """16,383 characters (https://docs.mattermost.com/administration-guide/configure/: maximum post size)."""

    name = "mattermost"
    limit = 16_383

    def render(self, blocks: Blocks) -> str:
        """Markdown in which nobody is named so that they are notified; tables are tables."""
        return Layout(_runs, _heading, fenced, bullets=("-",), rule="---", table=_table).write(blocks)

    def length(self, rendered: str) -> int:
        """Characters; those outside the basic plane count once."""
        return len(rendered)


def escaped(text: str) -> str:
    """Plain words, none of them read as markup; addresses stay as they are."""
    parts, end = [], 0
    for found in _ADDRESS.finditer(text):
        parts += [_words(text[end : found.start()]), found.group()]
        end = found.end()
    return "".join([*parts, _words(text[end:])])


def _words(text: str) -> str:
    marked = _SPECIAL.sub(lambda found: f"{found.group()[:-1]}\\{found.group()[-1]}", text)
    return _PARTED.sub(lambda found: JOIN + "=" if found.group() == "=" else found.group() + JOIN, marked)


def _heading(words: str, level: int) -> str:
    return f"{'#' * level} {words}".replace("\n", " ")


def _code(text: str) -> str:
    flat = text.replace("``", f"`{JOIN}`")
    return f"`` {flat} ``" if "`" in flat else f"`{flat}`"


def _link(words: str, href: str) -> str:
    return f"[{words}](<{href}>)"


def _runs(runs: Runs) -> str:
    return Marks(escaped, _code, _link, {"strong": "**", "emphasis": "*", "strike": "~~"}).write(runs)


def _table(table: Table) -> str:
    row = partial(map, _cell)
    lines = ["| " + " | ".join(row(cells)) + " |" for cells in (table.header, *table.rows)]
    return "\n".join([lines[0], "|" + " --- |" * len(table.header), *lines[1:]])


def _cell(runs: Runs) -> str:
    """A bar inside code would end the cell all the same."""
    return re.sub(r"(?<!\\)\|", "¦", _runs(runs).replace("\n", " "))
