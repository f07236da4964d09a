from collections.abc import Iterator
from html import escape
from pathlib import Path

import pytest

from knowledge.sources.config import SourceConfig
from knowledge.sources.kinds import open_source
from knowledge.sources.limits import SourceLimits
from knowledge.sources.source import Gap, Source
from knowledge.testing.reader import InlineReader
from knowledge.testing.source import Opened, Place, SourceConformance, listed, refusal
from knowledge.testing.web_server import Answer, WebServer


class Feed(Opened):
    def __init__(self) -> None:
        super().__init__()
        self.server = WebServer()
        self.items: dict[str, str] = {}
        self._publish()

    def open(self, **options: object) -> Source:
        told = {"url": f"{self.server.url}/feed", "allow_private_addresses": True, "keep_older": False, **options}
        config = SourceConfig(name="news", kind="feed", options=told)
        return self.keep(open_source(config, SourceLimits(connect_seconds=2, read_seconds=2), {}))

    def put(self, name: str, text: str) -> None:
        if any(ord(char) < 32 for char in name):
            raise ValueError(name)
        self.items[name] = text
        self._publish()

    def remove(self, name: str) -> None:
        del self.items[name]
        self._publish()

    def go_down(self) -> None:
        self.server.stop()

    def publish(self, xml: str, content_type: str = "application/rss+xml") -> None:
        self.server.answers["/feed"] = Answer(xml.encode(), content_type=content_type)

    def close(self) -> None:
        super().close()
        self.server.stop()

    def _publish(self) -> None:
        items = "".join(
            f"<item><guid>{escape(name)}</guid><title>On {escape(name)}</title>"
            f"<description>{escape(text)}</description>"
            f"<pubDate>Mon, 02 Feb 2026 10:00:00 GMT</pubDate><link>https://news.test/{number}</link></item>"
            for number, (name, text) in enumerate(self.items.items())
        )
        self.publish(f'<?xml version="1.0"?><rss version="2.0"><channel><title>News</title>{items}</channel></rss>')


class TestFeed(SourceConformance):
    has_endings = False

    @pytest.fixture
    def place(self) -> Iterator[Place]:
        feed = Feed()
        yield feed
        feed.close()


@pytest.fixture
def feed() -> Iterator[Feed]:
    feed = Feed()
    yield feed
    feed.close()


ATOM = """<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>News</title>
<entry><id>urn:one</id><title>First &amp; foremost</title><updated>2026-02-03T04:05:06+01:00</updated>
<link href="https://news.test/one"/><author><name>Ana</name></author>
<content type="html">&lt;p&gt;A &lt;b&gt;bold&lt;/b&gt; step.&lt;/p&gt;
&lt;script&gt;alert(1)&lt;/script&gt;</content></entry>
<entry><id>urn:two</id><title>Second</title><updated>2026-02-03T04:05:06Z</updated>
<link href="javascript:alert(1)"/><summary type="text">1 &lt; 2</summary></entry></feed>"""


def test_an_item_is_a_page_with_its_title_date_and_link(feed: Feed) -> None:
    feed.publish(ATOM, "application/atom+xml")
    source = feed.open()
    one, two = listed(source).values()
    assert (one.url, two.url) == ("https://news.test/one", None)
    assert one.modified is not None
    assert one.modified.isoformat() == "2026-02-03T03:05:06+00:00"
    first, second = (InlineReader().read(each.name, source.fetch(each)) for each in (one, two))
    assert first.title == "First & foremost"
    assert "A bold step." in first.text
    assert "Ana" in first.text
    assert "alert" not in first.text
    assert "1 < 2" in second.text


def test_items_of_a_namesake_are_one(feed: Feed) -> None:
    item = "<item><guid>same</guid><title>{}</title></item>"
    feed.publish(f"<rss version='2.0'><channel>{item.format('New')}{item.format('Old')}</channel></rss>")
    source = feed.open()
    (entry,) = listed(source).values()
    assert b"New" in source.fetch(entry)


def test_older_items_are_kept_unless_told_otherwise(feed: Feed) -> None:
    feed.put("a", "words")
    assert Gap("", "") in list(feed.open(keep_older=True).entries())
    assert not [each for each in feed.open().entries() if isinstance(each, Gap)]


def test_what_a_damaged_feed_leaves_out_is_kept(feed: Feed) -> None:
    feed.publish("<rss version='2.0'><channel><item><guid>a</guid><title>A</title></item><item><guid>b")
    found = list(feed.open().entries())
    assert isinstance(found[0], Gap)
    assert "damaged" in found[0].reason


@pytest.mark.parametrize("body", ["<html><body>Hello</body></html>", "", "not xml", "{}", "/etc/passwd"])
def test_what_is_no_feed_is_refused(feed: Feed, body: str) -> None:
    feed.publish(body, "text/html")
    assert "is not a feed" in str(refusal(lambda: listed(feed.open())))


def test_a_feed_never_opens_a_file_or_an_address_of_its_own(feed: Feed, tmp_path: Path) -> None:
    """The parser would, given text: a body that is a file's name must stay a body."""
    (tmp_path / "secret.xml").write_text(ATOM)
    for body in (str(tmp_path / "secret.xml"), f"{feed.server.url}/other"):
        feed.publish(body)
        refusal(lambda: listed(feed.open()))
    assert set(feed.server.paths()) == {"/feed"}


def test_entities_are_not_looked_up(feed: Feed, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("swordfish")
    feed.publish(
        f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY x SYSTEM "file://{tmp_path}/secret.txt">]>'
        "<rss version='2.0'><channel><item><guid>a</guid><title>t &x;</title></item></channel></rss>"
    )
    source = feed.open()
    assert not any(b"swordfish" in source.fetch(entry) for entry in listed(source).values())


def test_a_feed_that_is_missing(feed: Feed) -> None:
    del feed.server.answers["/feed"]
    assert "404" in str(refusal(lambda: listed(feed.open())))
