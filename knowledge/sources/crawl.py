"""Walks a website from page to page."""

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from mimetypes import guess_type

from knowledge.errors import SourceError
from knowledge.sources.addressing import Site, page_key, tidy
from knowledge.sources.content_types import HTML
from knowledge.sources.http import Fetched
from knowledge.sources.page_memory import KnownPage, PageMemory
from knowledge.sources.robots import Robots
from knowledge.sources.source import Gap
from knowledge.sources.webpage import WebPage, read_page

_GIVE_UP_AFTER = 5
_MAX_QUEUED = 100_000
_BUSY = 429

Get = Callable[..., Fetched]


@dataclass(frozen=True, slots=True)
class Seen:
    """A page that was looked at; its body only where it was sent."""

    url: str
    known: KnownPage
    body: bytes | None


@dataclass(frozen=True, slots=True)
class Absent:
    """No page of this site is there (any more), and why that is thought."""

    reason: str


@dataclass(frozen=True, slots=True)
class Bounds:
    """How far a walk goes, and how long it waits between two requests."""

    pages: int
    depth: int
    delay: float


class Crawl:
    """One walk over one site. `known` is what it has seen so far, for the next walk."""

    def __init__(self, site: Site, robots: Robots, get: Get, memory: PageMemory, bounds: Bounds) -> None:
        self._site, self._robots, self._get, self._memory, self._bounds = site, robots, get, memory, bounds
        self._queue: deque[tuple[str, int]] = deque()
        self._queued: set[str] = set()
        self._looked: set[str] = set()
        self._failures = 0
        self.known: dict[str, KnownPage] = {}

    def from_start(self) -> Iterator[Seen | Gap]:
        """Breadth first from the site's start. Raises SourceError when that cannot be read.

        A page that could not be looked at may have led anywhere: its gap is the whole site.
        """
        self._enqueue([self._site.start], 0)
        if not self._robots.allows(self._site.start):
            raise SourceError(f"{self._site.start} may not be read by robots, says the site's robots.txt.")
        first = self._look(self._queue.popleft()[0])
        if not isinstance(first, Seen):
            raise SourceError(f"{first.reason} Check the option 'url' in a browser.")
        self._site = Site(first.url)
        self._onward(first, 0)
        yield first
        yield from self._walk(lambda url, reason: Gap("", reason))

    def through(self, addresses: Iterable[str], gap: Callable[[str, str], Gap]) -> Iterator[Seen | Gap]:
        """The given pages and no others; `gap` says what of the site an address stands for."""
        self._enqueue((url for each in addresses if (url := tidy(each)) and self._site.holds(url)), self._bounds.depth)
        yield from self._walk(gap)

    def _walk(self, gap: Callable[[str, str], Gap]) -> Iterator[Seen | Gap]:
        while self._queue:
            url, depth = self._queue.popleft()
            if not self._robots.allows(url) or page_key(url) in self._looked:
                continue
            if len(self._looked) >= self._bounds.pages:
                yield Gap("", f"Only the first {self._bounds.pages} pages were looked at (option max_pages).")
                return
            found = self._look(url)
            if isinstance(found, Seen):
                self._onward(found, depth)
                yield found
            elif isinstance(found, Gap):
                yield gap(url, found.reason)

    def _look(self, url: str) -> Seen | Gap | Absent:
        """The page; a gap where it may still be there."""
        if self._looked:
            time.sleep(self._bounds.delay)
        self._looked.add(page_key(url))
        before = self._memory.get(url)
        try:
            answer = self._get(url, before.conditions() if before else {})
            if answer.status == 304 and answer.url != url:
                answer = self._get(url, {})
        except SourceError as error:
            self._failures += 1
            if self._failures >= _GIVE_UP_AFTER:
                raise
            return Gap("", str(error))
        self._failures = 0
        if answer.status == _BUSY or answer.status >= 500:
            return Gap("", f"{url} answers with status {answer.status}.")
        if before and answer.status == 304:
            self.known[url] = before
            return Seen(url, before, None)
        if answer.status == 200:
            return self._sent(url, answer)
        elsewhere = answer.headers.get("location", "")[:200]
        return Absent(
            f"{url} leads to {elsewhere}, on another host."
            if elsewhere
            else f"{url} answers with status {answer.status}."
        )

    def _sent(self, url: str, answer: Fetched) -> Seen | Absent:
        address = tidy(answer.url) or url
        moved = page_key(address) != page_key(url)
        if not self._site.has_host(address) or (moved and page_key(address) in self._looked):
            return Absent(f"{url} leads to a page that was looked at before.")
        self._looked.add(page_key(address))
        headers = answer.headers
        page = WebPage(hidden="noindex" in headers.get("x-robots-tag", "").lower())
        if answer.content_type in HTML:
            page = read_page(address, answer.body, headers.get("x-robots-tag", ""))
        known = KnownPage(
            etag=headers.get("etag", ""),
            modified=headers.get("last-modified", ""),
            version=sha256(answer.body).hexdigest()[:32],
            size=len(answer.body),
            content_type=answer.content_type,
            page=page,
        )
        self.known[address] = known
        return Seen(address, known, answer.body)

    def _onward(self, seen: Seen, depth: int) -> None:
        page = seen.known.page
        if page.canonical and self._site.holds(page.canonical):
            self._enqueue([page.canonical], depth)
        if depth < self._bounds.depth:
            self._enqueue((link for link in page.links if self._site.holds(link) and not _is_media(link)), depth + 1)

    def _enqueue(self, urls: Iterable[str], depth: int) -> None:
        for url in urls:
            if page_key(url) not in self._queued and len(self._queued) < _MAX_QUEUED:
                self._queued.add(page_key(url))
                self._queue.append((url, depth))


def _is_media(url: str) -> bool:
    return (guess_type(url.partition("?")[0])[0] or "").partition("/")[0] in ("image", "audio", "video", "font")
