"""An RSS or Atom feed: each item one document."""

import io
from calendar import timegm
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from html import escape
from typing import Any
from xml.sax import SAXException

from knowledge.errors import SourceError
from knowledge.sources.addresses import AddressGuard
from knowledge.sources.http import HttpClient
from knowledge.sources.limits import SourceLimits
from knowledge.sources.names import name_from_id
from knowledge.sources.options import EVERYONE, AgentName, Secrets, SourceOptions, WebAddress
from knowledge.sources.source import Entry, Gap
from knowledge.sources.spool import Spool


class FeedOptions(SourceOptions):
    """The feed's address, and whether items stay when the feed no longer lists them."""

    url: WebAddress
    keep_older: bool = True
    user_agent: AgentName = "Pilares"
    allow_private_addresses: bool = False

    def audience(self) -> tuple[str, ...]:
        """A public feed is everyone's; one of an intranet is not."""
        return () if self.allow_private_addresses else EVERYONE


class FeedSource:
    """The items of a feed, as the feed itself holds them; what they link to is not fetched."""

    def __init__(self, name: str, options: FeedOptions, secrets: Secrets, limits: SourceLimits) -> None:
        self._options = options
        self._http = HttpClient(options.user_agent, limits, AddressGuard(options.allow_private_addresses))
        self._spool = Spool(limits.max_listing_bytes)

    def entries(self) -> Iterator[Entry | Gap]:
        """The feed's items, newest first as feeds have them. Raises SourceError when there is no feed."""
        parsed = self._feed()
        self._spool.clear()
        if self._options.keep_older:
            yield Gap("", "")
        elif isinstance(parsed.get("bozo_exception"), SAXException):
            yield Gap("", "The feed is damaged: what it no longer lists is kept.")
        for item in parsed.entries:
            identity = item.get("id") or item.get("link") or f"{item.get('title', '')} {item.get('published', '')}"
            name = name_from_id(identity, ".html")
            content = _document(item)
            if name not in self._spool and content:
                self._spool.put(name, content)
                version = sha256(content).hexdigest()[:32]
                yield Entry(name, version, _moment(item), len(content), _web(item.get("link")))

    def fetch(self, entry: Entry) -> bytes:
        """The item as a web page; raises SourceError when the feed has it no more."""
        return self._spool.fetch(entry.name, self.entries, f"{entry.name} is no longer in the feed.")

    def close(self) -> None:
        """Close connections and give back temporary files."""
        self._http.close()
        self._spool.clear()

    def _feed(self) -> Any:
        import feedparser

        url = self._options.url
        answer = self._http.get(url)
        if answer.status != 200:
            raise SourceError(f"{url} answers with status {answer.status}. Check the option 'url'.")
        # As a stream: given bytes or text, this parser would try them as the name of a file or an address first.
        parsed = feedparser.parse(io.BytesIO(answer.body), response_headers=dict(answer.headers))
        if not parsed.get("version"):
            raise SourceError(f"{url} is not a feed. Look for its RSS or Atom address in the page that links to it.")
        return parsed


def _document(item: Any) -> bytes:
    """Title, author, date and text; b"" for an item without words."""
    parts = [each for each in item.get("content", []) if each.get("value")] or [item.get("summary_detail") or {}]
    text = "\n".join(_as_html(part) for part in parts)
    title = escape(str(item.get("title", "")).strip())
    if not title and not text.strip():
        return b""
    about = " · ".join(escape(str(each)) for each in (item.get("author"), item.get("published")) if each)
    head = f"<!doctype html><html><head><meta charset='utf-8'><title>{title}</title></head><body>"
    return f"{head}<h1>{title}</h1>\n<p>{about}</p>\n{text}</body></html>".encode("utf-8", "replace")


def _as_html(part: Any) -> str:
    value = str(part.get("value", ""))
    return f"<p>{escape(value)}</p>" if part.get("type") == "text/plain" else value


def _moment(item: Any) -> datetime | None:
    fields = item["updated_parsed"] if "updated_parsed" in item else item.get("published_parsed")
    try:
        return datetime.fromtimestamp(timegm(fields), UTC) if fields else None
    except (ValueError, TypeError, OverflowError):
        return None


def _web(link: Any) -> str | None:
    return link if isinstance(link, str) and link.startswith(("http://", "https://")) else None
