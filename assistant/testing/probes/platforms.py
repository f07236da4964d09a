"""A hostile text as it is sent to chat platforms: HTML in a browser without any policy, other markup by its links."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from assistant.testing.probes.seen import Seen, Watch
from connectors.markdown.commonmark import CommonMark
from connectors.markdown.dialect import Dialect
from connectors.markdown.discord import DiscordMarkdown
from connectors.markdown.mail import MailHtml
from connectors.markdown.matrix import MatrixHtml
from connectors.markdown.mattermost import MattermostMarkdown
from connectors.markdown.parse import parse
from connectors.markdown.slack import SlackMrkdwn
from connectors.markdown.split import split
from connectors.markdown.teams import TeamsMarkdown
from connectors.markdown.telegram import TelegramHtml

if TYPE_CHECKING:
    from playwright.sync_api import Browser

HTML: tuple[Dialect, ...] = (TelegramHtml(), MatrixHtml(), MailHtml())
MARKDOWN: tuple[Dialect, ...] = (CommonMark(12_000), DiscordMarkdown(), MattermostMarkdown(), TeamsMarkdown())
_ALLOWED = re.compile(r"(?:https?://|mailto:)", re.IGNORECASE)
_SLACK_LINK = re.compile(r"<(?![@#!])([^<>|]+)")


def sent(payload: str, dialect: Dialect) -> str:
    """The messages of a text in a platform's markup, one after the other."""
    return "\n".join(dialect.render(each) for each in split(parse(payload), dialect))


def markup(payload: str) -> tuple[str, ...]:
    """Pictures, and links that lead to anything but the web and mail, in markup that is not HTML."""
    from markdown_it import MarkdownIt

    found = list[str]()
    for dialect in MARKDOWN:
        for block in MarkdownIt("commonmark").parse(sent(payload, dialect)):
            for token in block.children or ():
                href = str(token.attrGet("href") or "")
                if token.type == "image" or (token.type == "link_open" and not _ALLOWED.match(href)):
                    found.append(f"{dialect.name}: {token.type} {href}")
    slack = _SLACK_LINK.findall(sent(payload, SlackMrkdwn()))
    return (*found, *(f"slack: {link}" for link in slack if not _ALLOWED.match(link)))


class PlatformPage:
    """A browser that shows what platforms get as HTML, with nothing to protect it."""

    def __init__(self, browser: "Browser") -> None:
        self._context = browser.new_context()
        self._watch = Watch(self._context, ())
        self._page = self._context.new_page()

    def shows(self, payloads: Sequence[str]) -> Seen:
        """What happens when every platform's form of the texts is shown."""
        pieces = "".join(f"<section>{sent(payload, dialect)}</section>" for payload in payloads for dialect in HTML)
        self._page.set_content(f"<!doctype html><meta charset=utf-8><main>{pieces}</main>")
        self._page.wait_for_timeout(50)
        self._watch.look(self._page, "document.querySelector('main')")
        seen = self._watch.take()
        return Seen(
            seen.requests, seen.scripts, seen.nodes + tuple(each for payload in payloads for each in markup(payload))
        )

    def close(self) -> None:
        """Give the context back."""
        self._context.close()
