"""CommonMark written anew from the tree: for platforms that read Markdown, with nothing in it that the tree lacks."""

import re

from connectors.markdown.layout import Layout, fenced
from connectors.markdown.marks import Marks
from connectors.markdown.tree import Blocks, Runs

_SPECIAL = re.compile(r"[\\*_~`|<>\[\]#!&]|^(?:[-+=]|\d+[.)])(?=\s|$)", re.MULTILINE)


class CommonMark:
    """At most `limit` characters."""

    name = "commonmark"

    def __init__(self, limit: int) -> None:
        self.limit = limit

    def render(self, blocks: Blocks) -> str:
        """Markdown; tables are drawn, since most readers of chats know none."""
        layout = Layout(_runs, _heading, fenced, bullets=("-",), rule="---")
        return layout.write(blocks)

    def length(self, rendered: str) -> int:
        """Characters."""
        return len(rendered)


def _heading(words: str, level: int) -> str:
    return f"{'#' * level} {words}".replace("\n", " ")


def _escape(text: str) -> str:
    return _SPECIAL.sub(lambda found: f"{found.group()[:-1]}\\{found.group()[-1]}", text)


def _code(text: str) -> str:
    flat = text.replace("``", "`\u200b`")
    return f"`` {flat} ``" if "`" in flat else f"`{flat}`"


def _link(words: str, href: str) -> str:
    return f"[{words}](<{href}>)"


def _runs(runs: Runs) -> str:
    return Marks(_escape, _code, _link, {"strong": "**", "emphasis": "*", "strike": "~~"}).write(runs)
