"""Our own sample of hostile texts everywhere they are shown; `benchmarks.protection` has the large sets."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from assistant.testing.hostile import CANARY, fetches, scripts
from assistant.testing.probes.page import ChatPage
from assistant.testing.probes.platforms import PlatformPage, markup
from assistant.testing.probes.seen import Seen, Watch
from assistant.testing.sink import Sink, listening
from assistant.testing.sites import Site


@pytest.fixture
def sink() -> Iterator[Sink]:
    with listening() as made:
        yield made


def harmed(watch: Watch, page: Page, *, leaves: bool) -> bool:
    """Whether something that must not happen happens within ten seconds; a page that leaves cannot be looked into."""
    for _ in range(100):
        if not leaves:
            watch.look(page, "document.documentElement")
        if not watch.take().harmless:
            return True
        page.wait_for_timeout(100)
    return False


def test_the_watch_sees_what_must_not_happen(browser: Browser, sink: Sink) -> None:
    """Every text of the sample that is HTML does something in a page that trusts it; else nothing would be proven."""
    context = browser.new_context()
    watch = Watch(context, ())
    for text in (*scripts(), *fetches(sink.address)):
        if text.startswith(("<", '">')):
            page = context.new_page()
            page.set_content(f"<!doctype html><main>{text}</main>", wait_until="commit")
            assert harmed(watch, page, leaves="http-equiv=refresh" in text), text
            page.close()
            watch.take()
    assert any(CANARY in path for path in sink.heard)
    page = context.new_page()
    page.set_content("<main>nothing <b>at</b> all</main>")
    watch.look(page, "document.querySelector('main')")
    assert watch.take() == Seen()
    context.close()


def test_a_conversation_full_of_them_is_opened_and_nothing_happens(site: Site, browser: Browser, sink: Sink) -> None:
    chat = ChatPage(browser, site)
    assert chat.remembers([*scripts(), *fetches(sink.address)]) == Seen()
    assert chat.operates([*scripts(), *fetches(sink.address)]) == Seen()
    chat.close()
    assert sink.heard == []


def test_one_is_asked_streamed_quoted_and_opened_and_nothing_happens(site: Site, browser: Browser, sink: Sink) -> None:
    chat = ChatPage(browser, site)
    together = "\n\n".join([fetches(sink.address)[0], fetches(sink.address)[2], scripts()[0], scripts()[1]])
    assert chat.shows(together) == Seen()
    chat.close()
    assert sink.heard == []


def test_chat_platforms_get_nothing_that_loads_or_runs(browser: Browser, sink: Sink) -> None:
    platforms = PlatformPage(browser)
    assert platforms.shows([*scripts(), *fetches(sink.address)]) == Seen()
    platforms.close()
    assert sink.heard == []


def test_markup_that_is_not_html_is_looked_at_by_its_links() -> None:
    from markdown_it import MarkdownIt

    trusted = MarkdownIt("commonmark").parse("![x](http://sink.example/a)")
    assert any(child.type == "image" for token in trusted for child in token.children or ())
    assert markup("![x](http://sink.example/a) [y](javascript:alert(1)) [z](https://example.org)") == ()
