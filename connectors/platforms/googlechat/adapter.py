"""Google Chat through Google's own library: signed events in, text with buttons out, through the REST API.

A delivery is answered with nothing, as soon as it is stored; Google waits thirty seconds, an answer may take longer.
The library blocks, and is called in threads.
"""

import asyncio
import hashlib
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from connectors.adapter import Card, Delivery, Post, Receipt, Receive
from connectors.errors import ConnectionLost, ConnectorMisconfigured, DeliveryRefused, LibraryMissing
from connectors.markdown.googlechat import GoogleChatMarkup, plain
from connectors.messages import text
from connectors.platforms.googlechat.errors import sending
from connectors.platforms.googlechat.reading import FEEDBACK, event_of
from connectors.tokens import BearerTokens

if TYPE_CHECKING:
    from google.apps.chat_v1 import ChatServiceClient

    from connectors.platforms.googlechat.settings import GoogleChatSettings

CHAT = "chat@system.gserviceaccount.com"
KEYS_OF_CHAT = f"https://www.googleapis.com/service_accounts/v1/jwk/{CHAT}"
KEYS_OF_GOOGLE = "https://www.googleapis.com/oauth2/v3/certs"
SCOPE = "https://www.googleapis.com/auth/chat.bot"
TIMEOUT_S = 30.0


class GoogleChatAdapter:
    """An app with an HTTP endpoint."""

    def __init__(self, settings: "GoogleChatSettings") -> None:
        self._settings = settings
        self._by_address = settings.audience.startswith("https:")
        issuer = "https://accounts.google.com" if self._by_address else CHAT
        keys = settings.keys_url or (KEYS_OF_GOOGLE if self._by_address else KEYS_OF_CHAT)
        self._tokens = BearerTokens(issuer, settings.audience, keys)
        self._client: ChatServiceClient | None = None
        self._opening = asyncio.Lock()
        # One write a second to a space.
        self.card = Card(
            "googlechat", GoogleChatMarkup(), edits=True, buttons=True, threads=True, ephemeral=True, idempotent=True,
            pace_s=1.0, live_s=(1.5, 2.0),
        )  # fmt: skip

    async def listen(self, receive: Receive) -> None:
        """Google delivers to /connectors/NAME: see that the key is taken, and wait."""
        await self._api()
        await asyncio.Event().wait()

    async def check(self, delivery: Delivery) -> Receipt:
        """The event of a delivery that Google has signed for this app. Raises DeliveryRefused.

        https://developers.google.com/workspace/chat/verify-requests-from-chat
        """
        verified = await self._tokens.verified(delivery.headers)
        if self._by_address and (verified.claims.get("email"), verified.claims.get("email_verified")) != (CHAT, True):
            raise DeliveryRefused("a token of Google's, but not of Google Chat", 403)
        try:
            event = event_of(json.loads(delivery.body))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise DeliveryRefused("no event of Google Chat", 403) from None
        return Receipt((event,) if event is not None else (), body="{}", media_type="application/json")

    async def send(self, post: Post) -> str:
        """Post a message; sent again under the same key, it appears once. Raises SendError."""
        from google.apps import chat_v1

        message, place = _content(post), post.place
        if place.thread:
            message.thread = chat_v1.Thread(name=f"{place.channel}/threads/{place.thread}")
        seen = "\n".join((self._settings.name, place.conversation, post.key, message.text))
        request = chat_v1.CreateMessageRequest(
            parent=place.channel,
            message=message,
            request_id=hashlib.sha256(seen.encode()).hexdigest()[:32],
            message_reply_option=chat_v1.CreateMessageRequest.MessageReplyOption.REPLY_MESSAGE_FALLBACK_TO_NEW_THREAD,
        )
        with sending():
            client = await self._api()
            sent = await asyncio.to_thread(client.create_message, request, retry=None, timeout=TIMEOUT_S)
        return str(sent.name)

    async def edit(self, message_id: str, post: Post) -> None:
        """Replace a message. Raises SendError."""
        from google.apps import chat_v1

        message = _content(post)
        message.name = message_id
        request = chat_v1.UpdateMessageRequest(message=message, update_mask={"paths": ["text", "accessory_widgets"]})
        with sending():
            client = await self._api()
            await asyncio.to_thread(client.update_message, request, retry=None, timeout=TIMEOUT_S)

    async def close(self) -> None:
        """Close the connections."""
        await self._tokens.close()
        if self._client is not None:
            client, self._client = self._client, None
            await asyncio.to_thread(client.transport.close)

    async def _api(self) -> "ChatServiceClient":
        """The client. Raises ConnectionLost, ConnectorMisconfigured."""
        async with self._opening:
            if self._client is None:
                self._client = await asyncio.to_thread(_client, self._settings)
        return self._client


def _client(settings: "GoogleChatSettings") -> "ChatServiceClient":
    from google.apps.chat_v1 import ChatServiceClient
    from google.apps.chat_v1.services.chat_service.transports import ChatServiceRestTransport
    from google.auth.exceptions import GoogleAuthError, TransportError
    from google.auth.transport.requests import Request
    from google.oauth2.service_account import Credentials

    try:
        credentials = Credentials.from_service_account_info(settings.key(), scopes=[SCOPE])  # type: ignore[no-untyped-call]
        credentials.refresh(Request())
    except TransportError as error:
        raise ConnectionLost(f"Google gave no token ({type(error).__name__}). It is asked again.") from None
    except (GoogleAuthError, ValueError, OSError):
        raise ConnectorMisconfigured(
            "Google does not take the key of the service account. Make a new one (JSON) under IAM, Service Accounts, "
            "Keys, and set service_account in pilares.toml."
        ) from None
    where = urlsplit(settings.api_url)
    return ChatServiceClient(
        transport=ChatServiceRestTransport(host=where.netloc, url_scheme=where.scheme, credentials=credentials)
    )


def _content(post: Post) -> Any:
    """The text, and the thumbs under it; what a single person sees can have none."""
    from google.apps import card_v1, chat_v1

    message = chat_v1.Message(text=post.text if post.marked else plain(post.plain))
    if post.only_for:
        message.private_message_viewer = chat_v1.User(name=post.only_for)
    elif post.judged:
        buttons = [
            card_v1.Button(
                text=text(verdict, post.language),
                on_click=card_v1.OnClick(
                    action=card_v1.Action(
                        function=FEEDBACK, parameters=[card_v1.Action.ActionParameter(key="verdict", value=verdict)]
                    )
                ),
            )
            for verdict in ("up", "down")
        ]
        message.accessory_widgets = [chat_v1.AccessoryWidget(button_list=card_v1.ButtonList(buttons=buttons))]
    return message


def build(settings: "GoogleChatSettings") -> GoogleChatAdapter:
    """The adapter. Raises LibraryMissing."""
    try:
        import jwt  # noqa: F401
        import requests  # noqa: F401
        from google.apps import chat_v1  # noqa: F401
    except ImportError:
        raise LibraryMissing(
            "Google Chat needs google-apps-chat, requests and pyjwt: pip install 'pilares[googlechat]'."
        ) from None
    return GoogleChatAdapter(settings)
