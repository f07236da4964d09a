"""The operator's page in a browser, beside the scripted assistant (which has no sources)."""

import json
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, Route, expect

from assistant.testing.connectors import ScriptedConnectors
from assistant.ui.operating import operating_page
from connectors.connector import Health
from connectors.store.links import Link


def test_the_chat_leads_to_it_and_it_leads_back(site, page: Page) -> None:  # type: ignore[no-untyped-def]
    page.get_by_role("link", name="Operation").click()
    expect(page.get_by_role("heading", name="Operation")).to_be_visible()
    expect(page.locator("#parts")).to_contain_text("small modelready")
    expect(page.locator("#handoffs")).to_contain_text("Nobody is waiting.")
    expect(page.locator("#costs")).to_contain_text("if always the large model")
    expect(page.locator("#jobs")).to_be_hidden()
    expect(page.locator("#connectors")).to_be_hidden()
    page.get_by_role("link", name="Back to the chat").click()
    page.wait_for_selector("body[data-ready] .pl-transcript")


def test_a_conversation_that_waits_is_taken_and_given_back(site, new_page) -> None:  # type: ignore[no-untyped-def]
    from assistant.handoff.record import Summary
    from assistant.handoff.store import Circumstances

    conversations = site.assistant.conversations
    begun = conversations.start("local")
    why = Circumstances("en", "asked", "normal", "neutral")
    conversations.handoffs.begin("local", begun.id, why, Summary("<b>I want to talk to somebody</b>"))
    page = new_page()
    page.goto(site.address + "operation")
    waiting = page.locator("#handoffs article")
    expect(waiting).to_contain_text("<b>I want to talk to somebody</b>")
    waiting.get_by_role("button", name="Take it").click()
    expect(waiting).to_contain_text("taken")
    waiting.get_by_role("button", name="Give back").click()
    expect(page.locator("#handoffs")).to_contain_text("Nobody is waiting.")


def test_a_connector_is_shown_with_its_trouble_and_is_paused(serve, new_page, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    lately = time.time()
    why = "Slack closed the socket. <b>It is opened again.</b>"
    link = Link("helpdesk", "waiting", lately, why, lately - 7200, None, 0, False, why, lately - 180)
    found = Health(link, {"waiting": 2}, {"waiting": 1, "failed": 3})
    site = serve(tmp_path, connectors=ScriptedConnectors(helpdesk=found))
    page = new_page()
    page.goto(site.address + "operation")
    row = page.locator("#connectors tbody tr")
    for words in (
        "helpdesk",
        "slack",
        "trying again",
        "2 hours ago",
        "2 to answer · 1 to send",
        "3 given up",
        why,
        "3 minutes ago",
    ):
        expect(row).to_contain_text(words)
    row.get_by_role("button", name="Pause").click()
    expect(row).to_contain_text("paused")
    row.get_by_role("button", name="Go on").click()
    expect(row.get_by_role("button", name="Pause")).to_be_visible()


def test_a_source_that_lost_its_documents_is_believed_when_that_is_confirmed(site, new_page) -> None:  # type: ignore[no-untyped-def]
    progress = {"done": 0, "total": 0, "unchanged": 0, "skipped": 0, "states": {}}
    job = {"id": 7, "source": "wiki", "state": "failed", "error": "wiki lists no documents.", "cancelling": False}
    job |= {"requested": "2026-02-02T10:00:00Z", "started": None, "finished": None, "progress": progress}
    sent: list[Any] = []

    def retry(route: Route) -> None:
        sent.append(json.loads(route.request.post_data or "null"))
        route.fulfill(status=202, json=job)

    page = new_page()
    page.route(
        "**/operation", lambda route: route.fulfill(body=operating_page("en", ("website",)), content_type="text/html")
    )
    page.route("**/api/v1/jobs", lambda route: route.fulfill(json={"jobs": [job]}))
    page.route("**/api/v1/sources", lambda route: route.fulfill(json={"sources": []}))
    page.route("**/api/v1/jobs/7/retry", retry)
    page.add_init_script("window.asked = []; window.confirm = (text) => asked.push(text) > 1")  # first no, then yes
    page.goto(site.address + "operation")
    page.get_by_role("button", name="Fetch everything").click()
    expect(page.locator("#jobs")).to_contain_text("wiki lists no documents.")
    expect(page.locator("#sources code")).to_have_text("pilares ingest")
    assert ("forget what it no longer lists" in page.evaluate("asked[0]"), sent) == (True, [])
    with page.expect_response("**/api/v1/jobs/7/retry"):
        page.get_by_role("button", name="Fetch everything").click()
    assert sent == [{"whole": True}]
