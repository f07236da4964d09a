"""Telegram through python-telegram-bot: updates fetched or delivered, HTML out, drafts or edits in between."""

import asyncio
import hmac
import json
import ssl
from typing import TYPE_CHECKING, Any

from connectors.adapter import Card, Delivery, Post, Preview, Receipt, Receive
from connectors.errors import DeliveryRefused, FileTooLarge, NotPossible
from connectors.event import Attachment, Place
from connectors.markdown.telegram import TelegramHtml
from connectors.messages import text
from connectors.platforms.telegram.drafts import Draft
from connectors.platforms.telegram.errors import listening, sending
from connectors.platforms.telegram.reading import WANTED, WHY, event_of

if TYPE_CHECKING:
    import telegram

    from connectors.platforms.telegram.settings import TelegramSettings

LONG_POLL_S = 25
MOST_CONNECTIONS = 12
"""Telegram takes thirty messages a second; every request looks at all that are open."""
SECRET_HEADER = "x-telegram-bot-api-secret-token"  # noqa: S105


class TelegramAdapter:
    """A bot, fetching its updates or having them delivered."""

    def __init__(self, settings: "TelegramSettings") -> None:
        from telegram import Bot
        from telegram.request import HTTPXRequest

        self._settings = settings
        base = settings.api_url.rstrip("/")
        # Where there is no TLS no certificate has to be read, and none is trusted.
        tls = {} if base.startswith("https:") else {"verify": ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)}
        self._bot = Bot(
            settings.token.get_secret_value(),
            base_url=f"{base}/bot",
            base_file_url=f"{base}/file/bot",
            request=HTTPXRequest(
                MOST_CONNECTIONS,
                read_timeout=30,
                connect_timeout=10,
                pool_timeout=30,
                httpx_kwargs=tls,
            ),
            get_updates_request=HTTPXRequest(1, read_timeout=LONG_POLL_S + 10, connect_timeout=10, httpx_kwargs=tls),
        )
        self._me: telegram.User | None = None
        self._ready = asyncio.Lock()
        # One message a second to a person, twenty a minute to a group: core.telegram.org/bots/faq
        self.card = Card(
            "telegram",
            TelegramHtml(),
            edits=settings.streaming != "none",
            buttons=True,
            threads=True,
            reasons="choices",
            pace_s=1.0,
            live_s=(1.1, 3.1),
        )

    async def listen(self, receive: Receive) -> None:
        """Fetch updates; those that were handed on are never fetched again. With a webhook, register it and wait."""
        with listening():
            me = await self._who()
            if self._settings.transport == "webhook":
                address = f"{self._settings.public_url.rstrip('/')}/connectors/{self._settings.name}"
                secret = self._settings.webhook_secret.get_secret_value()
                await self._bot.set_webhook(address, secret_token=secret, allowed_updates=WANTED)
                await asyncio.Event().wait()
            await self._bot.delete_webhook()
        offset = 0
        while True:
            with listening():
                updates = await self._bot.get_updates(offset=offset, timeout=LONG_POLL_S, allowed_updates=WANTED)
            # The next fetch tells Telegram that these have arrived, so they are stored before.
            await receive([event for update in updates if (event := event_of(update, me)) is not None])
            if updates:
                offset = updates[-1].update_id + 1
                await self._acknowledge(updates)

    async def check(self, delivery: Delivery) -> Receipt:
        """The update of a delivery that carries the secret. Raises DeliveryRefused."""
        from telegram import Update

        expected = self._settings.webhook_secret.get_secret_value()
        if not expected or self._settings.transport != "webhook":
            raise DeliveryRefused("no webhook is set up", 403)
        given = delivery.headers.get(SECRET_HEADER, "")
        if not hmac.compare_digest(given.encode(), expected.encode()):
            raise DeliveryRefused("no secret token" if not given else "another secret token")
        me = await self._who()
        try:
            update = Update.de_json(json.loads(delivery.body), self._bot)
            event = event_of(update, me)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            raise DeliveryRefused("no update of Telegram", 403) from None
        asyncio.get_running_loop().create_task(self._acknowledge([update]))
        return Receipt((event,) if event is not None else ())

    async def send(self, post: Post) -> str:
        """Post a message. Raises SendError."""
        from telegram import ReplyParameters

        reply = ReplyParameters(int(post.reply_to), allow_sending_without_reply=True) if post.reply_to else None
        thread = int(post.place.thread) if post.place.thread else None
        with sending():
            sent = await self._bot.send_message(
                post.place.channel, message_thread_id=thread, reply_parameters=reply, **_content(post)
            )
            return str(sent.message_id)
        raise NotPossible("Telegram did not take a message, and did not say why.")

    async def edit(self, message_id: str, post: Post) -> None:
        """Replace a message. Raises SendError."""
        with sending():
            await self._bot.edit_message_text(chat_id=post.place.channel, message_id=int(message_id), **_content(post))

    async def preview(self, place: Place, reply_to: str, person: str) -> Preview | None:
        """A draft, in a direct talk."""
        if not place.direct or self._settings.streaming != "draft":
            return None
        return Draft(self._bot, place, self.card.dialect)

    async def busy(self, place: Place, words: str) -> None:
        """Show "typing" for five seconds."""
        thread = int(place.thread) if place.thread else None
        with sending():
            await self._bot.send_chat_action(place.channel, "typing", message_thread_id=thread)

    async def fetch(self, attachment: Attachment, limit: int) -> bytes:
        """A file that was sent; Telegram itself gives out none above 20 MB. Raises FileTooLarge and SendError."""
        with sending():
            file = await self._bot.get_file(attachment.id)
            if (file.file_size or 0) > limit:
                raise FileTooLarge(f"A file has {file.file_size} bytes.")
            content = bytes(await file.download_as_bytearray())
            if len(content) <= limit:
                return content
        raise FileTooLarge(f"A file has more than {limit} bytes.")

    async def close(self) -> None:
        """Close the connections."""
        await self._bot.shutdown()

    async def _who(self) -> "telegram.User":
        async with self._ready:
            if self._me is None:
                with listening():
                    await self._bot.initialize()
                    self._me = await self._bot.get_me()
        return self._me

    async def _acknowledge(self, updates: "list[telegram.Update] | tuple[telegram.Update, ...]") -> None:
        """Take the waiting sign off the buttons that were pressed; it goes by itself when this fails."""
        from telegram.error import TelegramError

        for update in updates:
            query = update.callback_query
            if query is not None:
                try:
                    await query.answer(text("thanks", (query.from_user.language_code or "en")[:2]))
                except TelegramError:
                    continue


def _content(post: Post) -> dict[str, Any]:
    """The text, never with a preview of a link in it, and the thumbs."""
    from telegram import InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions

    markup = None
    if post.judged:
        thumbs = [InlineKeyboardButton(text(each, post.language), callback_data=each) for each in ("up", "down")]
        markup = InlineKeyboardMarkup([thumbs])
    elif post.choices:
        buttons = [
            InlineKeyboardButton(text(f"why_{each}", post.language), callback_data=f"{WHY}{each}")
            for each in post.choices
        ]
        markup = InlineKeyboardMarkup([buttons[at : at + 2] for at in range(0, len(buttons), 2)])
    return {
        "text": post.text,
        "parse_mode": "HTML" if post.marked else None,
        "link_preview_options": LinkPreviewOptions(is_disabled=True),
        "reply_markup": markup,
    }


def build(settings: "TelegramSettings") -> TelegramAdapter:
    """The adapter. Raises LibraryMissing."""
    try:
        import telegram  # noqa: F401
    except ImportError:
        from connectors.errors import LibraryMissing

        raise LibraryMissing("Telegram needs python-telegram-bot: pip install 'pilares[telegram]'.") from None
    return TelegramAdapter(settings)
