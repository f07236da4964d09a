"""A website, by its sitemap or by following its links from a start address."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from pydantic import Field

from knowledge.errors import SourceError
from knowledge.sources.addresses import AddressGuard
from knowledge.sources.addressing import Site, page_key, page_name
from knowledge.sources.content_types import check_page, ending_for
from knowledge.sources.crawl import Bounds, Crawl, Seen
from knowledge.sources.http import Fetched, HttpClient
from knowledge.sources.limits import SourceLimits
from knowledge.sources.options import EVERYONE, AgentName, Secrets, SourceOptions, WebAddress
from knowledge.sources.page_memory import PageMemory
from knowledge.sources.patterns import is_wanted
from knowledge.sources.robots import Robots
from knowledge.sources.sitemap import pages_of
from knowledge.sources.source import Entry, Gap
from knowledge.sources.spool import Spool


class WebsiteOptions(SourceOptions):
    """Where it starts, how far it goes, and how fast."""

    url: WebAddress
    sitemap: WebAddress | None = None
    max_pages: int = Field(default=2000, ge=1, le=100_000)
    max_depth: int = Field(default=10, ge=0, le=100)
    delay_seconds: float = Field(default=0.5, ge=0, le=60)
    user_agent: AgentName = "Pilares"
    allow_private_addresses: bool = False
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()

    def audience(self) -> tuple[str, ...]:
        """A public site is everyone's; an intranet is not."""
        return () if self.allow_private_addresses else EVERYONE


class WebsiteSource:
    """The pages and files below a start address, as robots.txt and the pages' own wishes allow."""

    def __init__(self, name: str, options: WebsiteOptions, secrets: Secrets, limits: SourceLimits) -> None:
        self._options = options
        self._site = Site(options.url)
        self._http = HttpClient(options.user_agent, limits, AddressGuard(options.allow_private_addresses))
        self._memory = PageMemory(limits.cache_folder, f"{name} {options.url}")
        self._spool = Spool(limits.max_listing_bytes)
        self._types: dict[str, str] = {}

    def entries(self) -> Iterator[Entry | Gap]:
        """Every page, while the site is being walked. What could not be looked at is a gap."""
        self._spool.clear()
        self._types.clear()
        options = self._options
        robots = Robots.ask(self._site.root, options.user_agent.split("/")[0].split()[0], self._get)
        bounds = Bounds(options.max_pages, options.max_depth, max(options.delay_seconds, robots.delay))
        crawl = Crawl(self._site, robots, self._get, self._memory, bounds)
        if options.sitemap is None:
            pages = crawl.from_start()
        else:
            pages = crawl.through(pages_of(options.sitemap, self._map), lambda url, why: Gap(self._name_of(url), why))
        for found in pages:
            if isinstance(found, Gap):
                yield found
            elif entry := self._entry(found):
                yield entry
        self._memory.keep(crawl.known)

    def fetch(self, entry: Entry) -> bytes:
        """The page's body; raises SourceError when it is gone or something else came in its place."""
        kept = self._spool.get(entry.name)
        if kept is not None:
            check_page(entry.name, self._types[entry.name])
            return kept
        if not entry.url or not self._site.has_host(entry.url):
            raise SourceError(f"{entry.name} is not on the site.")
        answer = self._get(entry.url)
        if answer.status != 200:
            raise SourceError(f"{entry.url} answers with status {answer.status}. It is tried again at the next look.")
        check_page(entry.name, answer.content_type)
        return answer.body

    def close(self) -> None:
        """Close connections and give back temporary files."""
        self._http.close()
        self._spool.clear()

    def _get(self, url: str, headers: Mapping[str, str] | None = None) -> Fetched:
        return self._http.get(url, headers, may_follow=self._site.has_host)

    def _map(self, url: str) -> bytes:
        answer = self._get(url)
        if answer.status != 200:
            raise SourceError(f"The sitemap {url} answers with status {answer.status}. Check the option 'sitemap'.")
        return answer.body

    def _name_of(self, url: str) -> str:
        """The name under which a page was listed before; without its ending where that is not known."""
        known = self._memory.get(url)
        return page_name(url, (ending_for(known.content_type, url) if known else None) or "")

    def _entry(self, seen: Seen) -> Entry | None:
        known = seen.known
        canonical = known.page.canonical
        is_copy = canonical and self._site.holds(canonical) and page_key(canonical) != page_key(seen.url)
        ending = ending_for(known.content_type, seen.url.partition("?")[0])
        if known.page.hidden or is_copy or ending is None:
            return None
        name = page_name(seen.url, ending)
        if name in self._types or not is_wanted(name, self._options.include, self._options.exclude):
            return None
        self._types[name] = known.content_type
        if seen.body is not None:
            self._spool.put(name, seen.body)
        return Entry(name, known.version, _moment(known.modified), known.size, seen.url)


def _moment(header: str) -> datetime | None:
    try:
        return parsedate_to_datetime(header).astimezone(UTC) if header else None
    except (ValueError, TypeError, OverflowError):
        return None
