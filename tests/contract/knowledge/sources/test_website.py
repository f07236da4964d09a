import gzip
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from knowledge.sources.config import SourceConfig
from knowledge.sources.kinds import open_source
from knowledge.sources.limits import SourceLimits
from knowledge.sources.source import Gap, Source
from knowledge.testing.source import Opened, Place, SourceConformance, listed, refusal
from knowledge.testing.web_server import Answer, WebServer


class Site(Opened):
    """A site whose front page links to every document; with `by_sitemap` a sitemap lists them instead."""

    def __init__(self, cache: Path | None = None, by_sitemap: bool = False) -> None:
        super().__init__()
        self.server = WebServer()
        self.cache = cache
        self.by_sitemap = by_sitemap
        self.documents: dict[str, str] = {}
        self._publish()

    def open(self, **options: object) -> Source:
        told = {"url": f"{self.server.url}/", "delay_seconds": 0, "allow_private_addresses": True, **options}
        if self.by_sitemap:
            told["sitemap"] = f"{self.server.url}/sitemap.xml"
        config = SourceConfig(name="site", kind="website", options=told)
        limits = SourceLimits(cache_folder=self.cache, connect_seconds=2, read_seconds=2)
        return self.keep(open_source(config, limits, {}))

    def put(self, name: str, text: str) -> None:
        self.documents[name] = text
        kind = "image/png" if name.endswith((".png", ".exe", ".zip")) else "text/plain"
        self.server.answers[f"/{quote(name)}"] = Answer(text.encode(), content_type=kind)
        self._publish()

    def remove(self, name: str) -> None:
        del self.documents[name], self.server.answers[f"/{quote(name)}"]
        self._publish()

    def go_down(self) -> None:
        self.server.stop()

    def close(self) -> None:
        super().close()
        self.server.stop()

    def page(self, path: str, body: str, head: str = "", **headers: str) -> None:
        text = f"<!doctype html><html><head>{head}</head><body>{body}</body></html>"
        self.server.answers[path] = Answer(text.encode(), headers=headers)

    def _publish(self) -> None:
        links = [f"/{quote(name)}" for name in self.documents]
        places = "".join(f"<url><loc>{self.server.url}{link}</loc></url>" for link in links)
        if self.by_sitemap:
            self.server.answers["/sitemap.xml"] = Answer(
                f"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>{places}</urlset>".encode(),
                content_type="application/xml",
            )
        else:
            self.page("/", "".join(f"<a href='{link}'>x</a>" for link in links))


class TestWebsite(SourceConformance):
    @pytest.fixture
    def place(self, tmp_path: Path) -> Iterator[Place]:
        site = Site(cache=tmp_path)
        yield site
        site.close()


class TestSitemap(SourceConformance):
    @pytest.fixture
    def place(self) -> Iterator[Place]:
        site = Site(by_sitemap=True)
        yield site
        site.close()


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    site = Site(cache=tmp_path)
    yield site
    site.close()


def _gaps(source: Source) -> list[Gap]:
    return [each for each in source.entries() if isinstance(each, Gap)]


def test_links_are_followed_below_the_start_only(site: Site) -> None:
    site.page("/docs/", "<a href='a'>a</a> <a href='../other'>out</a> <a href='http://127.0.0.2/docs/x'>off</a>")
    site.page("/docs/a", "<a href='deep/b.html#part'>b</a> <a href='mailto:x@y.test'>m</a> <a href='./'>home</a>")
    site.page("/docs/deep/b.html", "<a href='/docs/../other'>out</a>")
    site.page("/other", "not wanted")
    entries = listed(site.open(url=f"{site.server.url}/docs/"))
    assert set(entries) == {"docs/index.html", "docs/a/index.html", "docs/deep/b.html"}
    assert entries["docs/deep/b.html"].url == f"{site.server.url}/docs/deep/b.html"
    assert "/other" not in site.server.paths()


