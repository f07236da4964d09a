"""The widget in a real browser, in a page of another origin with a strict policy of its own."""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import jwt
import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from assistant.api.app import create_app, visitors_of
from assistant.api.server import _Server, address_of, bind
from assistant.handoff.record import Summary
from assistant.handoff.store import Circumstances
from assistant.security.visitors import Visitors
from assistant.security.widget_keys import WidgetKey
from assistant.settings import Settings
from assistant.storage.conversations import Conversations
from assistant.testing.documents import Text, cite, evidence_for
from assistant.testing.replies import DEMO, SMALL, Reply
from assistant.testing.scripted import ScriptedAssistant

FAR = 4_000_000_000
HANDOFF = {"enabled": True, "contact": {"en": "Telephone 123", "es": "Teléfono 123"}}


@dataclass
class Shop:
    """A website of somebody else's with the widget, and everything that was asked of it."""

    address: str
    page: str = ""
    policy: str = ""
    heard: list[str] = field(default_factory=list)


@dataclass
class Behind:
    """Pilares, whose assistant answers from a script."""

    address: str
    assistant: ScriptedAssistant
    visitors: Visitors
    key: WidgetKey


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            shop.heard.append(self.path)
            self.send_response(200 if self.path == "/" else 404)
            self.send_header("content-type", "text/html; charset=utf-8")
            self.send_header("content-security-policy", shop.policy)
            self.end_headers()
            self.wfile.write(shop.page.encode() if self.path == "/" else b"")

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    shop = Shop(f"http://127.0.0.1:{server.server_port}")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield shop
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, shop: Shop) -> Iterator[Behind]:
    settings = Settings(home=tmp_path_factory.mktemp("behind"), server={"port": 0}, handoff=HANDOFF,
                        limits={"visitor": {}, "visits_per_minute": 10_000})  # fmt: skip
    with Conversations.open(settings.conversations_url) as conversations:
        assistant = ScriptedAssistant(conversations)
        app = create_app(assistant, settings, page=False)
        visitors = visitors_of(assistant, settings)
        listener = bind(settings.server)
        config = uvicorn.Config(app, log_level="error", ws="none", timeout_graceful_shutdown=1)
        server = _Server(config, app.state.turns, lambda: None)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        key = visitors.keys.make("shop", [shop.address], groups=["customers"])
        yield Behind(address_of(listener, settings.server.host), assistant, visitors, key)
        server.should_exit = True
        thread.join(20)
        listener.close()


@pytest.fixture
def behind(running: Behind, shop: Shop) -> Behind:
    assistant = running.assistant
    assistant.replies, assistant.think_s = dict(DEMO), 0.0
    assistant.requests.clear()
    assistant.go.set()
    shop.heard.clear()
    shop.policy = (
        f"default-src 'none'; script-src {running.address}; connect-src {running.address}; img-src 'self' data:; "
        "require-trusted-types-for 'script'"
    )
    return running


Visit = Callable[..., Page]


@pytest.fixture
def visit(browser: Browser, behind: Behind, shop: Shop) -> Iterator[Visit]:
    """Open the website; `options` are attributes of the script tag. Afterwards: no errors, no dialogs."""
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def opened(*, same_as: Page | None = None, wrong: bool = False, lang: str = "en", **options: str) -> Page:
        context = same_as.context if same_as else browser.new_context(viewport={"width": 900, "height": 800})
        context.set_default_timeout(10_000)
        if context not in contexts:
            contexts.append(context)
            context.on("weberror", lambda error: errors.append(str(error.error)))
            context.on("dialog", lambda dialog: (errors.append(dialog.message), dialog.dismiss()))
            if not wrong:
                context.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
        data = "".join(f' data-{name}="{value}"' for name, value in {"key": behind.key.token, **options}.items())
        shop.page = (
            f'<!doctype html><html lang="{lang}"><link rel="icon" href="data:,"><title>Shop</title><h1>Shop</h1>'
            f'<a href="/other">Other</a><script src="{behind.address}widget.js"{data} async></script></html>'
        )
        page = context.new_page()
        page.goto(shop.address)
        page.wait_for_selector("pilares-chat .launcher")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert errors == []


