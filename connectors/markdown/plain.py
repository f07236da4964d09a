"""No markup at all: what is sent when a platform refuses the marked text, and where there is none."""

from connectors.markdown.layout import Layout
from connectors.markdown.marks import Marks
from connectors.markdown.tree import Blocks, Runs


class PlainText:
    """Words, with an address behind the words that lead to it."""

    name = "plain"

    def __init__(self, limit: int = 4096) -> None:
        self.limit = limit

    def render(self, blocks: Blocks) -> str:
        """Text as a person would type it."""
        return Layout(_runs, lambda words, _level: words, lambda text, _language: text).write(blocks)

    def length(self, rendered: str) -> int:
        """UTF-16 units, the strictest way to count."""
        from connectors.markdown.dialect import utf16

        return utf16(rendered)


def _link(words: str, href: str) -> str:
    address = href.removeprefix("mailto:")
    return address if words in (href, address) else f"{words} ({address})"


def _runs(runs: Runs) -> str:
    return Marks(str, str, _link).write(runs)