def test_depth_and_number_are_bounded(site: Site) -> None:
    for number in range(6):
        site.page(f"/{number}", f"<a href='/{number + 1}'>on</a> Page {number}.")
    start = f"{site.server.url}/0"
    assert set(listed(site.open(url=start, max_depth=2))) == {f"{number}/index.html" for number in range(3)}
    few = site.open(url=start, max_pages=2)
    assert len(listed(few)) == 2
    assert "max_pages" in _gaps(few)[0].reason


def test_robots_are_respected(site: Site) -> None:
    rules = "User-agent: *\nDisallow: /\n\nUser-agent: pilares\nDisallow: /private*\nAllow: /private/open$\n"
    site.server.answers["/robots.txt"] = Answer(rules.encode(), content_type="text/plain")
    site.page("/", "<a href='/private/x'>x</a><a href='/private/open'>y</a><a href='/fine'>z</a>")
    for path in ("/private/x", "/private/open", "/fine"):
        site.page(path, path)
    assert set(listed(site.open())) == {"index.html", "private/open/index.html", "fine/index.html"}
    assert "/private/x" not in site.server.paths()
    assert site.server.asked[0][1]["user-agent"] == "Pilares"


def test_a_site_that_wants_no_robots_is_not_read(site: Site) -> None:
    site.server.answers["/robots.txt"] = Answer(b"User-agent: *\nDisallow: /", content_type="text/plain")
    assert "robots.txt" in str(refusal(lambda: listed(site.open())))


def test_robots_that_cannot_be_read_forbid_everything(site: Site) -> None:
    site.server.answers["/robots.txt"] = Answer(b"busy", status=503)
    assert "503" in str(refusal(lambda: listed(site.open())))
    assert site.server.paths() == ["/robots.txt"]


