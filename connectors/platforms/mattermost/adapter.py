"""Mattermost through mattermostautodriver: a socket in, posts in threads out, edits while it is written.

The server does not send again what was said while nobody listened; so at each connection the last posts are read too,
and the inbox knows those that it has.
"""

import asyncio
import hashlib
import json
import logging
import ssl
import time
from collections.abc import Mapping
from contextlib import aclosing
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from connectors.adapter import Card, Post, Receive
from connectors.client import client_for, fetched
from connectors.core.clock import backoff
from connectors.errors import ConnectionLost, ConnectorError, LibraryMissing, SendError
from connectors.event import Attachment, Event, Place, Verdict
from connectors.markdown.mattermost import MattermostMarkdown, escaped
from connectors.platforms.mattermost.errors import listening, sending
from connectors.platforms.mattermost.reading import OURS, Me, place_of, posted, since_then, thumb_of, verdict_of
from connectors.platforms.mattermost.socket import events

if TYPE_CHECKING:
    from connectors.platforms.mattermost.settings import MattermostSettings

ASK_S = 30.0
A_DAY_MS = 24 * 3600 * 1000
# The server fetches no address of such a post for a preview (post_metadata.go: unsafe_links).
PROPS = {"from_bot": "true", "unsafe_links": "true", OURS: "true"}
UP, DOWN = "+1", "-1"
log = logging.getLogger(__name__)


