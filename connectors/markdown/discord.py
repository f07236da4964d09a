"""Discord's Markdown: nearly CommonMark, without tables, with spoilers and mentions that must stay text."""

import re

from connectors.markdown.layout import Layout, fenced
from connectors.markdown.marks import Marks
from connectors.markdown.tree import Blocks, Runs

_SPECIAL = re.compile(r"[\\*_~`|<\[\]]|^(?:[-+]|#{1,3}|-#|>{1,3}|\d+\.)(?=\s)", re.MULTILINE)
_EVERYBODY = re.compile(r"@(?=everyone|here)")
_ADDRESS = re.compile(r"https?://\S+")


class DiscordMarkdown:
    """2,000 characters."""

    name = "discord"
    limit = 2000

    def render(self, blocks: Blocks) -> str:
        """Markdown of Discord; a bare address stands between angle brackets, which keeps it from being unfurled."""
        layout = Layout(_runs, lambda words, level: f"{'#' * min(level, 3)} {_one_line(words)}", fenced, bullets=("-",))
        return layout.write(blocks)

    def length(self, rendered: str) -> int:
        """Characters; those outside the basic plane count once."""
        return len(rendered)


def _one_line(words: str) -> str:
    return words.replace("\n", " ")


def _escape(text: str) -> str:
    parts, end = [], 0
    for found in _ADDRESS.finditer(text):
        address = found.group().rstrip(">")
        if any(letter in address for letter in "<>`"):
            continue
        parts += [_escaped(text[end : found.start()]), f"<{address}>"]
        end = found.start() + len(address)
    return "".join([*parts, _escaped(text[end:])])


def _escaped(text: str) -> str:
    text = _EVERYBODY.sub("@\u200b", text)
    return _SPECIAL.sub(lambda found: f"{found.group()[:-1]}\\{found.group()[-1]}", text)


def _code(text: str) -> str:
    """Two backticks around, when there is one inside."""
    flat = text.replace("``", "`\u200b`")
    if "`" not in flat:
        return f"`{flat}`"
    return f"`` {flat} ``"


def _link(words: str, href: str) -> str:
    shown = words.strip()
    if shown in (f"<{href}>", href) or href.startswith("mailto:"):
        return f"<{href}>" if not href.startswith("mailto:") else _mail(words, href)
    return f"[{words}](<{href}>)"


def _mail(words: str, href: str) -> str:
    address = href.removeprefix("mailto:")
    return _escaped(address) if words == _escaped(address) else f"{words} ({_escaped(address)})"


def _runs(runs: Runs) -> str:
    return Marks(_escape, _code, _link, {"strong": "**", "emphasis": "*", "strike": "~~"}).write(runs)
