"""What a platform understands of Markdown."""

from typing import Protocol

from connectors.markdown.tree import Blocks


class Dialect(Protocol):
    """Writes the tree in the markup of a platform.

    `limit` is the most a message may hold, in what `length` counts (characters, UTF-16 units, bytes).
    """

    name: str
    limit: int

    def render(self, blocks: Blocks) -> str:
        """The text to send; marks are balanced, and nothing in it is markup that the tree does not say."""

    def length(self, rendered: str) -> int:
        """What the platform counts of such a text."""


def utf16(text: str) -> int:
    """The length of a text in UTF-16 units: a character outside the basic plane counts twice."""
    return len(text.encode("utf-16-le")) // 2
