"""Matrix through matrix-nio: /sync in, HTML in threads out, replacements while it is written."""

import asyncio
import hashlib
import logging
import re
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from connectors.adapter import Card, Post, Receive
from connectors.client import client_for, fetched
from connectors.errors import LibraryMissing, NotPossible, SendError, SlowDown
from connectors.event import Attachment, Event, Place
from connectors.markdown.matrix import MatrixHtml
from connectors.platforms.matrix.content import edited, message, reaction
from connectors.platforms.matrix.errors import Refused, accepted, listening, sending
from connectors.platforms.matrix.reading import Me, Room, message_of, place_of, thumb_of, verdict_of

if TYPE_CHECKING:
    from connectors.platforms.matrix.settings import MatrixSettings

LONG_POLL_MS, TYPING_MS = 25_000, 10_000
LONGEST_WAIT_S = 10.0
MOST_AT_ONCE = 200
"""Messages of a room in one answer of the server: of more, the older ones are not read."""
_STATE = ["m.room.name", "m.room.canonical_alias", "m.room.join_rules", "m.room.member", "m.room.encryption"]
_SAID = ["m.room.message", "m.reaction", "m.room.encrypted"]
_MXC = re.compile(r"mxc://([^/]{1,255})/([^/?#]{1,255})")
_NOTHING: dict[str, Any] = {"types": []}
FILTER = {
    "room": {
        "timeline": {"limit": MOST_AT_ONCE, "types": [*_SAID, *_STATE], "lazy_load_members": True},
        "state": {"types": _STATE, "lazy_load_members": True},
        "ephemeral": _NOTHING, "account_data": _NOTHING,
    },
    "presence": _NOTHING, "account_data": _NOTHING,
}  # fmt: skip
log = logging.getLogger(__name__)