def chat(page: Page) -> Locator:
    return page.get_by_role("dialog")


def ask(page: Page, question: str) -> None:
    field = chat(page).get_by_role("textbox")
    field.fill(question)
    field.press("Enter")


def answered(page: Page, number: int = 1) -> None:
    expect(chat(page).locator(".thumbs")).to_have_count(number)


def test_words_stream_in_and_a_citation_shows_the_quoted_sentence(behind: Behind, visit: Visit, shop: Shop) -> None:
    behind.assistant.go.clear()
    page = visit()
    page.get_by_role("button", name="Open the chat").click()
    ask(page, "How many days of leave?")
    expect(chat(page).get_by_role("status").first).to_have_text("Looking in the documents …")
    behind.assistant.word_s = 0.05
    behind.assistant.go.set()
    expect(chat(page).locator(".draft")).to_contain_text("You have")
    assert chat(page).locator(".thumbs").count() == 0
    answered(page)
    behind.assistant.word_s = 0.0
    quote = "Every employee has 25 days of annual leave a year."
    expect(chat(page).get_by_text(quote)).to_be_hidden()
    chat(page).get_by_role("button", name="Source 1: Annual leave policy").click()
    expect(chat(page).get_by_text(quote)).to_be_visible()
    expect(chat(page).locator("strong", has_text="25 days")).to_be_visible()
    assert behind.assistant.requests[-1].groups == {"everyone"}
    assert behind.assistant.requests[-1].user_id.startswith("guest:")  # type: ignore[union-attr]
    assert shop.heard == ["/"]


def test_the_keyboard_alone_is_enough(behind: Behind, visit: Visit) -> None:
    page = visit()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Open the chat")).to_be_focused()
    page.keyboard.press("Enter")
    field = page.get_by_label("Your question")
    expect(field).to_be_focused()
    page.keyboard.type("How many days of leave?")
    page.keyboard.press("Enter")
    answered(page)
    expect(chat(page).locator(".unseen[role=status]")).to_contain_text("You have 25 days")  # said aloud, whole and once
    page.keyboard.press("Shift+Tab")
    seen = set()
    for _ in range(30):  # around and around, never out
        seen.add(page.evaluate("document.activeElement.shadowRoot.activeElement?.getAttribute('aria-label') || '-'"))
        assert page.evaluate("document.activeElement.tagName") == "PILARES-CHAT"
        page.keyboard.press("Tab")
    assert {"Source 1: Annual leave policy", "Helpful", "Not helpful", "Send", "Close the chat"} <= seen
    page.keyboard.press("Escape")
    expect(chat(page)).to_be_hidden()
    expect(page.get_by_role("button", name="Open the chat")).to_be_focused()


def test_hostile_text_does_nothing(behind: Behind, visit: Visit, shop: Shop) -> None:
    evil = "<img src=/pwned onerror=alert(1)><script>alert(2)</script>"
    text = Text(f"evil{evil}.md", f"Title {evil}", "en", f"Title\n\n# Heading\n\nQuoted {evil} words. And more.\n")
    source = evidence_for(1, text, "Quoted", 0.9)
    answer = (
        f"{evil} ![x]({shop.address}/image) [a](javascript:alert(3)) [b](data:text/html,x) [c](JaVaScRiPt:alert(4)) "
        "[d](//evil.example) [e](https://good.example/) **<b onclick=alert(5)>bold</b>** `<i>`\n\n"
        f"| a | <svg onload=alert(6)> |\n|---|---|\n| ![y]({shop.address}/cell) | x |\n\n"
        f"[1]: {shop.address}/reference [1] [9] <style>*{{background:url({shop.address}/css)}}</style>"
    )
    behind.assistant.replies = {"": Reply(answer, SMALL, evidence=(source,), citations=(cite(source, "Quoted"),))}
    page = visit(greeting="&lt;img src=/greeting onerror=alert(7)&gt;")
    page.get_by_role("button", name="Open the chat").click()
    ask(page, f"Question {evil}")
    answered(page)
    chat(page).locator(".cite").first.click()
    expect(chat(page).locator(".said.you")).to_contain_text("<script>alert(2)</script>")
    inside = "document.querySelector('pilares-chat').shadowRoot.querySelectorAll('%s').length"
    assert page.evaluate(inside % "img, script, style, iframe, svg svg, .log b, .log i, [onerror], [onclick]") == 0
    links = chat(page).locator("a").evaluate_all("found => found.map(each => each.getAttribute('href'))")
    assert links[0] == "https://good.example/"
    assert all(
        link.startswith(("https://good.example/", f"{shop.address}/reference", f"{shop.address}/css")) for link in links
    )
    assert {each.get_attribute("rel") for each in chat(page).locator("a").all()} == {"noopener noreferrer nofollow"}
    assert chat(page).locator(".cite").count() == 2  # [9] cites nothing
    assert shop.heard == ["/"]


