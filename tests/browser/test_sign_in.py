"""Signing in with a real browser: the page stands behind it, and shows each person what is theirs."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
import uvicorn
from playwright.sync_api import Browser, Page

from assistant.api.app import create_app
from assistant.api.server import _Server, address_of, bind
from assistant.security.accounts import Accounts
from assistant.settings import Settings
from assistant.storage.conversations import Conversations
from assistant.testing.accounts import PASSWORD, cheap_accounts, known
from assistant.testing.scripted import ScriptedAssistant


@pytest.fixture
def closed(tmp_path: Path) -> Iterator[tuple[str, Accounts, ScriptedAssistant]]:
    settings = Settings(home=tmp_path, server={"port": 0}, security={"accounts": True})
    with Conversations.open(settings.conversations_url) as conversations:
        accounts, assistant = cheap_accounts(conversations.database), ScriptedAssistant(conversations)
        app = create_app(assistant, settings, accounts=accounts)
        listener = bind(settings.server)
        server = _Server(uvicorn.Config(app, log_level="error", ws="none"), app.state.turns, lambda: None)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        yield address_of(listener, settings.server.host), accounts, assistant
        server.should_exit = True
        thread.join(20)
        listener.close()


def test_people_sign_in_and_see_what_is_theirs(
    closed: tuple[str, Accounts, ScriptedAssistant], browser: Browser, asking: Callable[[Page, str, int], None]
) -> None:
    address, accounts, assistant = closed
    known(accounts, "ben")
    ana = accounts.users.add("ana", groups=["hr"])
    context = browser.new_context()
    context.set_default_timeout(30_000)
    page = context.new_page()
    page.goto(address)
    assert page.url.startswith(f"{address}sign-in")

    page.goto(f"{address}sign-in/{accounts.links.make(ana)}")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button").click()
    page.wait_for_selector("body[data-ready] .pl-transcript", timeout=60_000)
    asking(page, "How many days of leave?", 1)
    assert (assistant.requests[-1].user_id, assistant.requests[-1].groups) == (ana.id, {"everyone", "hr"})
    assert page.locator(".pl-item").count() == 1
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in")

    page.get_by_label("Name").fill("ben")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button").click()
    page.wait_for_selector("body[data-ready] .pl-transcript")
    assert page.locator(".pl-item").count() == 0
    assert not page.locator("#pl-upload").is_visible()

    accounts.users.suspend("ben")
    cookies = {each["name"]: each["value"] for each in context.cookies()}
    for path in ("config", "gradio_api/queue/data?session_hash=x", "api/conversations"):
        assert httpx.get(address + path, cookies=cookies).status_code == 401
    key = known(accounts, "cas").key
    assert httpx.get(address, headers=key).status_code == 403
    context.close()
