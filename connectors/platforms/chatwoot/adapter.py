"""Chatwoot as an agent bot: signed webhooks in, the application API out, and its agents when a person is wanted.

A conversation that waits for the bot is "pending". To hand it over it is opened; from then on it is the agents', and
the bot says nothing, until they make it pending again.
"""

import asyncio
import hashlib
import hmac
import json
import time
from typing import TYPE_CHECKING, Any

from connectors.adapter import Card, Delivery, Post, Receipt, Receive
from connectors.client import client_for
from connectors.errors import DeliveryRefused, NotPossible
from connectors.event import Place
from connectors.markdown.commonmark import CommonMark
from connectors.messages import text
from connectors.platforms.chatwoot.errors import sending
from connectors.platforms.chatwoot.reading import event_of

if TYPE_CHECKING:
    import httpx

    from connectors.platforms.chatwoot.settings import ChatwootSettings

MOST_CHARS = 10_000
OLDEST_S = 300


class ChatwootAdapter:
    """An agent bot of one account."""

    def __init__(self, settings: "ChatwootSettings") -> None:
        self._settings = settings
        self._http: httpx.AsyncClient | None = None
        self._base = f"{settings.url.rstrip('/')}/api/v1/accounts/{settings.account}/conversations"
        self.card = Card("chatwoot", CommonMark(MOST_CHARS), buttons=settings.thumbs, pace_s=0.3, hands_over=True)

    async def listen(self, receive: Receive) -> None:
        """Chatwoot delivers to /connectors/NAME: wait."""
        await asyncio.Event().wait()

    async def check(self, delivery: Delivery) -> Receipt:
        """The event of a signed delivery that is not older than five minutes. Raises DeliveryRefused."""
        self._verify(delivery)
        try:
            event = event_of(json.loads(delivery.body), self._settings.account)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise DeliveryRefused("no event of Chatwoot for this account", 403) from None
        return Receipt((event,) if event is not None else ())

    async def send(self, post: Post) -> str:
        """Post a message; one that hands over opens the conversation first. Raises SendError."""
        if post.hands_over:
            # First: what has been opened can be opened again, what has been said would be said twice.
            await self._call(post.place, "toggle_status", {"status": "open"})
        sent = await self._call(post.place, "messages", self._content(post))
        with sending():
            return str(sent["id"])
        raise NotPossible("Chatwoot did not take a message, and did not say why.")

    async def edit(self, message_id: str, post: Post) -> None:
        """A message stays as it is. Raises NotPossible: another one is sent."""
        raise NotPossible("Chatwoot changes no message that was sent.")

    async def busy(self, place: Place, words: str) -> None:
        """Show "typing"; it goes when a message comes. Raises SendError."""
        await self._call(place, "toggle_typing_status", {"typing_status": "on"})

    async def close(self) -> None:
        """Close the connections."""
        if self._http is not None:
            http, self._http = self._http, None
            await http.aclose()

    def _content(self, post: Post) -> dict[str, Any]:
        content: dict[str, Any] = {"content": post.text, "message_type": "outgoing", "private": False}
        if post.judged and self._settings.thumbs:
            items = [{"title": text(each, post.language), "value": each} for each in ("up", "down")]
            content |= {"content_type": "input_select", "content_attributes": {"items": items}}
        return content

    async def _call(self, place: Place, what: str, body: dict[str, Any]) -> dict[str, Any]:
        if self._http is None:
            token = self._settings.token.get_secret_value()
            self._http = client_for(self._settings.url, api_access_token=token)
        with sending():
            answer = await self._http.post(f"{self._base}/{place.channel}/{what}", json=body)
            answer.raise_for_status()
            return dict(answer.json()) if answer.content else {}
        raise NotPossible("Chatwoot did not take a call, and did not say why.")

    def _verify(self, delivery: Delivery) -> None:
        """Raises DeliveryRefused for what does not carry the secret, or not its signature."""
        secret = self._settings.secret.get_secret_value().encode()
        if not self._settings.signed:
            if not hmac.compare_digest(delivery.query.get("secret", "").encode(), secret):
                raise DeliveryRefused("another secret in the address, or none")
            return
        given, stamp = (
            delivery.headers.get("x-chatwoot-signature", ""),
            delivery.headers.get("x-chatwoot-timestamp", ""),
        )
        if not given or not stamp:
            raise DeliveryRefused("no signature")
        digest = hmac.new(secret, f"{stamp}.".encode() + delivery.body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(given.encode(), f"sha256={digest}".encode()):
            raise DeliveryRefused("another signature")
        if not stamp.isdecimal() or abs(time.time() - int(stamp[:12])) > OLDEST_S:
            raise DeliveryRefused("too old")


def build(settings: "ChatwootSettings") -> ChatwootAdapter:
    """The adapter; it needs no library of its own."""
    return ChatwootAdapter(settings)