def test_a_page_of_another_origin_is_refused(behind: Behind, visit: Visit) -> None:
    other = behind.visitors.keys.make("elsewhere", ["https://elsewhere.example"])
    page = visit(wrong=True, key=other.token)
    page.get_by_role("button", name="Open the chat").click()
    expect(chat(page).locator(".status")).to_have_text(
        "The assistant cannot be reached. Check your connection and try again."
    )
    sent = page.evaluate(
        """async ([address, key]) => {
        const headers = {authorization: `Bearer ${key}`, 'x-pilares-guest': 'a'.repeat(43)};
        try { return (await fetch(address + 'api/widget/about', {headers})).status; } catch { return 'unreadable'; }
        }""",
        [behind.address, other.token],
    )
    assert sent == "unreadable"
    assert behind.assistant.requests == []


def test_a_conversation_goes_on_after_the_page_was_left(behind: Behind, visit: Visit) -> None:
    page = visit()
    page.get_by_role("button", name="Open the chat").click()
    ask(page, "How many days of leave?")
    answered(page)
    chat(page).get_by_role("button", name="Helpful", exact=True).click()
    expect(chat(page).locator(".status")).to_have_text("Thank you for telling us.")
    judged = behind.assistant.conversations.feedback(limit=1)[0]
    assert (judged.verdict, judged.surface, judged.correction) == ("up", "widget", "")
    again = visit(same_as=page)
    again.get_by_role("button", name="Open the chat").click()
    answered(again)
    expect(chat(again).get_by_role("button", name="Helpful", exact=True)).to_have_attribute("aria-pressed", "true")
    ask(again, "And the laptop?")
    answered(again, 2)
    asked = behind.assistant.requests
    assert asked[0].user_id == asked[1].user_id
    assert asked[0].conversation_id == asked[1].conversation_id
    chat(again).get_by_role("button", name="New conversation").click()
    expect(chat(again).locator(".said")).to_have_count(0)


def test_a_person_takes_over_and_their_reply_is_shown(behind: Behind, visit: Visit) -> None:
    page = visit()
    page.get_by_role("button", name="Open the chat").click()
    expect(chat(page)).to_contain_text("Telephone 123")
    ask(page, "hello")
    answered(page)
    request = behind.assistant.requests[-1]
    handoffs = behind.assistant.conversations.handoffs
    why = Circumstances("en", "asked", "normal", "neutral")
    made = handoffs.begin(str(request.user_id), str(request.conversation_id), why, Summary("a person, please"))
    chat(page).get_by_role("button", name="Talk to a person").click()
    answered(page, 2)
    assert behind.assistant.requests[-1].text == "I want to talk to a person"
    expect(chat(page).locator(".status")).to_contain_text("A person will see this conversation.")
    handoffs.close(made.id, "I am <b>Marta</b>.", "marta")
    again = visit(same_as=page)
    again.get_by_role("button", name="Open the chat").click()
    expect(chat(again).locator(".said.person")).to_have_text("A person: I am <b>Marta</b>.")


