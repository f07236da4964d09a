"""WhatsApp's marks (https://faq.whatsapp.com/539178204879377): `*bold*`, `_italic_`, `~struck~`, and no escapes."""

import re

from connectors.markdown.dialect import utf16
from connectors.markdown.layout import Layout, fenced
from connectors.markdown.marks import JOIN, Marks
from connectors.markdown.tree import Blocks, Runs

_MARKS = re.compile(r"(?<![^\W_])([*_~`])(?=\S)|(?<=\S)([*_~`])(?![^\W_])")
_STARTS = re.compile(r"^(?=(?:[>*-]|\d+\.) )|<(?=\S)", re.MULTILINE)
_ADDRESS = re.compile(r"https?://[\w.~:/?#@!$&'()+,;=%-]+")
LIMIT = 4096


class WhatsAppMarks:
    """4,096 UTF-16 units."""

    name = "whatsapp"
    limit = LIMIT

    def render(self, blocks: Blocks) -> str:
        """Marked text; an address stands behind the words that lead to it."""
        return Layout(_runs, lambda words, _level: f"*{_flat(words)}*", _fence).write(blocks)

    def length(self, rendered: str) -> int:
        """UTF-16 units, the strictest way to count."""
        return utf16(rendered)


def escaped(text: str) -> str:
    """Plain words: a mark that would be read as one is parted from its word. Addresses stay as they are."""
    parts, end = [], 0
    for found in _ADDRESS.finditer(text):
        parts += [_words(text[end : found.start()]), found.group()]
        end = found.end()
    return "".join([*parts, _words(text[end:])])


def _words(text: str) -> str:
    parted = _MARKS.sub(lambda found: f"{JOIN}{found.group()}{JOIN}", text)
    return _STARTS.sub(lambda found: f"{found.group()}{JOIN}", parted)


def _flat(words: str) -> str:
    return words.replace("*", "").replace("\n", " ")


def _code(text: str) -> str:
    ticks = text.replace("`", "\u02cb")
    return f"`{ticks}`" if text.strip("`") else ticks


def _fence(text: str, _language: str) -> str:
    """WhatsApp has no languages, and shows the word as the first line of the code."""
    return fenced(text, "")


def _link(words: str, href: str) -> str:
    address = href.removeprefix("mailto:")
    return address if words in (escaped(href), escaped(address)) else f"{words} ({address})"


def _runs(runs: Runs) -> str:
    return Marks(escaped, _code, _link, {"strong": "*", "emphasis": "_", "strike": "~"}).write(runs)
