"""Asking: evidence first, then words, then an answer one can stop, repeat, change."""

import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from assistant.errors import ModelUnavailable, NotFound
from assistant.testing.replies import Reply

Asking = Callable[..., None]


def field(page: Page):  # type: ignore[no-untyped-def]
    return page.get_by_label("Your question")


def test_the_sources_are_there_before_the_first_word(site, page: Page) -> None:  # type: ignore[no-untyped-def]
    site.assistant.go.clear()
    field(page).fill("How many days of annual leave do I get?")
    field(page).press("Enter")
    page.wait_for_selector(".pl-card")
    assert page.locator(".pl-live .pl-text").count() == 0
    expect(page.locator(".pl-live .pl-status")).to_contain_text("Reading 3 passages")
    expect(page.locator("blockquote mark.pl-best").first).to_have_text(
        "Every employee has 25 days of annual leave a year."
    )
    site.assistant.go.set()
    page.wait_for_selector(".pl-chip")


def test_words_stream_in_and_the_end_is_the_stored_answer(site, page: Page) -> None:  # type: ignore[no-untyped-def]
    site.assistant.word_s = 0.05
    field(page).fill("How many days of annual leave do I get?")
    field(page).press("Enter")
    page.wait_for_selector(".pl-live .pl-text")
    lengths = set()
    while page.locator(".pl-live .pl-text").count():
        lengths.add(page.evaluate("document.querySelector('.pl-live .pl-text')?.textContent.length ?? 0"))
    assert len(lengths) > 4
    expect(page.locator(".pl-chip")).to_contain_text("Small model·clear evidence·")
    expect(page.locator(".pl-answer .pl-text")).to_contain_text("You have 25 days of annual leave a year")
    expect(page.locator(".pl-cite")).to_have_count(2)
    expect(field(page)).to_have_value("")


def test_a_revised_draft_is_replaced(site, page: Page, asking: Asking) -> None:  # type: ignore[no-untyped-def]
    site.assistant.replies = {"": Reply("The checked answer.", draft="A hasty draft.")}
    asking(page, "anything")
    expect(page.locator(".pl-answer .pl-text")).to_have_text("The checked answer.")


def test_stop_ends_the_model_and_keeps_what_was_written(site, page: Page) -> None:  # type: ignore[no-untyped-def]
    site.assistant.word_s = 0.5  # the whole answer would take 18 s
    field(page).fill("Please compare leave and travel")
    field(page).press("Enter")
    page.wait_for_selector(".pl-live .pl-text")
    started = time.monotonic()
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(page.locator(".pl-ended")).to_contain_text("Stopped before the answer was complete.")
    assert time.monotonic() - started < 5
    assert site.assistant.stopped == 1
    expect(page.get_by_role("button", name="Send", exact=True)).to_be_visible()
    (made,) = site.assistant.conversations.list("local")
    (turn,) = site.assistant.conversations.turns("local", made.id)
    assert turn.state == "interrupted"
    assert turn.partial
    expect(page.locator(".pl-answer .pl-text")).to_contain_text(turn.partial.split("\n")[0].strip())
    expect(page.locator(".pl-card").first).to_be_visible()  # what was found stays


def test_a_stopped_turn_can_be_tried_again(site, page: Page) -> None:  # type: ignore[no-untyped-def]
    site.assistant.word_s = 0.2
    field(page).fill("How many days of annual leave do I get?")
    field(page).press("Enter")
    page.wait_for_selector(".pl-live .pl-text")
    page.get_by_role("button", name="Stop", exact=True).click()
    again = page.locator(".pl-ended").get_by_role("button", name="Try again")
    again.wait_for()  # before that a faster answer could end ahead of the stop
    site.assistant.word_s = 0.0
    again.click()
    page.wait_for_selector(".pl-chip")
    expect(page.locator(".pl-turn")).to_have_count(1)