def test_a_site_vouches_for_its_visitor(behind: Behind, visit: Visit) -> None:
    claims = {"sub": "customer-42", "groups": ["customers", "board"], "exp": FAR}
    secret = behind.visitors.secrets.of(behind.key.id)
    claims["exp"] = int(__import__("time").time()) + 600
    page = visit(identity=jwt.encode(claims, secret, "HS256"))
    page.evaluate("window.Pilares.open()")
    ask(page, "hello")
    answered(page)
    request = behind.assistant.requests[-1]
    assert request.user_id == f"visitor:{behind.key.id}:customer-42"
    assert request.groups == {"everyone", "customers"}  # the key gives no board
    page.evaluate("window.Pilares.identify(null)")
    expect(chat(page).locator(".said")).to_have_count(0)


def test_it_speaks_spanish_and_looks_as_the_site_wants(behind: Behind, visit: Visit) -> None:
    page = visit(lang="es", theme="dark", accent="#ffd500", position="left", heading="Ayuda")
    page.get_by_role("button", name="Abrir el chat").click()
    expect(chat(page).get_by_role("heading")).to_have_text("Ayuda")
    expect(chat(page)).to_contain_text("Teléfono 123")
    ask(page, "¿Cuántas vacaciones tengo?")
    answered(page)
    assert behind.assistant.requests[-1].interface_language == "es"
    shown = page.evaluate(
        """() => { const root = document.querySelector('pilares-chat').shadowRoot;
        const style = (each) => getComputedStyle(root.querySelector(each));
        return [style('header').backgroundColor, style('header').color, style('.panel').backgroundColor,
            root.querySelector('.panel').getBoundingClientRect().left < 100]; }"""
    )
    assert shown == ["rgb(255, 213, 0)", "rgb(0, 0, 0)", "rgb(22, 25, 29)", True]


def test_it_stops_when_told_and_when_the_page_is_left(behind: Behind, visit: Visit) -> None:
    behind.assistant.replies = {"": Reply("word " * 400, SMALL)}
    behind.assistant.word_s, stopped = 0.02, behind.assistant.stopped
    page = visit()
    page.get_by_role("button", name="Open the chat").click()
    ask(page, "anything")
    expect(chat(page).locator(".draft")).to_contain_text("word word")
    chat(page).get_by_role("button", name="Stop").click()
    expect(chat(page).locator(".status")).to_have_text("Stopped.")
    expect(chat(page).get_by_role("button", name="Send")).to_be_visible()
    for _ in range(100):
        if behind.assistant.stopped > stopped:
            break
        page.wait_for_timeout(50)
    behind.assistant.word_s = 0.0
    assert behind.assistant.stopped == stopped + 1


def test_who_has_reached_a_limit_is_told_when_to_go_on(behind: Behind, visit: Visit, shop: Shop) -> None:
    narrow = behind.visitors.keys.make("narrow", [shop.address], budget=_one_a_day())
    page = visit(wrong=True, key=narrow.token)
    page.get_by_role("button", name="Open the chat").click()
    ask(page, "hello")
    answered(page)
    ask(page, "hello again")
    expect(chat(page).locator(".status")).to_contain_text("Many questions at the moment. Try again in")
    expect(chat(page).get_by_role("textbox")).to_have_value("hello again")


def _one_a_day():  # type: ignore[no-untyped-def]
    from assistant.security.allowance import Allowance

    return Allowance(requests_per_day=1)


def test_the_built_file_is_the_source(tmp_path: Path) -> None:
    """Needs esbuild: `npm ci --ignore-scripts` in `widget/`."""
    import subprocess

    root = Path(__file__).parents[2]
    esbuild = root / "widget" / "node_modules" / ".bin" / "esbuild"
    if not esbuild.exists():
        pytest.skip("esbuild is not installed: `make widget` gets it where npm is")
    script = json.loads((root / "widget" / "package.json").read_text())["scripts"]["build"]
    built = tmp_path / "widget.js"
    command = script.replace("../assistant/ui/static/widget.js", str(built)).removeprefix("esbuild ")
    subprocess.run(f"{esbuild} {command} --log-level=error", shell=True, check=True, cwd=root / "widget", timeout=60)
    assert built.read_bytes() == (root / "assistant" / "ui" / "static" / "widget.js").read_bytes()
