"""Slack's mrkdwn (https://docs.slack.dev/messaging/formatting-message-text): `*bold*`, `<url|words>`, no escapes."""

import re

from connectors.markdown.layout import Layout, fenced
from connectors.markdown.marks import JOIN, Marks
from connectors.markdown.tree import Blocks, Runs

_MARKS = re.compile(r"(?<![^\W_])([*_~`])(?=\S)|(?<=\S)([*_~`])(?![^\W_])")


class SlackMrkdwn:
    """3,000 characters: what a section block holds."""

    name = "slack-mrkdwn"
    limit = 3000

    def render(self, blocks: Blocks) -> str:
        """mrkdwn; every `&`, `<` and `>` of the text is escaped, so that nobody is notified by it."""
        layout = Layout(_runs, lambda words, _level: f"*{_flat(words)}*", _fence)
        return layout.write(blocks)

    def length(self, rendered: str) -> int:
        """Characters."""
        return len(rendered)


def _entities(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _escape(text: str) -> str:
    """A mark at the edge of a word would be read as one; parted from the word it is not."""
    parted = _MARKS.sub(lambda found: f"{JOIN}{found.group()}{JOIN}", text)
    return _entities(parted)


def _flat(words: str) -> str:
    return words.replace("*", "").replace("\n", " ")


def _code(text: str) -> str:
    return _entities(text.replace("`", "\u02cb")) if not text.strip("`") else f"`{_entities(_ticks(text))}`"


def _ticks(text: str) -> str:
    return text.replace("`", "\u02cb")


def _fence(text: str, _language: str) -> str:
    """Slack has no languages, and shows the word as the first line of the code."""
    return _entities(fenced(text, ""))


def _link(words: str, href: str) -> str:
    address = _entities(href).replace("|", "%7C")
    return f"<{address}|{words.replace('|', '¦')}>"


def _runs(runs: Runs) -> str:
    return Marks(_escape, _code, _link, {"strong": "*", "emphasis": "_", "strike": "~"}).write(runs)
