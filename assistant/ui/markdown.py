"""A model's Markdown as HTML that is safe to show: no tags of its own, no images, no links but to the web and e-mail.

Sanitising happens while rendering, from the parsed tokens, so nothing that looks harmless as Markdown can become
harmful as HTML afterwards (the order mattered in CVE-2026-44568). Citation markers like [1] become buttons; a marker
of a source that does not exist is left out, so that nothing forged looks like a citation.
"""

import re
from collections.abc import Iterable, Mapping, MutableMapping, Sequence
from functools import cache
from html import escape
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import OptionsDict

_MARKER = re.compile(r"\[(\d{1,3}(?:\s*,\s*\d{1,3})*)\](?!\()")
_SAFE_LINK = re.compile(r"(?:https?://|mailto:)[^\s]+", re.IGNORECASE)
# Private-use characters carry "an unsupported sentence begins / ends here" through the parser.
BEGIN, END = "\ue000", "\ue001"
_BLOCK_SIGN = re.compile(r"(?:[-*+>]|\d+[.)]|#{1,6})\s+")
Tokens = Sequence[Token]
Env = MutableMapping[str, Any]


def render(text: str, sources: Mapping[int, str], unsupported: Iterable[str] = (), mark_title: str = "") -> str:
    """`text` as HTML. `sources` are the titles of the numbered sources, `unsupported` sentences of the text to mark."""
    clean = text.replace(BEGIN, "").replace(END, "")
    env: dict[str, Any] = {"sources": sources, "marking": False, "mark_title": mark_title}
    html: str = _parser().render(_marked(clean, unsupported), env)
    return html


def plain(text: str) -> str:
    """`text` as HTML with nothing interpreted, line breaks kept by the style sheet."""
    return escape(text.replace(BEGIN, "").replace(END, ""))


def _marked(text: str, sentences: Iterable[str]) -> str:
    for sentence in sentences:
        words = sentence.split()
        if not words:
            continue
        found = re.search(r"\s+".join(re.escape(word) for word in words), text)
        if found is not None:
            sign = _BLOCK_SIGN.match(found.group())  # a list item stays one when its first sentence is marked
            start = found.start() + (sign.end() if sign else 0)
            text = f"{text[:start]}{BEGIN}{text[start : found.end()]}{END}{text[found.end() :]}"
    return text


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "linkify": False}, renderer_cls=_Renderer).enable("table")
    # A reference definition would turn "[1]" into a link of the model's choosing.
    parser.disable(["reference", "html_block", "html_inline"])
    parser.inline.ruler.before("link", "citation", _citation)
    parser.validateLink = lambda url: _SAFE_LINK.fullmatch(url) is not None  # type: ignore[method-assign]
    return parser


def _citation(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] != "[":
        return False
    found = _MARKER.match(state.src, state.pos)
    if found is None:
        return False
    if state.pos and (state.src[state.pos - 1].isalnum() or state.src[state.pos - 1] == "_"):
        return False  # array[3] is no citation
    if not silent:
        state.pending = state.pending.rstrip(" ")  # a marker belongs to the word before it
        token = state.push("citation", "", 0)
        token.meta = {"numbers": [int(number) for number in found.group(1).split(",")]}
    state.pos = found.end()
    return True


class _Renderer(RendererHTML):
    """markdown-it's HTML, with our own links, images, citations and marked sentences."""

    def text(self, tokens: Tokens, index: int, options: OptionsDict, env: Env) -> str:
        """Text, cut where marks begin and end; a mark may span emphasis, so each piece is wrapped by itself."""
        pieces = re.split(f"([{BEGIN}{END}])", tokens[index].content)
        html = []
        for piece in pieces:
            if piece in (BEGIN, END):
                env["marking"] = piece == BEGIN
            elif piece:
                html.append(_wrap(escape(piece), env))
        return "".join(html)

    def code_inline(self, tokens: Tokens, index: int, options: OptionsDict, env: Env) -> str:
        """Code inside a sentence; marks that fell into it still switch."""
        content = tokens[index].content
        html = _wrap(f"<code>{plain(content)}</code>", env)
        for sign in re.findall(f"[{BEGIN}{END}]", content):
            env["marking"] = sign == BEGIN
        return html

    def fence(self, tokens: Tokens, index: int, options: OptionsDict, env: Env) -> str:
        """A block of code, its language not trusted with a class name."""
        return f'<pre tabindex="0"><code>{plain(tokens[index].content)}</code></pre>\n'

    def code_block(self, tokens: Tokens, index: int, options: OptionsDict, env: Env) -> str:
        """A block of code by indentation."""
        return self.fence(tokens, index, options, env)

    def image(self, tokens: Tokens, index: int, options: OptionsDict, env: Env) -> str:
        """No images: fetching one would tell its server what was asked. The description stays."""
        return _wrap(plain(tokens[index].content), env)

    def link_open(self, tokens: Tokens, index: int, options: OptionsDict, env: Env) -> str:
        """A link that opens apart, and tells its target nothing about this page."""
        href = escape(str(tokens[index].attrGet("href") or ""))
        return f'<a href="{href}" target="_blank" rel="noopener noreferrer nofollow">'

    def table_open(self, tokens: Tokens, index: int, options: OptionsDict, env: Env) -> str:
        """Wide tables scroll by themselves."""
        return '<div class="pl-table" tabindex="0"><table>\n'

    def table_close(self, tokens: Tokens, index: int, options: OptionsDict, env: Env) -> str:
        """The end of a table."""
        return "</table></div>\n"

    def heading_open(self, tokens: Tokens, index: int, options: OptionsDict, env: Env) -> str:
        """Headings of an answer stand below those of the page."""
        return '<p class="pl-heading">'

    def heading_close(self, tokens: Tokens, index: int, options: OptionsDict, env: Env) -> str:
        """The end of a heading."""
        return "</p>\n"

    def citation(self, tokens: Tokens, index: int, options: OptionsDict, env: Env) -> str:
        """Buttons for the sources that exist; nothing for the others."""
        sources: Mapping[int, str] = env["sources"]
        return "".join(
            f'<button type="button" class="pl-cite" data-cite="{number}" title="{escape(sources[number])}" '
            f'aria-label="{escape(sources[number])}">{number}</button>'
            for number in tokens[index].meta["numbers"]
            if number in sources
        )


def _wrap(html: str, env: Env) -> str:
    return f'<mark class="pl-unsupported" title="{escape(env["mark_title"])}">{html}</mark>' if env["marking"] else html