class MattermostAdapter:
    """A bot account on one server."""

    def __init__(self, settings: "MattermostSettings") -> None:
        self._settings = settings
        self._driver = _driver(settings)
        self._me: Me | None = None
        self._kinds: dict[str, str] = {}
        # The server knows a post that is sent again for half a minute, by its pending_post_id.
        self.card = Card(
            "mattermost", MattermostMarkdown(), edits=True, buttons=settings.thumbs, threads=True, idempotent=True,
            pace_s=0.2, live_s=(1.0, 1.0),
        )  # fmt: skip

    async def listen(self, receive: Receive) -> None:
        """Hold a socket open, and read what was said before it was. Raises ConnectionLost."""
        token = self._settings.token.get_secret_value()
        with listening():
            me = await self._who()
            async with aclosing(events(self._settings.url, token)) as stream:
                reading = None
                try:
                    async for event in stream:
                        if event["event"] == "hello" and reading is None:
                            reading = asyncio.create_task(self._catch_up(receive, me))
                        found = await self._event_of(event, me)
                        if found is not None:
                            await receive([found])
                finally:
                    if reading is not None:
                        reading.cancel()
                        await asyncio.gather(reading, return_exceptions=True)
        raise ConnectionLost("Mattermost closed the socket. It is opened again.")

    async def send(self, post: Post) -> str:
        """Post a message; the same key again within half a minute is the same message. Raises SendError."""
        with sending():
            me = await self._who()
            same = f"{post.key}\n{post.place.conversation}\n{post.text}"
            pending = hashlib.sha256(same.encode()).hexdigest()[:26]
            sent = await self._driver.client.post(
                "/api/v4/posts",
                options={"channel_id": post.place.channel, "root_id": post.place.thread, "message": _text(post),
                         "props": PROPS, "pending_post_id": f"{me.id}:{pending}"},
            )  # fmt: skip
        if post.judged:
            await self._offer_thumbs(str(sent["id"]), me)
        return str(sent["id"])

    async def edit(self, message_id: str, post: Post) -> None:
        """Replace a message. Raises SendError."""
        with sending():
            me = await self._who()
            await self._driver.posts.patch_post(message_id, message=_text(post), props=PROPS)
        if post.judged:
            await self._offer_thumbs(message_id, me)

    async def busy(self, place: Place, words: str) -> None:
        """Show "typing". Raises SendError."""
        with sending():
            me = await self._who()
            await self._driver.users.publish_user_typing(me.id, place.channel, place.thread or None)

    async def fetch(self, attachment: Attachment, limit: int) -> bytes:
        """A file that was sent. Raises FileTooLarge and SendError."""
        address = f"{self._settings.url.rstrip('/')}/api/v4/files/{quote(attachment.id, safe='')}"
        async with client_for(address) as client:
            token = self._settings.token.get_secret_value()
            return await fetched(client, address, limit, authorization=f"Bearer {token}")

    async def close(self) -> None:
        """Close the connections."""
        await self._driver.close()

    async def _who(self) -> Me:
        if self._me is None:
            self._me = Me(await self._driver.login())
        return self._me

    async def _event_of(self, event: Mapping[str, Any], me: Me) -> Event | None:
        """What an event of the socket says; None for one that says nothing, or cannot be read."""
        try:
            data = event["data"]
            if event["event"] == "posted":
                message = posted(data, me)
                if message is not None:
                    self._kinds[message.place.channel] = str(data.get("channel_type", ""))
                return message
            if event["event"] == "reaction_added":
                with sending():
                    return await self._reacted(_object(data["reaction"]), me)
        except SendError as error:
            log.warning("Mattermost: a reaction is passed over: %s", error)
        except (ValueError, KeyError, TypeError, AttributeError):
            log.warning("Mattermost sent an event %r that cannot be read; it is passed over", event.get("event"))
        return None

    async def _reacted(self, reaction: Mapping[str, Any], me: Me) -> Verdict | None:
        """A thumb under a post of ours: the event says neither whose post it is nor in which thread it stands."""
        verdict = thumb_of(reaction)
        if verdict is None or reaction["user_id"] == me.id:
            return None
        post = await self._driver.posts.get_post(str(reaction["post_id"]))
        if post["user_id"] != me.id:
            return None
        return verdict_of(reaction, verdict, place_of(post, await self._kind(str(post["channel_id"]))))

    async def _kind(self, channel: str) -> str:
        if channel not in self._kinds:
            self._kinds[channel] = str((await self._driver.channels.get_channel(channel))["type"])
        return self._kinds[channel]

    async def _catch_up(self, receive: Receive, me: Me) -> None:
        """Read what was said in the last minutes, in every channel the bot is in; tried until it succeeds."""
        since = int((time.time() - 60 * self._settings.catch_up_min) * 1000)
        for wait in backoff():
            try:
                with listening():
                    for channel in await self._driver.channels.get_channels_for_user("me"):
                        self._kinds[str(channel["id"])] = str(channel["type"])
                        # A reaction is no post, and comes later than the last one.
                        if channel["last_post_at"] >= since - A_DAY_MS:
                            await self._read(channel, since, receive, me)
                return
            except (ConnectorError, KeyError, TypeError) as error:
                log.warning("Mattermost: what was said before is not read yet: %s", error)
                await asyncio.sleep(wait)

    async def _read(self, channel: Mapping[str, Any], since: int, receive: Receive, me: Me) -> None:
        found = await self._driver.posts.get_posts_for_channel(str(channel["id"]), since=since)
        posts = sorted(found["posts"].values(), key=lambda post: float(post["create_at"]))
        await receive([event for post in posts for event in since_then(post, str(channel["type"]), since, me)])

    async def _offer_thumbs(self, message_id: str, me: Me) -> None:
        """Both thumbs as reactions of our own, to be clicked; the answer stands without them as well."""
        if not self._settings.thumbs:
            return
        for name in (UP, DOWN):
            try:
                with sending():
                    await self._driver.reactions.save_reaction(
                        {"user_id": me.id, "post_id": message_id, "emoji_name": name}
                    )
            except SendError as error:
                log.info("Mattermost: a message has no thumbs: %s", error)
                return


def _object(reaction: Any) -> Mapping[str, Any]:
    found = json.loads(reaction) if isinstance(reaction, str) else reaction
    if not isinstance(found, dict):
        raise ValueError("no reaction")
    return found


def _text(post: Post) -> str:
    return post.text if post.marked else escaped(post.text)[: MattermostMarkdown.limit]


def _driver(settings: "MattermostSettings") -> Any:
    from mattermostautodriver import AsyncTypedDriver

    parts = urlsplit(settings.url)
    secure = parts.scheme == "https"
    return AsyncTypedDriver(
        {
            "scheme": parts.scheme,
            "url": f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname,
            "port": parts.port or (443 if secure else 80),
            "token": settings.token.get_secret_value(),
            "request_timeout": ASK_S,
            # Waiting is the outbox's: it has other messages, and survives a restart.
            "max_retries": 0,
            # Where there is no TLS no certificate has to be read, and none is trusted.
            "verify": True if secure else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
        }
    )


def build(settings: "MattermostSettings") -> MattermostAdapter:
    """The adapter. Raises LibraryMissing."""
    try:
        import mattermostautodriver  # noqa: F401
    except ImportError:
        raise LibraryMissing("Mattermost needs mattermostautodriver: pip install 'pilares[mattermost]'.") from None
    return MattermostAdapter(settings)
