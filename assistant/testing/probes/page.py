"""The chat page with a hostile text in every place it has: question, answer, passage, names of documents, history."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from assistant.handoff.record import Summary
from assistant.handoff.store import Circumstances
from assistant.testing.documents import ScriptedDocuments, Text, cite, evidence_for
from assistant.testing.probes.seen import Seen, Watch
from assistant.testing.replies import SMALL, Reply
from assistant.testing.sites import Site
from assistant.turn.answer import Support, TurnRequest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

SHELL = "document.querySelector('#pl-shell')"
LONGEST_QUESTION = 1_500
_ANSWERED = "document.querySelectorAll('.pl-chip').length === 1 && !document.querySelector('.pl-live')"


def hostile_reply(payload: str) -> tuple[Text, Reply]:
    """A document that has the text in its name, title, heading and words, and an answer that quotes it."""
    line = " ".join(payload.split())
    text = Text(
        f"evil {payload}.md", f"Title {payload}", "en", f"Title\n\n# Heading {line}\n\nQuoted {line} words. And more.\n"
    )
    source = evidence_for(1, text, "Quoted", 0.9)
    reply = Reply(
        f"See [1].\n\n{payload}", SMALL, evidence=(source,), citations=(cite(source, "Quoted"),),
        support=(Support(payload, 0.1, False),), draft=payload,
    )  # fmt: skip
    return text, reply


class ChatPage:
    """One browser context on a site, tried with one text after another."""

    def __init__(self, browser: "Browser", site: Site) -> None:
        self._site = site
        self._context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB")
        self._context.set_default_timeout(60_000)
        self._watch = Watch(self._context, (site.address,))
        self._page: Page = self._context.new_page()
        self._desk: Page = self._context.new_page()

    def shows(self, payload: str) -> Seen:
        """What happens when the text is asked, streamed, answered, quoted, opened, listed, and read back."""
        text, reply = hostile_reply(payload)
        assistant, page = self._site.assistant, self._page
        assistant.documents, assistant.replies = ScriptedDocuments((text,)), {"": reply}
        self._anew()
        question = page.get_by_label("Your question")
        question.fill(f"Is it so? {payload}"[:LONGEST_QUESTION])
        question.press("Enter")
        page.wait_for_function(_ANSWERED)
        page.locator(".pl-cite").first.click()
        page.get_by_role("button", name="Show in the document").first.click()
        page.locator(".pl-reader-text").wait_for()
        self._watch.look(page, SHELL)
        page.keyboard.press("Escape")
        page.get_by_role("button", name="Documents (").click()
        page.locator(".pl-documents").wait_for()
        self._watch.look(page, SHELL)
        page.reload()
        page.wait_for_function(_ANSWERED)
        self._watch.look(page, SHELL)
        for made in assistant.conversations.list("local", 100):
            assistant.conversations.delete("local", made.id)
        return self._watch.take()

    def _anew(self) -> None:
        """An empty conversation. The page takes seconds to load, so that one that is there is used again."""
        if self._page.url.startswith(f"{self._site.address}?c="):
            self._page.get_by_role("button", name="New conversation").click()
            self._page.wait_for_function("!document.querySelector('.pl-chip')")
            return
        self._page.goto(self._site.address)
        self._page.wait_for_selector("body[data-ready] .pl-transcript")

    def remembers(self, payloads: Sequence[str]) -> Seen:
        """What happens when a conversation is opened in which each text was asked, answered and quoted before."""
        assistant, page = self._site.assistant, self._page
        made = [hostile_reply(each) for each in payloads]
        assistant.documents = ScriptedDocuments([text for text, _ in made])
        conversation = assistant.conversations.start("local")
        for payload, (_, reply) in zip(payloads, made, strict=True):
            assistant.replies = {"": reply}
            for _event in assistant.stream(TurnRequest(payload[:LONGEST_QUESTION], conversation.id, user_id="local")):
                pass
        page.goto(f"{self._site.address}?c={conversation.id}")
        page.wait_for_function("n => document.querySelectorAll('.pl-chip').length === n", arg=len(payloads))
        self._watch.look(page, SHELL)
        for answer in page.locator(".pl-answer").all():
            answer.locator(".pl-cite").first.click()
            page.wait_for_timeout(200)
            self._watch.look(page, SHELL)
        page.get_by_role("button", name="Documents (").click()
        page.locator(".pl-documents").wait_for()
        self._watch.look(page, SHELL)
        page.keyboard.press("Escape")
        assistant.conversations.delete("local", conversation.id)
        return self._watch.take()

    def operates(self, payloads: Sequence[str]) -> Seen:
        """What happens on the operator's page, where people who wrote the texts wait for a person."""
        conversations, page = self._site.assistant.conversations, self._desk
        why, waiting = Circumstances("en", "asked", "normal", "neutral"), []
        for payload in payloads:
            begun = conversations.start("local")
            summary = Summary(payload[:LONGEST_QUESTION], open=(payload,))
            waiting.append((begun.id, conversations.handoffs.begin("local", begun.id, why, summary).id))
        page.goto(f"{self._site.address}operation")
        page.locator("#handoffs article").first.wait_for()
        self._watch.look(page, "document.querySelector('#handoffs')")
        for conversation, handoff in waiting:
            conversations.handoffs.close(handoff)
            conversations.delete("local", conversation)
        return self._watch.take()

    def close(self) -> None:
        """Give the context back."""
        self._context.close()