def test_the_crawl_delay_is_kept(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr("time.sleep", slept.append)
    site.server.answers["/robots.txt"] = Answer(b"User-agent: *\nCrawl-delay: 7", content_type="text/plain")
    site.put("a.txt", "a")
    listed(site.open())
    assert slept == [7]


def test_one_page_has_one_entry(site: Site) -> None:
    site.page("/", "<a href='/a?utm_source=x#top'>1</a><a href='/a'>2</a><a href='/copy'>3</a><a href='/moved'>4</a>")
    site.page("/a", "The page.", head=f"<link rel='canonical' href='{site.server.url}/a'>")
    site.page("/copy", "The page.", head="<link rel='canonical' href='/a'>")
    site.server.answers["/moved"] = Answer(status=301, headers={"Location": "/a"})
    assert set(listed(site.open())) == {"index.html", "a/index.html"}
    assert site.server.paths().count("/a") <= 2  # once by itself, once where /moved leads to


def test_different_queries_are_different_pages(site: Site) -> None:
    site.page("/", "<a href='/p?id=1'>1</a><a href='/p?id=2'>2</a>")
    site.page("/p?id=1", "One.")
    site.page("/p?id=2", "Two.")
    assert len(listed(site.open())) == 3


def test_wishes_of_pages_are_respected(site: Site) -> None:
    site.page(
        "/", "<a href='/hidden'>1</a><a href='/header'>2</a><a href='/dead'>3</a><a rel=nofollow href='/no'>4</a>"
    )
    site.page("/hidden", "<a href='/beyond'>x</a>", head="<meta name='robots' content='noindex'>")
    site.page("/header", "words", **{"X-Robots-Tag": "noindex"})
    site.page("/dead", "<a href='/no'>x</a>", head="<meta name='ROBOTS' content='NOFOLLOW'>")
    site.page("/beyond", "words")
    site.page("/no", "words")
    assert set(listed(site.open())) == {"index.html", "beyond/index.html", "dead/index.html"}


def test_unchanged_pages_are_not_sent_again(site: Site) -> None:
    site.page("/", "<a href='/a'>a</a>")
    site.page("/a", "<a href='/b'>b</a>")
    site.page("/b", "words")
    first = listed(site.open())
    site.server.asked.clear()
    again = site.open()
    assert listed(again) == first
    assert all("if-none-match" in headers for path, headers in site.server.asked if path != "/robots.txt")
    assert again.fetch(first["b/index.html"]).endswith(b"words</body></html>")


def test_a_page_that_fails_may_still_be_there(site: Site) -> None:
    site.put("a.txt", "a")
    site.put("b.txt", "b")
    listed(site.open())
    site.server.answers["/b.txt"] = Answer(b"busy", status=503)
    source = site.open()
    assert [gap.prefix for gap in _gaps(source)] == [""]
    assert set(listed(source)) == {"index.html", "a.txt"}


def test_a_page_of_a_sitemap_that_fails_is_a_gap_of_its_own(tmp_path: Path) -> None:
    site = Site(cache=tmp_path, by_sitemap=True)
    site.put("a.txt", "a")
    site.put("b.txt", "b")
    listed(site.open())
    site.server.answers["/b.txt"] = Answer(b"busy", status=503)
    assert [gap.prefix for gap in _gaps(site.open())] == ["b.txt"]
    site.close()


def test_a_site_that_goes_down_on_the_way_cannot_be_listed(site: Site) -> None:
    for number in range(30):
        site.put(f"{number}.txt", "words")
    entries = site.open().entries()
    next(entries)
    site.go_down()
    refusal(lambda: list(entries))


def test_a_page_instead_of_a_file_is_refused_alone(site: Site) -> None:
    site.page("/", "<a href='/report.pdf'>r</a><a href='/a'>a</a>")
    site.page("/report.pdf", "Please sign in.")
    site.page("/a", "words")
    source = site.open()
    entries = listed(source)
    assert "web page instead of the file" in str(refusal(lambda: source.fetch(entries["report.pdf"])))
    assert source.fetch(entries["a/index.html"])


def test_a_start_that_moved_to_another_host_says_so(site: Site) -> None:
    site.server.answers["/"] = Answer(status=301, headers={"Location": "http://127.0.0.2/"})
    assert "127.0.0.2" in str(refusal(lambda: listed(site.open())))


def test_a_start_that_is_missing_says_so(site: Site) -> None:
    assert "404" in str(refusal(lambda: listed(site.open(url=f"{site.server.url}/nowhere"))))


def test_sitemaps_of_sitemaps_packed_ones_too() -> None:
    site = Site(by_sitemap=True)
    site.put("a.txt", "a")
    inner = site.server.answers["/sitemap.xml"].body
    site.server.answers["/inner.xml.gz"] = Answer(gzip.compress(inner), content_type="application/x-gzip")
    index = f"<sitemapindex><sitemap><loc>{site.server.url}/inner.xml.gz</loc></sitemap></sitemapindex>"
    site.server.answers["/sitemap.xml"] = Answer(index.encode(), content_type="application/xml")
    assert set(listed(site.open())) == {"a.txt"}
    site.close()


@pytest.mark.parametrize(
    "body",
    [
        b"<html><body>no</body></html>",
        b"not xml",
        b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><urlset><url><loc>&b;</loc></url></urlset>',
        b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><urlset><url><loc>&a;</loc></url></urlset>',
        gzip.compress(bytes(60_000_000)),
    ],
)
def test_what_is_no_sitemap_is_refused(body: bytes) -> None:
    site = Site(by_sitemap=True)
    site.server.answers["/sitemap.xml"] = Answer(body, content_type="application/xml")
    refusal(lambda: listed(site.open()))
    site.close()


def test_a_damaged_memory_costs_a_full_look_and_no_more(site: Site, tmp_path: Path) -> None:
    site.put("a.txt", "a")
    first = listed(site.open())
    (memory,) = (tmp_path / "websites").glob("*.json")
    for damage in ("{", "[]", '{"http://x/": {"etag": 1}}', '{"http://x/": {"page": {"links": []}, "etag": ""}}'):
        memory.write_text(damage)
        assert listed(site.open()) == first
