"""WhatsApp Cloud API through pywa: signed deliveries in, marked text out. What was sent cannot be changed any more."""

import asyncio
import hmac
import json
import logging
import re
from collections import OrderedDict
from typing import TYPE_CHECKING

from connectors.adapter import Card, Delivery, Post, Receipt, Receive
from connectors.client import client_for
from connectors.errors import DeliveryRefused, LibraryMissing, NotPossible
from connectors.event import Event, Message, Place
from connectors.markdown.whatsapp import LIMIT, WhatsAppMarks, escaped
from connectors.platforms.whatsapp.errors import listening, sending
from connectors.platforms.whatsapp.reading import changes, events_of, undelivered

if TYPE_CHECKING:
    from connectors.platforms.whatsapp.settings import WhatsAppSettings

SIGNATURE = "x-hub-signature-256"
TYPING_S = 20.0
"""WhatsApp shows it for 25 seconds."""
WINDOW_S = 24 * 3600.0
"""Later than this after somebody's last words Meta takes nothing for them but templates."""
MOST_REMEMBERED = 1_000
_CHALLENGE = re.compile(r"[\w.-]{1,200}")
log = logging.getLogger(__name__)
# At each lost connection it advises programmers to pass a client, which we do.
logging.getLogger("pywa.api").setLevel(logging.ERROR)


class WhatsAppAdapter:
    """One number."""

    def __init__(self, settings: "WhatsAppSettings") -> None:
        from pywa_async.client import WhatsApp

        self._settings = settings
        base = settings.api_url.rstrip("/")
        session = self._session = client_for(base)
        self._api = WhatsApp(
            settings.phone_number_id,
            settings.token.get_secret_value(),
            session=session,
            app_secret=settings.app_secret.get_secret_value(),
            verify_token=settings.verify_token.get_secret_value(),
        )
        # The library has no other way to be pointed elsewhere.
        session.base_url = f"{base}/v{str(session.base_url).rstrip('/').rpartition('/v')[2]}"
        self._last: OrderedDict[str, str] = OrderedDict()
        self._shown: dict[str, float] = {}
        # Ten messages a second to a person are too many after a while: one each six seconds, with bursts of 45.
        self.card = Card("whatsapp", WhatsAppMarks(), tells_bots=False, pace_s=1.0, window_s=WINDOW_S)

    async def listen(self, receive: Receive) -> None:
        """See that the token is good for the number, and wait: WhatsApp calls. Raises ConnectionLost."""
        with listening():
            await self._api.api.get_business_phone_number(self._settings.phone_number_id, fields=("id",))
        await asyncio.Event().wait()

    async def check(self, delivery: Delivery) -> Receipt:
        """The messages of a signed delivery; the answer to the question whether we are who Meta thinks.

        Raises DeliveryRefused.
        """
        if delivery.method == "GET":
            return self._greeted(delivery)
        self._verify(delivery)
        try:
            events = self._read(delivery.body)
        except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError):
            raise DeliveryRefused("no update of WhatsApp", 403) from None
        for event in events:
            if isinstance(event, Message) and event.place.direct:
                self._last[event.place.channel] = event.message_id
                self._last.move_to_end(event.place.channel)
        while len(self._last) > MOST_REMEMBERED:
            self._shown.pop(self._last.popitem(last=False)[0], None)
        return Receipt(tuple(events))

    async def send(self, post: Post) -> str:
        """Send a message, without a preview of a link in it. Raises SendError."""
        words = post.text if post.marked else escaped(post.text)[: LIMIT // 2]
        with sending():
            sent = await self._api.send_message(
                post.place.channel, words, preview_url=False, reply_to_message_id=post.reply_to or None
            )
            return str(sent.id)
        raise NotPossible("WhatsApp did not take a message, and did not say why.")

    async def edit(self, message_id: str, post: Post) -> None:
        """Messages of the Cloud API cannot be changed. Raises NotPossible."""
        raise NotPossible("WhatsApp cannot replace a message. The answer is sent as a new one.")

    async def busy(self, place: Place, words: str) -> None:
        """Show "typing" for 25 seconds, which marks the last message as read as well. Raises SendError."""
        message, moment = self._last.get(place.channel), asyncio.get_running_loop().time()
        if message is None or self._shown.get(place.channel, -TYPING_S) + TYPING_S > moment:
            return
        self._shown[place.channel] = moment
        with sending():
            await self._api.indicate_typing(message)

    async def close(self) -> None:
        """Close the connections."""
        await self._session.aclose()

    def _verify(self, delivery: Delivery) -> None:
        from pywa.utils import webhook_updates_validator

        given, secret = delivery.headers.get(SIGNATURE, ""), self._settings.app_secret.get_secret_value()
        if not given:
            raise DeliveryRefused("no signature")
        # The client's own check writes what came into the log.
        if not given.isascii() or not webhook_updates_validator(secret, delivery.body, given):
            raise DeliveryRefused("another signature")

    def _greeted(self, delivery: Delivery) -> Receipt:
        query = delivery.query
        expected, given = self._settings.verify_token.get_secret_value(), query.get("hub.verify_token", "")
        if query.get("hub.mode") != "subscribe" or not hmac.compare_digest(given.encode(), expected.encode()):
            raise DeliveryRefused("another verify token", 403)
        challenge = query.get("hub.challenge", "")
        if not _CHALLENGE.fullmatch(challenge):
            raise DeliveryRefused("no challenge", 403)
        return Receipt(body=challenge)

    def _read(self, body: bytes) -> list[Event]:
        found: list[Event] = []
        for value in changes(json.loads(body), self._settings.phone_number_id):
            found += events_of(value)
            for each in undelivered(value):
                log.error("WhatsApp did not deliver a message: %d %s", each.code, each.title)
        return found


def build(settings: "WhatsAppSettings") -> WhatsAppAdapter:
    """The adapter. Raises LibraryMissing."""
    try:
        import pywa_async  # noqa: F401
    except ImportError:
        raise LibraryMissing("WhatsApp needs pywa: pip install 'pilares[whatsapp]'.") from None
    return WhatsAppAdapter(settings)
