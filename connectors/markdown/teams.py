"""Teams' Markdown in plain messages: no headings, no lines through, no tables; what looks like a tag is read as one.

https://learn.microsoft.com/microsoftteams/platform/bots/how-to/format-your-bot-messages
"""

import re

from connectors.markdown.dialect import utf16
from connectors.markdown.layout import Layout, fenced
from connectors.markdown.marks import Marks
from connectors.markdown.tree import Blocks, Runs

_SPECIAL = re.compile(r"[\\*_~`|\[\]]|^(?:[-+#=]|\d+[.)])(?=\s|$|#)", re.MULTILINE)


class TeamsMarkdown:
    """10,000 UTF-16 units: half of the 40 KB that a message may be, the rest is for what stands around the text."""

    name = "teams"
    limit = 10_000

    def render(self, blocks: Blocks) -> str:
        """Markdown in which every `<`, `>` and `&` outside of code is an entity: nobody is mentioned by it."""
        layout = Layout(_runs, lambda words, _level: f"**{_flat(words)}**", fenced, bullets=("-",))
        return layout.write(blocks)

    def length(self, rendered: str) -> int:
        """UTF-16 units."""
        return utf16(rendered)


def _flat(words: str) -> str:
    return words.replace("**", "").replace("  \n", " ")


def _escape(text: str) -> str:
    marked = _SPECIAL.sub(lambda found: f"{found.group()[:-1]}\\{found.group()[-1]}", text)
    return marked.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _code(text: str) -> str:
    flat = text.replace("``", "`\u200b`")
    return f"`` {flat} ``" if "`" in flat else f"`{flat}`"


def _link(words: str, href: str) -> str:
    address = href.replace("(", "%28").replace(")", "%29").replace("<", "%3C").replace(">", "%3E")
    return f"[{words}]({address})"


def _runs(runs: Runs) -> str:
    """Two spaces before the end of a line: without them it is none."""
    return Marks(_escape, _code, _link, {"strong": "**", "emphasis": "_"}).write(runs).replace("\n", "  \n")
