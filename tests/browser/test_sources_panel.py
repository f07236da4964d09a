"""Checking an answer: from the marker to the sentence to the document."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

Asking = Callable[..., None]
UNNAMED = """[...document.querySelectorAll('button, input, textarea, select')]
    .filter((each) => each.checkVisibility({visibilityProperty: true}))
    .filter((each) => !(each.innerText?.trim() || each.ariaLabel || each.title || each.labels?.length))
    .map((each) => each.outerHTML)"""
LEAVE = "How many days of annual leave do I get?"


def test_a_marker_opens_its_card_with_the_quote_highlighted(page: Page, asking: Asking) -> None:
    asking(page, LEAVE)
    card = page.locator("#pl-source-2")
    card.locator("summary").click()
    expect(card.locator("blockquote")).to_be_hidden()
    page.locator(".pl-cite", has_text="2").click()
    expect(card.locator("blockquote")).to_be_visible()
    expect(card.locator("mark.pl-quoted")).to_have_text(
        "Up to five days that were not taken can be carried over to the next year."
    )
    expect(card.locator("summary")).to_be_focused()


def test_uncited_passages_are_folded_when_the_answer_is_there(page: Page, asking: Asking) -> None:
    asking(page, LEAVE)
    expect(page.locator("#pl-source-1 blockquote")).to_be_visible()
    expect(page.locator("#pl-source-3 blockquote")).to_be_hidden()
    expect(page.locator("#pl-source-3 .pl-tag")).to_have_text("found, not cited")


def test_the_sources_of_an_earlier_answer_come_back(page: Page, asking: Asking) -> None:
    asking(page, LEAVE)
    asking(page, "I lost my laptop", 2)
    expect(page.locator(".pl-card-title").first).to_have_text("Lost and stolen devices")
    page.locator(".pl-turn").first.locator(".pl-cite", has_text="2").click()
    expect(page.locator(".pl-card-title").first).to_have_text("Annual leave policy")
    expect(page.locator("#pl-source-2 summary")).to_be_focused()
    page.locator(".pl-turn").nth(1).get_by_role("button", name="2 sources").click()
    expect(page.locator(".pl-card-title").first).to_have_text("Lost and stolen devices")


def test_the_document_is_shown_at_the_quote(page: Page, asking: Asking) -> None:
    asking(page, LEAVE)
    page.locator("#pl-source-1").get_by_role("button", name="Show in the document").click()
    reader = page.locator(".pl-reader")
    expect(reader.locator("mark")).to_have_text("Every employee has 25 days of annual leave a year.")
    expect(reader).to_contain_text("Carried-over days expire on 31 March.")
    page.keyboard.press("Escape")
    expect(reader).to_be_hidden()


def test_sentences_without_support_are_marked_and_explained(page: Page, asking: Asking) -> None:
    asking(page, "Please compare leave and travel")
    marked = page.locator("mark.pl-unsupported")
    expect(marked).to_have_text("Most people plan their leave in January.")
    expect(marked).to_have_css("text-decoration-style", "dotted")
    expect(page.locator(".pl-doubt")).to_contain_text("no sentence in the documents was found to back this")


def test_an_abstention_looks_different_and_says_what_was_searched(page: Page, asking: Asking) -> None:
    asking(page, "What is the meaning of life?")
    expect(page.locator(".pl-notice")).to_contain_text("Not in the documents")
    expect(page.locator(".pl-notice")).to_contain_text("I searched 4 documents")
    expect(page.locator(".pl-chip")).to_contain_text("nothing found")


def test_everything_can_be_reached_with_the_keyboard(page: Page, asking: Asking) -> None:
    asking(page, LEAVE)
    page.locator(".pl-cite").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#pl-source-1 summary")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#pl-source-1 blockquote")).to_be_hidden()
    unnamed = page.evaluate(UNNAMED)
    assert unnamed == []
