"""Slack through its own library: Socket Mode or HTTP in, mrkdwn in blocks out, streams in threads.

Bolt, which is built on the same library, acknowledges an event before its handler has run, and runs it again for a
copy; here an event is acknowledged once it is stored.
"""

import asyncio
import json
import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from connectors.adapter import Card, Delivery, Post, Preview, Receipt, Receive
from connectors.client import client_for, fetched
from connectors.errors import ConnectionLost, DeliveryRefused, FileTooLarge, LibraryMissing, NotPossible, SendError
from connectors.event import Attachment, Event, Place, Verdict
from connectors.markdown.slack import SlackMrkdwn
from connectors.platforms.slack.blocks import content
from connectors.platforms.slack.errors import listening, sending
from connectors.platforms.slack.reading import event_of
from connectors.platforms.slack.streams import Stream
from connectors.platforms.slack.why import form

if TYPE_CHECKING:
    from slack_sdk.socket_mode.aiohttp import SocketModeClient
    from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
    from slack_sdk.socket_mode.request import SocketModeRequest
    from slack_sdk.web.async_client import AsyncWebClient

    from connectors.platforms.slack.settings import SlackSettings

LOOK_EVERY_S = 0.5
ASK_EVERY_S = 60.0
"""A socket may be silent for hours, or dead; asking who we are tells which (bolt-python issue 1529)."""
MISSES = 4
log = logging.getLogger(__name__)


