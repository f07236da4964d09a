"""Discord through discord.py: the gateway in, messages and threads out, edits while it is written."""

import hashlib
import logging
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from connectors.adapter import Card, Post, Receive
from connectors.client import client_for, fetched
from connectors.errors import ConnectionLost, LibraryMissing, NotPossible, StoreError
from connectors.event import Attachment, Event, Place
from connectors.markdown.discord import DiscordMarkdown
from connectors.messages import text
from connectors.platforms.discord.errors import listening, sending
from connectors.platforms.discord.reading import message_of, place_of_channel, pressed, reacted
from connectors.platforms.discord.why import answered, written

if TYPE_CHECKING:
    import discord

    from connectors.platforms.discord.settings import DiscordSettings

LONGEST_NAME, MOST_NAMES = 80, 1_000
THREAD_EXISTS = 160004
_FILES = ("cdn.discordapp.com", "media.discordapp.net")
log = logging.getLogger(__name__)


class DiscordAdapter:
    """A bot on the gateway."""

    def __init__(self, settings: "DiscordSettings") -> None:
        self._settings = settings
        self._client: discord.Client | None = None
        self._names: dict[str, str] = {}
        self._opened: set[str] = set()
        # Five messages in five seconds; the library waits for the buckets that Discord names.
        self.card = Card(
            "discord", DiscordMarkdown(), edits=True, buttons=True, threads=settings.threads, idempotent=True,
            reasons="form", pace_s=1.0, live_s=(1.2, 1.2),
        )  # fmt: skip

    async def listen(self, receive: Receive) -> None:
        """Stay on the gateway. Raises ConnectionLost."""
        client = self._make(receive)
        self._client = client
        try:
            with listening():
                await client.start(self._settings.token.get_secret_value(), reconnect=False)
        finally:
            await client.close()
        raise ConnectionLost("Discord closed the connection. It is opened again.")

    async def send(self, post: Post) -> str:
        """Post a message; the same key again within minutes is the same message. Raises SendError."""
        with sending():
            target = await self._target(post.place)
            reply = int(post.reply_to) if post.reply_to and post.reply_to != post.place.thread else 0
            answers: dict[str, Any] = {}
            if reply:
                answers["reference"] = target.get_partial_message(reply).to_reference(fail_if_not_exists=False)
            # Discord gives the same message back for a nonce that it has seen in the last minutes.
            nonce = hashlib.sha256(post.key.encode()).hexdigest()[:24]
            sent = await target.send(**_content(post), **answers, nonce=nonce, suppress_embeds=True)
            return str(sent.id)

    async def edit(self, message_id: str, post: Post) -> None:
        """Replace a message. Raises SendError."""
        with sending():
            target = await self._target(post.place)
            await target.get_partial_message(int(message_id)).edit(**_content(post))

    async def busy(self, place: Place, words: str) -> None:
        """Show "typing" for ten seconds, where it does not open a thread. Raises SendError."""
        if place.thread and place.thread not in self._opened:
            return
        with sending():
            target = await self._target(place)
            await target.typing()

    async def fetch(self, attachment: Attachment, limit: int) -> bytes:
        """A file that was sent; its address is signed, and good for a day. Raises FileTooLarge and SendError."""
        file, api = urlsplit(attachment.id), urlsplit(self._settings.api_url)
        ours = bool(api.netloc) and (file.scheme, file.netloc) == (api.scheme, api.netloc)
        if not ours and (file.scheme != "https" or file.hostname not in _FILES):
            raise NotPossible("A file is kept somewhere else, and cannot be fetched.")
        async with client_for(attachment.id) as client:
            return await fetched(client, attachment.id, limit)

    async def close(self) -> None:
        """Leave the gateway."""
        if self._client is not None:
            await self._client.close()

    def _make(self, receive: Receive) -> "discord.Client":
        import discord

        intents = discord.Intents(guilds=True, messages=True, message_content=True, reactions=True)
        client = discord.Client(intents=intents, max_messages=None, allowed_mentions=discord.AllowedMentions.none())

        async def take(event: Event | None) -> None:
            if event is not None:
                try:
                    await receive([event])
                except StoreError as error:
                    log.error("discord: an event could not be stored: %s", error)

        async def on_message(message: discord.Message) -> None:
            if message.type in (discord.MessageType.default, discord.MessageType.reply):
                await take(self._read(client, message))

        async def on_interaction(interaction: "discord.Interaction[discord.Client]") -> None:
            await take(pressed(interaction) or written(interaction))
            with listening():
                await answered(interaction, self._settings.language)

        async def on_raw_reaction_add(reaction: discord.RawReactionActionEvent) -> None:
            channel = client.get_channel(reaction.channel_id)
            place = place_of_channel(channel, reaction.channel_id, direct=reaction.guild_id is None)
            await take(reacted(reaction, place, client.user.id if client.user else 0))

        for handler in (on_message, on_interaction, on_raw_reaction_add):
            client.event(handler)
        return client

    def _read(self, client: "discord.Client", message: "discord.Message") -> Event:
        event = message_of(message, client.user.id if client.user else 0, threads=self._settings.threads)
        if event.place.thread == event.message_id:
            self._names[event.message_id] = " ".join(event.text.split())[:LONGEST_NAME]
            while len(self._names) > MOST_NAMES:
                del self._names[next(iter(self._names))]
        elif event.place.thread:
            self._opened.add(event.place.thread)
        return event

    async def _target(self, place: Place) -> "discord.PartialMessageable":
        """The channel or thread to write to; a thread that is not there yet is opened under its message."""
        # Logged in is enough: it is seconds until the library holds itself ready, and members are not needed.
        if self._client is None or self._client.user is None:
            raise OSError("not connected")
        if place.thread and place.thread not in self._opened:
            await self._open(self._client, place)
        return self._client.get_partial_messageable(int(place.thread or place.channel))

    async def _open(self, client: "discord.Client", place: Place) -> None:
        import discord

        channel = client.get_channel(int(place.channel))
        if channel is None and not client.is_ready():
            raise OSError("channels are not known yet")
        if isinstance(channel, discord.TextChannel):
            message = channel.get_partial_message(int(place.thread))
            try:
                await message.create_thread(name=self._names.pop(place.thread, "") or "Pilares")
            except discord.HTTPException as error:
                if error.code != THREAD_EXISTS:
                    raise
        self._opened.add(place.thread)


def _content(post: Post) -> dict[str, Any]:
    """The text and the thumbs; without markup it is shown as it is."""
    import discord

    view = discord.ui.View(timeout=None)
    for verdict in ("up", "down") if post.judged else ():
        button: discord.ui.Button[discord.ui.View] = discord.ui.Button(
            label=text(verdict, post.language), custom_id=f"pilares:{verdict}"
        )
        view.add_item(button)
    content = post.text if post.marked else discord.utils.escape_markdown(post.text)[:2000]
    return {"content": content, "view": view, "allowed_mentions": discord.AllowedMentions.none()}


def build(settings: "DiscordSettings") -> DiscordAdapter:
    """The adapter. Raises LibraryMissing."""
    try:
        import discord
    except ImportError:
        raise LibraryMissing("Discord needs discord.py: pip install 'pilares[discord]'.") from None
    if settings.api_url:
        import yarl
        from discord.gateway import DiscordWebSocket

        # The library has no other way to be pointed elsewhere.
        discord.http.Route.BASE = f"{settings.api_url}/api"
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(f"{settings.api_url.replace('http', 'ws', 1)}/gateway")
    return DiscordAdapter(settings)