def test_retry_asks_the_same_again_in_place(site, page: Page, asking: Asking) -> None:  # type: ignore[no-untyped-def]
    asking(page, "How many days of annual leave do I get?")
    first = page.locator(".pl-answer").get_attribute("data-answer")
    page.get_by_role("button", name="Try again").click()
    page.wait_for_function(
        """id => { const shown = document.querySelector('.pl-answer[data-answer]');
            return shown && shown.dataset.answer !== id; }""",
        arg=first,
    )
    expect(page.locator(".pl-turn")).to_have_count(1)
    assert [request.text for request in site.assistant.requests] == ["How many days of annual leave do I get?"] * 2


def test_the_large_model_can_be_asked_instead(site, page: Page, asking: Asking) -> None:  # type: ignore[no-untyped-def]
    asking(page, "How many days of annual leave do I get?")
    page.get_by_role("button", name="Ask the large model").click()
    expect(page.locator(".pl-chip")).to_contain_text("Large model·you chose it")
    assert site.assistant.requests[-1].model == "llm"


@pytest.mark.parametrize(
    ("shown", "profile"), [("Saving", "auto-cheap"), ("Thorough", "auto-quality"), ("This computer", "local-only")]
)
def test_a_profile_goes_with_the_question(site, page: Page, asking: Asking, shown: str, profile: str) -> None:  # type: ignore[no-untyped-def]
    page.get_by_text(shown, exact=True).click()
    asking(page, "How many days of annual leave do I get?")
    assert (site.assistant.requests[-1].model, site.assistant.requests[-1].profile) == ("auto", profile)


def test_the_model_choice_goes_with_the_question(site, page: Page, asking: Asking) -> None:  # type: ignore[no-untyped-def]
    page.get_by_text("Small", exact=True).click()
    asking(page, "How many days of annual leave do I get?")
    assert site.assistant.requests[-1].model == "slm"
    expect(page.locator(".pl-chip")).to_contain_text("you chose it")


def test_an_edited_question_replaces_it_and_what_followed(site, page: Page, asking: Asking) -> None:  # type: ignore[no-untyped-def]
    asking(page, "hello")
    asking(page, "How many days of annual leave do I get?", 2)
    asking(page, "Please compare leave and travel", 3)
    second = page.locator(".pl-turn").nth(1)
    second.locator(".pl-question").hover()
    second.get_by_role("button", name="Edit", exact=True).click()
    second.get_by_label("Edit the question").fill("I lost my laptop")
    second.get_by_role("button", name="Send again").click()
    expect(page.locator(".pl-turn")).to_have_count(2)
    expect(page.locator(".pl-turn").nth(1)).to_contain_text("within one hour")
    (made,) = site.assistant.conversations.list("local")
    assert [turn.question for turn in site.assistant.conversations.turns("local", made.id)] == [
        "hello",
        "I lost my laptop",
    ]


def test_shift_enter_makes_a_line_and_the_question_is_kept_as_asked(site, page: Page) -> None:  # type: ignore[no-untyped-def]
    field(page).fill("hello")
    field(page).press("Shift+Enter")
    field(page).press_sequentially("again")
    field(page).press("Enter")
    page.wait_for_selector(".pl-chip")
    assert site.assistant.requests[-1].text == "hello\nagain"
    expect(page.locator(".pl-said-text")).to_have_text("You: hello\nagain")


def test_a_question_that_is_too_long_is_refused_in_words_and_not_lost(site, page: Page) -> None:  # type: ignore[no-untyped-def]
    field(page).fill("x" * 2_001)
    field(page).press("Enter")
    expect(page.locator(".toast-wrap, [data-testid=toast-body]").first).to_contain_text(
        "The limit is 2000".lower(), ignore_case=True
    )
    expect(field(page)).to_have_value("x" * 2_001)
    assert site.assistant.requests == []