class SlackAdapter:
    """An app in one workspace."""

    def __init__(self, settings: "SlackSettings") -> None:
        self._settings = settings
        self._web: AsyncWebClient | None = None
        self._me = self._team = ""
        self._opening = asyncio.Lock()
        self._forms: set[asyncio.Task[None]] = set()
        self.card = Card(
            "slack",
            SlackMrkdwn(),
            edits=True,
            buttons=True,
            threads=True,
            ephemeral=True,
            reasons="form",
            pace_s=1.0,
            live_s=(1.2, 1.2),
        )

    async def listen(self, receive: Receive) -> None:
        """Hold a socket open, or with HTTP wait. Raises ConnectionLost."""
        with listening():
            web = await self._client()
            if self._settings.transport == "http":
                await asyncio.Event().wait()
            socket = self._socket(receive)
            try:
                await socket.connect()  # type: ignore[no-untyped-call]
                await self._watch(socket, web)
            finally:
                await socket.close()  # type: ignore[no-untyped-call]

    async def check(self, delivery: Delivery) -> Receipt:
        """The events of a signed delivery that is not older than five minutes. Raises DeliveryRefused."""
        self._verify(delivery)
        try:
            kind, payload = _body(delivery)
            if payload.get("type") == "url_verification":
                return Receipt(body=str(payload["challenge"]))
            with listening():
                await self._client()
            event = event_of(kind, payload, self._me)
        except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError):
            raise DeliveryRefused("no event of Slack", 403) from None
        self._ask_why(event, payload)
        return Receipt((event,) if event is not None else ())

    async def send(self, post: Post) -> str:
        """Post a message, or one that a single person sees. Raises SendError."""
        with sending():
            web = await self._client()
            where: dict[str, Any] = {"channel": post.place.channel, "thread_ts": post.place.thread or None}
            if post.only_for:
                answer = await web.chat_postEphemeral(user=post.only_for, **where, **content(post))
                return str(answer["message_ts"])
            answer = await web.chat_postMessage(**where, **content(post), unfurl_links=False, unfurl_media=False)
            return str(answer["ts"])

    async def edit(self, message_id: str, post: Post) -> None:
        """Replace a message. Raises SendError."""
        with sending():
            web = await self._client()
            await web.chat_update(channel=post.place.channel, ts=message_id, **content(post))

    async def preview(self, place: Place, reply_to: str, person: str) -> Preview | None:
        """A stream, in a thread."""
        if not place.thread or not self._settings.streaming:
            return None
        with sending():
            web = await self._client()
            stream = await web.chat_stream(
                channel=place.channel,
                thread_ts=place.thread,
                recipient_team_id=self._team,
                recipient_user_id=person,
                buffer_size=1,
            )
        return Stream(stream)

    async def busy(self, place: Place, words: str) -> None:
        """Show a status in a thread. Raises SendError."""
        if place.thread:
            with sending():
                web = await self._client()
                await web.assistant_threads_setStatus(channel_id=place.channel, thread_ts=place.thread, status=words)

    async def fetch(self, attachment: Attachment, limit: int) -> bytes:
        """A file that was sent. Raises FileTooLarge and SendError."""
        with sending():
            web = await self._client()
            file = (await web.files_info(file=attachment.id))["file"]
            if int(file.get("size") or 0) > limit:
                raise FileTooLarge(f"A file has {file['size']} bytes.")
            address = str(file.get("url_private_download") or file.get("url_private") or "")
        if not self._own(address):  # the token is for Slack alone
            raise NotPossible("A file is kept somewhere else, and cannot be fetched.")
        async with client_for(address) as client:
            token = self._settings.bot_token.get_secret_value()
            return await fetched(client, address, limit, authorization=f"Bearer {token}")

    def _own(self, address: str) -> bool:
        """Whether a file lies with Slack, or with the server that plays it."""
        file, api = urlsplit(address), urlsplit(self._settings.api_url)
        host = file.hostname or ""
        return (file.scheme, file.netloc) == (api.scheme, api.netloc) or (
            file.scheme == "https" and (host == "slack.com" or host.endswith(".slack.com"))
        )

    async def close(self) -> None:
        """Close the connections."""
        if self._web is not None and self._web.session is not None:
            await self._web.session.close()
            self._web = None

    async def _client(self) -> "AsyncWebClient":
        """The client, once it is known who we are. Raises what the library does."""
        import aiohttp
        from slack_sdk.web.async_client import AsyncWebClient

        async with self._opening:
            if self._web is None:
                session = aiohttp.ClientSession()
                base = f"{self._settings.api_url.rstrip('/')}/api/"
                web = AsyncWebClient(self._settings.bot_token.get_secret_value(), base_url=base, session=session)
                try:
                    who = await web.auth_test()
                except BaseException:
                    await session.close()
                    raise
                self._me, self._team, self._web = str(who["user_id"]), str(who["team_id"]), web
        return self._web

    def _socket(self, receive: Receive) -> "SocketModeClient":
        from slack_sdk.socket_mode.aiohttp import SocketModeClient
        from slack_sdk.socket_mode.response import SocketModeResponse

        assert self._web is not None
        token = self._settings.app_token.get_secret_value()
        socket = SocketModeClient(app_token=token, web_client=self._web, auto_reconnect_enabled=False)

        async def take(client: "AsyncBaseSocketModeClient", request: "SocketModeRequest") -> None:
            event = self._read(request.type, request.payload)
            if event is not None:
                await receive([event])
                self._ask_why(event, request.payload)
            # Stored, so that Slack need not send it again.
            await client.send_socket_mode_response(SocketModeResponse(envelope_id=request.envelope_id))

        socket.socket_mode_request_listeners.append(take)
        return socket

    def _read(self, kind: str, payload: dict[str, Any]) -> Event | None:
        try:
            return event_of(kind, payload, self._me)
        except (ValueError, KeyError, TypeError, AttributeError):
            log.warning("Slack sent something of kind %s that cannot be read; it is passed over", kind)
            return None

    def _ask_why(self, event: Event | None, payload: Mapping[str, Any]) -> None:
        """Open the form for whoever pressed a thumb down; Slack allows three seconds for that, and the thumb counts."""
        trigger = payload.get("trigger_id")
        if (
            isinstance(event, Verdict)
            and event.verdict == "down"
            and trigger
            and payload.get("type") == "block_actions"
        ):
            opening = asyncio.get_running_loop().create_task(self._open_form(event, str(trigger)))
            self._forms.add(opening)
            opening.add_done_callback(self._forms.discard)

    async def _open_form(self, verdict: Verdict, trigger: str) -> None:
        try:
            with sending():
                web = await self._client()
                await web.views_open(trigger_id=trigger, view=form(verdict, self._settings.language))
        except SendError as error:
            log.info("Slack: a form could not be opened: %s", error)

    async def _watch(self, socket: "SocketModeClient", web: "AsyncWebClient") -> None:
        """Return never; raise ConnectionLost when the socket is gone."""
        missed, asked = 0, 0.0
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            missed = 0 if await socket.is_connected() else missed + 1
            if missed >= MISSES:
                raise ConnectionLost("Slack closed the socket. It is opened again.")
            asked += LOOK_EVERY_S
            if asked >= ASK_EVERY_S:
                asked = 0.0
                await web.auth_test()

    def _verify(self, delivery: Delivery) -> None:
        from slack_sdk.signature import SignatureVerifier

        secret = self._settings.signing_secret.get_secret_value()
        if not secret or self._settings.transport != "http":
            raise DeliveryRefused("no webhook is set up", 403)
        if "x-slack-signature" not in delivery.headers:
            raise DeliveryRefused("no signature")
        try:
            valid = SignatureVerifier(secret).is_valid_request(delivery.body, dict(delivery.headers))
        except (ValueError, TypeError):
            raise DeliveryRefused("a signature or time that is none") from None
        if not valid:
            raise DeliveryRefused("another signature, or too old")


def _body(delivery: Delivery) -> tuple[str, dict[str, Any]]:
    """The kind of a delivery, and its payload: JSON for events, a form for buttons and commands."""
    if delivery.headers.get("content-type", "").startswith("application/json"):
        return "events_api", _object(delivery.body)
    form = {key: values[0] for key, values in parse_qs(delivery.body.decode()).items()}
    if "payload" in form:
        return "interactive", _object(form["payload"])
    return "slash_commands", dict(form)


def _object(text: str | bytes) -> dict[str, Any]:
    found = json.loads(text)
    if not isinstance(found, dict):
        raise ValueError("no JSON object")
    return found


def build(settings: "SlackSettings") -> SlackAdapter:
    """The adapter. Raises LibraryMissing."""
    try:
        import aiohttp  # noqa: F401
        import slack_sdk  # noqa: F401
    except ImportError:
        raise LibraryMissing("Slack needs slack-sdk and aiohttp: pip install 'pilares[slack]'.") from None
    return SlackAdapter(settings)
