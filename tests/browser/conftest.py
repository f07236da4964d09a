"""Headless Chromium against a real server whose assistant answers from a script."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from shutil import which
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from assistant.settings import Settings
from assistant.testing.connectors import ScriptedConnectors
from assistant.testing.documents import ScriptedDocuments
from assistant.testing.replies import DEMO
from assistant.testing.sites import Site, await_page, start_site
from connectors.settings import ConnectorSettings

CHROMIUM = which("chromium") or which("chromium-browser") or which("google-chrome")
DESKTOP = {"viewport": {"width": 1440, "height": 900}, "locale": "en-GB", "reduced_motion": "reduce"}
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run", "--disable-extensions",
    "--disable-features=Translate,OptimizationHints,MediaRouter",
]  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests come last: Playwright's event loop stays in the main thread, where others would stumble over it."""
    for item in items:
        if _in_browser(item):
            item.add_marker(pytest.mark.browser)
    items.sort(key=_in_browser)


def _in_browser(item: pytest.Item) -> bool:
    return Path(__file__).parent in item.path.parents


def start(home: Path, port: int = 0, connectors: ScriptedConnectors | None = None) -> Site:
    settings = Settings(
        home=home, server={"port": port}, turn={"max_question_chars": 2_000}, knowledge={"max_file_bytes": 200_000}
    )
    if connectors is not None:
        named = {name: ConnectorSettings(platform="slack") for name in connectors.names}
        settings = settings.model_copy(update={"connectors": named})
    return start_site(settings, connectors=connectors)


@pytest.fixture(scope="session")
def page_ready() -> Callable[[str], None]:
    """Waits until the page of an address is served."""
    return await_page


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    site = start(tmp_path_factory.mktemp("site"))
    await_page(site.address)
    yield site
    site.stop()


@pytest.fixture
def site(running: Site) -> Site:
    """The server, with nothing left of earlier tests."""
    assistant = running.assistant
    for made in assistant.conversations.list("local", 1_000):
        assistant.conversations.delete("local", made.id)
    assistant.word_s, assistant.think_s, assistant.find_s, assistant.stopped = 0.0, 0.0, 0.0, 0
    assistant.replies, assistant.documents, assistant.service = dict(DEMO), ScriptedDocuments(), None
    assistant.requests.clear()
    assistant.go.set()
    return running


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=FLAGS)
        yield launched
        launched.close()


@dataclass
class Watched:
    """What a page did that a test may want to know."""

    requests: list[str]
    errors: list[str]

    @property
    def outside(self) -> list[str]:
        own = {"127.0.0.1", "localhost", "[::1]", ""}
        return [url for url in self.requests if urlsplit(url).scheme not in ("data", "blob", "about")
                and (urlsplit(url).hostname or "") not in own]  # fmt: skip


# A page that is left aborts what it still waits for, and Gradio's client tells the console of it as an error.
QUIET_WHEN_LEFT = "addEventListener('beforeunload', () => { console.error = () => {}; });"


def watch(context: BrowserContext) -> Watched:
    watched = Watched([], [])
    context.add_init_script(QUIET_WHEN_LEFT)
    context.on("request", lambda request: watched.requests.append(request.url))
    context.on("weberror", lambda error: watched.errors.append(str(error.error)))
    context.on("console", lambda said: watched.errors.append(said.text) if said.type == "error" else None)
    context.on("dialog", lambda dialog: (watched.errors.append(f"dialog: {dialog.message}"), dialog.dismiss()))
    return watched


@pytest.fixture(scope="session")
def usual(browser: Browser) -> Iterator[tuple[BrowserContext, Watched]]:
    """One browser for most tests, so that Gradio's sixty files are loaded once."""
    context = browser.new_context(**DESKTOP)
    yield context, watch(context)
    context.close()


@pytest.fixture
def new_page(browser: Browser, site: Site, usual: tuple[BrowserContext, Watched]) -> Iterator[Callable[..., Page]]:
    """Open the page; with options, in a browser of its own.

    Afterwards: no script errors, and nothing asked of anyone but us (unless `strict` was False).
    """
    contexts: list[tuple[BrowserContext, Watched]] = []
    pages: list[Page] = []

    def context_for(strict: bool, options: dict[str, object]) -> BrowserContext:
        if strict and not options:
            return usual[0]
        context = browser.new_context(**{**DESKTOP, **options})  # type: ignore[arg-type]
        contexts.append((context, watch(context) if strict else Watched([], [])))
        return context

    def opened(path: str = "", strict: bool = True, **options: object) -> Page:
        context = context_for(strict, options)
        context.set_default_timeout(15_000)
        pages.append(context.new_page())
        pages[-1].goto(site.address + path)
        pages[-1].wait_for_selector("body[data-ready] .pl-transcript")
        return pages[-1]

    yield opened
    for page in pages:
        if page.context is usual[0] and not page.is_closed():
            page.evaluate("localStorage.clear()")
            page.close()
    usual[0].clear_cookies()
    for context, watched in [*contexts, usual]:
        outside, errors = watched.outside, list(watched.errors)
        watched.requests.clear()
        watched.errors.clear()
        if context is not usual[0]:
            context.close()
        assert outside == []
        assert errors == []


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    return new_page()


def ask(page: Page, question: str) -> None:
    field = page.get_by_label("Your question").or_(page.get_by_label("Tu pregunta"))
    field.fill(question)
    field.press("Enter")


def answered(page: Page, number: int = 1) -> None:
    """Wait until the conversation has so many finished answers and none that runs."""
    page.wait_for_function(
        "n => document.querySelectorAll('.pl-chip').length === n && !document.querySelector('.pl-live')", arg=number
    )


@pytest.fixture
def asking() -> Callable[[Page, str, int], None]:
    """Ask, and wait for the answer of that number in the conversation."""

    def asked(page: Page, question: str, number: int = 1) -> None:
        ask(page, question)
        answered(page, number)

    return asked


@pytest.fixture
def serve() -> Iterator[Callable[..., Site]]:
    """Start servers of a test's own."""
    sites: list[Site] = []

    def started(home: Path, port: int = 0, connectors: ScriptedConnectors | None = None) -> Site:
        sites.append(start(home, port, connectors))
        await_page(sites[-1].address)
        return sites[-1]

    yield started
    for site in sites:
        site.stop()