def test_a_failed_turn_says_what_to_do_and_offers_another_try(site, page: Page) -> None:  # type: ignore[no-untyped-def]
    site.assistant.replies = {
        "": Reply("Some words", error=ModelUnavailable("The model is gone. Run `pilares models pull`."))
    }
    field(page).fill("anything")
    field(page).press("Enter")
    expect(page.locator(".pl-ended[data-state=failed]")).to_contain_text("Run `pilares models pull`.")
    site.assistant.replies = {"": Reply("It works again.")}
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".pl-answer .pl-text")).to_have_text("It works again.")


def test_an_example_is_one_click(site, page: Page) -> None:  # type: ignore[no-untyped-def]
    page.locator(".pl-example").nth(2).click()
    page.wait_for_selector(".pl-chip")
    assert site.assistant.requests[0].text == "What should I do if I lose my laptop?"


def test_two_people_at_once_do_not_see_each_other(site, new_page) -> None:  # type: ignore[no-untyped-def]
    site.assistant.word_s = 0.03
    one, two = new_page(), new_page()
    field(one).fill("How many days of annual leave do I get?")
    field(two).fill("I lost my laptop")
    field(one).press("Enter")
    field(two).press("Enter")
    one.wait_for_selector(".pl-chip")
    two.wait_for_selector(".pl-chip")
    expect(one.locator(".pl-answer")).to_contain_text("25 days")
    expect(two.locator(".pl-answer")).to_contain_text("within one hour")
    expect(one.locator("#pl-talk")).not_to_contain_text("laptop")


def test_while_an_answer_runs_another_conversation_can_be_read(site, page: Page, asking: Asking) -> None:  # type: ignore[no-untyped-def]
    asking(page, "hello")
    page.get_by_role("button", name="New conversation").click()
    page.wait_for_selector(".pl-welcome")
    site.assistant.word_s = 0.15
    field(page).fill("Please compare leave and travel")
    field(page).press("Enter")
    page.wait_for_selector(".pl-live .pl-text")
    page.get_by_role("button", name="hello", exact=True).click()
    expect(page.locator(".pl-said-text")).to_have_text("You: hello")
    time.sleep(0.5)
    assert page.locator(".pl-live").count() == 0  # the running turn does not write here
    page.get_by_role("button", name="Please compare leave and travel", exact=True).click()
    page.wait_for_selector(".pl-live .pl-text")  # and is found again where it runs
    expect(page.locator(".pl-chip")).to_contain_text("Large model", timeout=20_000)
    assert site.assistant.stopped == 0


def test_a_closed_page_stops_its_model(site, new_page) -> None:  # type: ignore[no-untyped-def]
    site.assistant.word_s = 0.3
    page = new_page()
    field(page).fill("Please compare leave and travel")
    field(page).press("Enter")
    page.wait_for_selector(".pl-live .pl-text")
    page.close()
    deadline = time.monotonic() + 8
    while not site.assistant.stopped and time.monotonic() < deadline:
        time.sleep(0.1)
    assert site.assistant.stopped == 1


def test_a_model_that_does_not_notice_the_stop_does_not_hold_the_page(site, page: Page) -> None:  # type: ignore[no-untyped-def]
    site.assistant.go.clear()  # reading a long prompt: no event comes out, so the stream cannot be closed
    field(page).fill("How many days of annual leave do I get?")
    field(page).press("Enter")
    page.wait_for_selector(".pl-card")
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(page.locator(".pl-ended")).to_contain_text("Stopped before the answer was complete.")
    expect(page.get_by_role("button", name="Send", exact=True)).to_be_visible()
    (made,) = site.assistant.conversations.list("local")
    assert [turn.state for turn in site.assistant.conversations.turns("local", made.id)] == ["interrupted"]


def test_a_question_that_was_never_stored_is_given_back(site, page: Page, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    def refused(_request: object) -> object:
        raise NotFound("There is no such conversation. Start a new one.")
        yield

    monkeypatch.setattr(site.assistant, "stream", refused)
    field(page).fill("precious words")
    field(page).press("Enter")
    expect(page.get_by_text("There is no such conversation. Start a new one.")).to_be_visible()
    expect(field(page)).to_have_value("precious words")
