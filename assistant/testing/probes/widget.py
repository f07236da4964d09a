"""The widget in a page of another origin that has no policy of its own, with a hostile text in every place it has."""

from typing import TYPE_CHECKING

from assistant.testing.probes.page import LONGEST_QUESTION, hostile_reply
from assistant.testing.probes.seen import Seen, Watch
from assistant.testing.sink import Sink
from assistant.testing.sites import Site

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

SHADOW = "document.querySelector('pilares-chat').shadowRoot"


class WidgetPage:
    """One visitor of a website (`shop`) that has the widget of a site, with the key `token`."""

    def __init__(self, browser: "Browser", site: Site, shop: Sink, token: str) -> None:
        self._site, self._shop = site, shop
        shop.pages["/"] = (
            '<!doctype html><html lang="en"><link rel="icon" href="data:,"><title>Shop</title>'
            f'<script src="{site.address}widget.js" data-key="{token}" async></script></html>'
        )
        self._context = browser.new_context(viewport={"width": 900, "height": 800})
        self._context.set_default_timeout(60_000)
        self._watch = Watch(self._context, (site.address, shop.address))
        self._page: Page = self._context.new_page()

    def shows(self, payload: str) -> Seen:
        """What happens when the text is asked, streamed, answered, quoted and read back."""
        _, reply = hostile_reply(payload)
        self._site.assistant.replies = {"": reply}
        self._open(anew=True)
        field = self._page.get_by_role("dialog").get_by_role("textbox")
        field.fill(f"Is it so? {payload}"[:LONGEST_QUESTION])
        field.press("Enter")
        self._looked_at()
        self._open()
        self._looked_at()
        seen = self._watch.take()
        heard = tuple(self._shop.address + path for path in self._shop.heard)
        self._shop.heard.clear()
        return Seen(seen.requests + heard, seen.scripts, seen.nodes)

    def _open(self, *, anew: bool = False) -> None:
        self._page.goto(self._shop.address)
        if anew:
            self._page.evaluate("localStorage.clear()")
            self._page.reload()
        self._page.get_by_role("button", name="Open the chat").click()

    def _looked_at(self) -> None:
        dialog = self._page.get_by_role("dialog")
        dialog.locator(".thumbs").first.wait_for()
        dialog.locator(".cite").first.click()
        self._watch.look(self._page, f"{SHADOW}.querySelector('.log')")

    def close(self) -> None:
        """Give the context back."""
        self._context.close()
