"""Conversations: kept, found again, renamed, deleted."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

Asking = Callable[..., None]
LEAVE = "How many days of annual leave do I get?"


def test_a_reload_and_another_browser_find_the_conversation(site, new_page, asking: Asking) -> None:  # type: ignore[no-untyped-def]
    page = new_page()
    asking(page, LEAVE)
    assert "?c=" in page.url
    page.reload()
    page.wait_for_selector(".pl-chip")
    expect(page.locator(".pl-said-text")).to_have_text(f"You: {LEAVE}")
    expect(page.locator(".pl-card").first).to_be_visible()
    other = new_page()
    other.locator(".pl-pick").click()
    expect(other.locator(".pl-answer")).to_contain_text("25 days")


def test_a_conversation_is_renamed(site, page: Page, asking: Asking) -> None:  # type: ignore[no-untyped-def]
    asking(page, LEAVE)
    item = page.locator(".pl-item").first
    item.hover()
    item.get_by_role("button", name="Rename").click()
    item.get_by_label("Name of the conversation").fill("Holidays <b>2026</b>")
    page.keyboard.press("Enter")
    expect(page.locator(".pl-pick")).to_have_text("Holidays <b>2026</b>")
    assert site.assistant.conversations.list("local")[0].title == "Holidays <b>2026</b>"


def test_a_conversation_is_deleted_after_a_question(site, page: Page, asking: Asking) -> None:  # type: ignore[no-untyped-def]
    asking(page, LEAVE)
    item = page.locator(".pl-item").first
    item.hover()
    item.locator("[data-show^=pl-delete]").click()
    item.get_by_role("button", name="Cancel").click()
    assert len(site.assistant.conversations.list("local")) == 1
    item.hover()
    item.locator("[data-show^=pl-delete]").click()
    item.locator("form.pl-danger").get_by_role("button", name="Delete").click()
    page.wait_for_selector(".pl-welcome")
    expect(page.locator(".pl-item")).to_have_count(0)
    assert "?c=" not in page.url
    assert site.assistant.conversations.list("local") == []


def test_search_finds_what_was_said(page: Page, asking: Asking) -> None:
    asking(page, LEAVE)
    page.get_by_role("button", name="New conversation").click()
    page.wait_for_selector(".pl-welcome")
    asking(page, "I lost my laptop")
    search = page.get_by_label("Search conversations")
    search.fill("CARRIED over")
    expect(page.locator(".pl-pick")).to_have_text([LEAVE])
    search.fill("zebra")
    expect(page.locator(".pl-list")).to_have_text("No conversation matches.")
    search.fill("")
    expect(page.locator(".pl-pick")).to_have_count(2)


def test_a_verdict_counts_at_once_and_may_be_explained(site, page: Page, asking: Asking) -> None:  # type: ignore[no-untyped-def]
    asking(page, LEAVE)
    thumbs = page.locator(".pl-thumb")
    thumbs.nth(0).click()
    expect(thumbs.nth(0)).to_have_attribute("aria-pressed", "true")
    thumbs.nth(1).click()
    page.get_by_text("Incomplete").click()
    page.get_by_label("How should it be answered?").fill("25 days, in proportion for part-time.")
    page.get_by_role("button", name="Send feedback").click()
    expect(page.locator(".pl-thanks")).to_have_text("Thank you, stored.")
    page.wait_for_timeout(300)
    (given,) = site.assistant.conversations.feedback()
    assert (given.verdict, given.reason, given.surface) == ("down", "incomplete", "ui")
    assert given.correction == "25 days, in proportion for part-time."
    assert [each.verdict for each in site.assistant.conversations.feedback(history=True)] == ["down", "down", "up"]
    page.reload()
    expect(page.locator(".pl-thumb").nth(1)).to_have_attribute("aria-pressed", "true")


def test_copying_gives_the_words_without_the_markers(new_page, asking: Asking) -> None:  # type: ignore[no-untyped-def]
    page = new_page(permissions=["clipboard-read", "clipboard-write"])
    asking(page, LEAVE)
    page.locator(".pl-answer").get_by_role("button", name="Copy").click()
    page.wait_for_selector(".pl-done")
    assert page.evaluate("navigator.clipboard.readText()") == (
        "You have 25 days of annual leave a year. Up to five days can be carried over to the next year."
    )


def test_the_page_goes_on_after_the_server_was_restarted(browser: Browser, tmp_path: Path, serve) -> None:  # type: ignore[no-untyped-def]
    first = serve(tmp_path)
    page = browser.new_page(locale="en-GB")
    page.goto(first.address)
    page.wait_for_selector("body[data-ready] .pl-transcript")
    page.get_by_label("Your question").fill("hello")
    page.get_by_label("Your question").press("Enter")
    page.wait_for_selector(".pl-chip")
    port = int(first.address.rstrip("/").rsplit(":", 1)[1])
    first.stop()
    serve(tmp_path, port)
    page.get_by_label("Your question").fill("I lost my laptop")
    page.get_by_label("Your question").press("Enter")
    expect(page.locator(".pl-turn").nth(1)).to_contain_text("within one hour", timeout=20_000)
    expect(page.locator(".pl-turn")).to_have_count(2)
    page.close()


@pytest.mark.parametrize("path", ["?c=none", "?c=%27%3Cscript%3Ealert(1)%3C%2Fscript%3E", "?c=" + "x" * 500])
def test_an_address_of_no_conversation_opens_an_empty_one(new_page, path: str) -> None:  # type: ignore[no-untyped-def]
    page = new_page(path)
    page.wait_for_selector(".pl-welcome")


def test_a_long_list_scrolls_and_leaves_the_foot_alone(site, new_page) -> None:  # type: ignore[no-untyped-def]
    for number in range(40):
        site.assistant.conversations.start("local", title=f"Talk {number}")
    page = new_page()
    heights = "e => [e.scrollHeight > e.clientHeight, getComputedStyle(e).overflowY]"
    assert page.locator("#pl-conversations").evaluate(heights) == [True, "auto"]