class MatrixAdapter:
    """One account."""

    def __init__(self, settings: "MatrixSettings") -> None:
        from nio import AsyncClient, AsyncClientConfig

        self._settings = settings
        # Waiting is the outbox's: it has other messages, and survives a restart.
        config = AsyncClientConfig(max_limit_exceeded=0, max_timeouts=0, request_timeout=30)
        self._client = AsyncClient(settings.homeserver.rstrip("/"), config=config, ssl=True)
        self._client.access_token = settings.token.get_secret_value()
        self._me: Me | None = None
        self._asking = asyncio.Lock()
        self._since = ""
        self._told: set[str] = set()
        # Synapse takes a message in five seconds, after ten at once, from whoever has no exception.
        self.card = Card(
            "matrix", MatrixHtml(), edits=True, buttons=settings.thumbs, threads=True, idempotent=True, pace_s=0.5,
            live_s=(3.0, 5.0),
        )  # fmt: skip

    async def listen(self, receive: Receive) -> None:
        """Ask for what is new, again and again. Raises ConnectionLost."""
        with listening():
            me = await self._who()
            while True:
                # What is older than this was said before the bot came.
                oldest = 0.0 if self._since else (time.time() - 60 * self._settings.catch_up_min) * 1000
                news = self._client.sync(LONG_POLL_MS, sync_filter=FILTER, since=self._since or None)
                answer = accepted(await news)
                await self._join(answer.rooms.invite, me)
                await receive(await self._events(answer.rooms.join, oldest, me))
                # The next request tells the server that these have arrived, so they are stored before.
                self._since = answer.next_batch

    async def send(self, post: Post) -> str:
        """Post a message; the same key again is the same message. Raises SendError."""
        with sending():
            sent = accepted(
                await self._client.room_send(post.place.channel, "m.room.message", message(post), _once(post))
            )
        if post.judged:
            await self._offer_thumbs(post, str(sent.event_id))
        return str(sent.event_id)

    async def edit(self, message_id: str, post: Post) -> None:
        """Replace a message. Raises SendError; NotPossible when it was deleted, of which the server says nothing."""
        with sending():
            if not post.key.endswith(".live"):
                there = await self._event(post.place.channel, message_id)
                if not there["content"].get("msgtype"):
                    raise NotPossible("The message to be replaced was deleted. The answer is posted anew.")
            accepted(await self._client.room_send(post.place.channel, "m.room.message", edited(message_id, post)))
        if post.judged:
            await self._offer_thumbs(post, message_id)

    async def busy(self, place: Place, words: str) -> None:
        """Show "typing" for ten seconds. Raises SendError."""
        with sending():
            await self._who()
            accepted(await self._client.room_typing(place.channel, True, TYPING_MS))

    async def fetch(self, attachment: Attachment, limit: int) -> bytes:
        """A file that was sent, from where only accounts get it (Matrix 1.11). Raises FileTooLarge and SendError."""
        found = _MXC.fullmatch(attachment.id)
        if found is None:
            raise NotPossible("A file has no address of a Matrix server, or is encrypted.")
        server, number = (quote(each, safe="") for each in found.groups())
        address = f"{self._settings.homeserver.rstrip('/')}/_matrix/client/v1/media/download/{server}/{number}"
        async with client_for(address) as client:
            token = self._settings.token.get_secret_value()
            return await fetched(client, address, limit, authorization=f"Bearer {token}")

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def _who(self) -> Me:
        async with self._asking:
            if self._me is None:
                own = accepted(await self._client.whoami()).user_id
                name = getattr(await self._client.get_displayname(own), "displayname", None)
                self._client.user_id = own
                self._me = Me(own, str(name or ""))
        return self._me

    async def _join(self, invited: Mapping[str, Any], me: Me) -> None:
        """Accept the invitations of people who may talk to the bot."""
        for room_id, info in invited.items():
            inviters = [each.sender for each in info.invite_state if getattr(each, "state_key", "") == me.id]
            if any(self._settings.may_talk(each) for each in inviters):
                try:
                    accepted(await self._client.join(room_id))
                except Refused as refused:
                    log.warning("Matrix: a room could not be joined (%s)", refused.code)

    async def _events(self, joined: Mapping[str, Any], oldest: float, me: Me) -> list[Event]:
        found = []
        for room_id, info in joined.items():
            for each in info.timeline.events:
                event = await self._read(each.source, self._room(room_id), me)
                if event is not None and each.source["origin_server_ts"] >= oldest:
                    found.append(event)
        return found

    async def _read(self, source: Mapping[str, Any], room: Room, me: Me) -> Event | None:
        """What an event says; None for one that says nothing, or cannot be read."""
        try:
            match source.get("type"):
                case "m.room.message":
                    return message_of(source, room, me)
                case "m.reaction" if source["sender"] != me.id:
                    return await self._reacted(source, room, me)
                case "m.room.encrypted" if room.id not in self._told:
                    self._told.add(room.id)
                    log.warning("Matrix: a room is encrypted, and cannot be read. Make one that is not.")
        except (KeyError, TypeError, ValueError, AttributeError):
            log.warning("Matrix sent an event that cannot be read; it is passed over")
        return None

    async def _reacted(self, source: Mapping[str, Any], room: Room, me: Me) -> Event | None:
        """A thumb under a message of ours: it says neither whose that is nor in which thread it stands."""
        thumb = thumb_of(source)
        if thumb is None:
            return None
        try:
            under = await self._event(room.id, thumb[1])
        except Refused as refused:
            log.warning("Matrix: a reaction is passed over (%s)", refused.code)
            return None
        return verdict_of(source, *thumb, place_of(under, room)) if under["sender"] == me.id else None

    async def _event(self, room_id: str, event_id: str) -> Mapping[str, Any]:
        source: Mapping[str, Any] = accepted(await self._client.room_get_event(room_id, event_id)).event.source
        return source

    def _room(self, room_id: str) -> Room:
        """A room without a name that nobody may enter uninvited, with two people in it, is a direct talk."""
        room = self._client.rooms.get(room_id)
        if room is None:
            return Room(room_id, direct=False)
        return Room(room_id, not room.is_named and room.join_rule == "invite" and room.member_count <= 2)

    async def _offer_thumbs(self, post: Post, message_id: str) -> None:
        """Both thumbs as reactions of our own, to be clicked; the answer stands without them as well."""
        for sign in ("👍", "👎") if self._settings.thumbs else ():
            try:
                try:
                    await self._react(post.place.channel, message_id, sign)
                except SlowDown as slow:
                    # They count as messages, of which Synapse takes few: one thumb alone would look like a verdict.
                    await asyncio.sleep(min(slow.retry_after, LONGEST_WAIT_S))
                    await self._react(post.place.channel, message_id, sign)
            except SendError as error:
                log.info("Matrix: a message has no thumbs: %s", error)
                return

    async def _react(self, room_id: str, message_id: str, sign: str) -> None:
        with sending():
            accepted(await self._client.room_send(room_id, "m.reaction", reaction(message_id, sign)))


def _once(post: Post) -> str:
    """A transaction id: the server gives the same event back for one that it has seen, for hours.

    Keys begin anew with new tables; so the place and the words count as well.
    """
    same = f"{post.key}\n{post.place.conversation}\n{post.reply_to}\n{post.text}"
    return hashlib.sha256(same.encode()).hexdigest()[:32]


def build(settings: "MatrixSettings") -> MatrixAdapter:
    """The adapter. Raises LibraryMissing."""
    try:
        import nio  # noqa: F401
    except ImportError:
        raise LibraryMissing("Matrix needs matrix-nio: pip install 'pilares[matrix]'.") from None
    return MatrixAdapter(settings)
