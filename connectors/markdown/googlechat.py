"""Google Chat's markup: `*bold*`, `<url|words>`, no escapes.

https://developers.google.com/workspace/chat/format-messages
"""

import re

from connectors.markdown.layout import Layout, fenced
from connectors.markdown.marks import JOIN, Marks
from connectors.markdown.tree import Blocks, Runs

_MARKS = re.compile(r"(?<![^\W_])([*_~`])(?=\S)|(?<=\S)([*_~`])(?![^\W_])")
_LINE = re.compile(r"^([*\->])(?=\s)", re.MULTILINE)


class GoogleChatMarkup:
    """8,000 bytes of UTF-8. A message may be 32,000; more than this nobody reads as one."""

    name = "googlechat"
    limit = 8000

    def render(self, blocks: Blocks) -> str:
        """Text in which no `<` of the words begins a mention or a link."""
        layout = Layout(_runs, lambda words, _level: f"*{_flat(words)}*", _fence)
        return layout.write(blocks)

    def length(self, rendered: str) -> int:
        """Bytes."""
        return len(rendered.encode())


def plain(text: str) -> str:
    """Words that stay words: a mark that Google Chat would read is parted from what it marks."""
    parted = _MARKS.sub(lambda found: f"{JOIN}{found.group()}{JOIN}", _LINE.sub(f"{JOIN}\\1", text))
    return _without_tags(parted)


def _without_tags(text: str) -> str:
    return re.sub(r"<(?=\S)", f"<{JOIN}", text)


def _flat(words: str) -> str:
    return words.replace("*", "").replace("\n", " ")


def _code(text: str) -> str:
    ticks = text.replace("`", "\u02cb")
    return f"`{_without_tags(ticks)}`"


def _fence(text: str, _language: str) -> str:
    """There are no languages; the word would be the first line of the code."""
    return _without_tags(fenced(text, ""))


def _link(words: str, href: str) -> str:
    address = href.replace("|", "%7C").replace(">", "%3E").replace("<", "%3C")
    return f"<{address}|{words.replace('|', '¦').replace('>', '›')}>"


def _runs(runs: Runs) -> str:
    return Marks(plain, _code, _link, {"strong": "*", "emphasis": "_", "strike": "~"}).write(runs)
