"""Telegram's HTML (https://core.telegram.org/bots/api#html-style): sent rather than MarkdownV2, whose escapes break."""

import re
from html import escape, unescape
from itertools import groupby

from connectors.markdown.dialect import utf16
from connectors.markdown.layout import Layout
from connectors.markdown.tree import Blocks, Run, Runs

_TAG = re.compile(r"<[^>]*>")
_TAGS = (("strong", "b"), ("emphasis", "i"), ("strike", "s"), ("code", "code"))


class TelegramHtml:
    """4,096 UTF-16 units, counted after the tags are read."""

    name = "telegram-html"
    limit = 4096

    def render(self, blocks: Blocks) -> str:
        """HTML of the few tags that Telegram knows."""
        layout = Layout(_runs, lambda words, _level: f"<b>{_without_bold(words)}</b>", _fence, quoted="│ ")
        return layout.write(blocks)

    def length(self, rendered: str) -> int:
        """UTF-16 units of what is shown."""
        return utf16(unescape(_TAG.sub("", rendered)))


def _runs(runs: Runs) -> str:
    parts = []
    for href, group in groupby(runs, key=lambda run: run.style.href):
        inside = "".join(_run(run) for run in group)
        parts.append(f'<a href="{escape(href)}">{inside}</a>' if href else inside)
    return "".join(parts)


def _run(run: Run) -> str:
    text = escape(run.text, quote=False)
    if not run.text.strip():
        return text
    for name, tag in reversed(_TAGS):
        if getattr(run.style, name) and not (run.style.code and name != "code"):
            text = f"<{tag}>{text}</{tag}>"  # code takes no other style beside it
    return text


def _without_bold(words: str) -> str:
    return words.replace("<b>", "").replace("</b>", "")


def _fence(text: str, language: str) -> str:
    inside = escape(text, quote=False)
    named = f'<code class="language-{escape(language)}">{inside}</code>' if language else inside
    return f"<pre>{named}</pre>"
