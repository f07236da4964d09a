"""A server on loopback that speaks Discord's REST API and gateway, with people, a server and channels on it."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any, Literal

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from connectors.platforms.discord.fake_forms import Forms
from connectors.platforms.discord.fake_wire import ME, STAMP, as_json, guild_of, interaction_of, message, within
from connectors.testing.fake import SLOW_S, Faults, Shown
from connectors.testing.serving import served

GUILD = "9000"
MOST_CHARS = 2000
TOKEN = "played-by-a-local-server-only"  # noqa: S105
UNKNOWN_MESSAGE, THREAD_EXISTS, FORM_TYPE = 10008, 160004, 9
_APPLICATION = {"id": "4711", "name": "pilares", "icon": None, "description": "", "bot_public": False, "flags": 0,
                "bot_require_code_grant": False, "verify_key": "", "owner": ME, "summary": ""}  # fmt: skip
_SIGNED = "ex=6a1b&is=6a1a&hm=5fd1"


class FakeDiscord:
    """Keeps events for a bot that is away, as a resumed session would get them."""

    def __init__(self) -> None:
        self.settings: dict[str, Any] = {"token": TOKEN, "people": ["*"]}
        self.faults = Faults()
        self.texts: list[str] = []
        self.busied = 0
        self.address = ""
        self._sockets: list[WebSocket] = []
        self._missed: list[tuple[str, dict[str, Any]]] = []
        self._said: list[tuple[str, dict[str, Any]]] = []
        self._held: list[tuple[str, dict[str, Any]]] = []
        self._messages: dict[str, Shown] = {}
        self._nonces: dict[str, str] = {}
        self._threads: dict[str, str] = {}
        self._began: dict[str, str] = {}
        self._channels: dict[str, str] = {}
        self._people: dict[str, str] = {}
        self._number, self._sequence = 100_000, 0
        self._forms, self._places = Forms(), dict[str, str]()
        self._files: dict[str, bytes] = {}
        self._attached: dict[str, Any] | None = None
        self.fetched = 0

    async def say(
        self, text: str, *, person: str = "ana", channel: str = "", mention: bool = False, thread: str = ""
    ) -> str:
        """A person writes; in a channel a thread is opened under a message that is answered."""
        number = self._id()
        place = thread if thread in self._threads else self._channel(channel, person)
        if thread and thread not in self._threads:
            self._threads[thread := self._id()] = place
            place = thread
            await self._emit("THREAD_CREATE", self._thread(thread))
        author = ME if person == "me" else self._user(person)
        if self.faults.take("bot"):
            author = {**author, "bot": True}
        said: dict[str, Any] = {
            **message(number, place, f"<@{ME['id']}> {text}" if mention else text, author),
            "mentions": [ME] if mention else [],
        }
        if self._attached is not None:
            said["attachments"], self._attached = [self._attached], None
        if channel:
            said["guild_id"] = GUILD
        self._began[number] = thread or (number if channel else "")
        await self._deliver("MESSAGE_CREATE", said)
        return number

    def attach(self, name: str, content: bytes, media_type: str) -> None:
        """The next message that somebody writes has this file."""
        number = self._id()
        address = f"{self.address}/attachments/1/{number}/{name}?{_SIGNED}"
        self._files[number] = content
        self._attached = {"id": number, "filename": name, "size": len(content), "url": address, "proxy_url": address,
                          "content_type": media_type}  # fmt: skip

    async def press(self, shown: Shown, verdict: Literal["up", "down"], *, person: str = "ana") -> None:
        """A person presses a button under a message."""
        place = shown.thread or shown.channel
        under = message(shown.message_id, place, shown.text, ME)
        pressed = {"custom_id": f"pilares:{verdict}", "component_type": 2}
        await self._interact(3, place, person, pressed, under)

    async def explain(self, reason: str, correction: str, *, person: str = "ana") -> None:
        """A person fills in the form that was opened last, and sends it."""
        sent, place = self._forms.filled({"reason": reason, "correction": correction})
        await self._interact(5, place, person, sent, None)

    @property
    def asked_why(self) -> bool:
        """Whether a form is open."""
        return bool(self._forms.opened)

    async def _interact(
        self, kind: int, place: str, person: str, data: dict[str, Any], under: dict[str, Any] | None
    ) -> None:
        """A button that was pressed under a message (3), or a form that was sent (5)."""
        guild = place in self._threads or place in self._channels.values()
        number = self._id()
        self._places[number] = place
        interaction = {**interaction_of(number, kind, place, data), **({"message": under} if under else {})}
        interaction |= within(self._user(person), place, GUILD if guild else "", thread=place in self._threads)
        await self._deliver("INTERACTION_CREATE", interaction)

    async def again(self) -> None:
        """Deliver everything once more."""
        for name, data in list(self._said):
            await self._emit(name, data)

    def thread_of(self, message_id: str) -> str:
        """The thread under a message, or the one that it is in."""
        return self._began[message_id]

    def shown(self) -> Sequence[Shown]:
        """The bot's messages."""
        return [self._messages[number] for number in sorted(self._messages, key=int)]

    def app(self) -> Starlette:
        """The REST API and the gateway."""
        return Starlette(
            routes=[
                Route("/api/{path:path}", self._call, methods=["GET", "POST", "PATCH", "PUT"]),
                Route("/attachments/1/{number}/{name}", self._give_out),
                WebSocketRoute("/gateway", self._gateway),
                WebSocketRoute("/gateway/", self._gateway),
            ]
        )

    async def _give_out(self, request: Request) -> Response:
        """A file, to whoever has its signed address."""
        content = self._files.get(request.path_params["number"])
        if content is None or str(request.query_params) != _SIGNED:
            return Response("This content is no longer available.", 404)
        self.fetched += 1
        return Response(content, media_type="application/octet-stream")

    async def cut(self) -> None:
        """Cut connections while the fault says so."""
        while True:
            await asyncio.sleep(0.05)
            if self._sockets and self.faults.take("drop"):
                sockets, self._sockets = self._sockets, []
                for socket in sockets:
                    with suppress(RuntimeError):
                        await socket.close(4000)

    async def _deliver(self, name: str, data: dict[str, Any]) -> None:
        self._said.append((name, data))
        if self.faults.take("reorder"):
            self._held.append((name, data))
            return
        for _ in range(2 if self.faults.take("duplicate") else 1):
            await self._emit(name, data)
        held, self._held = self._held, []
        for each in held:
            await self._emit(*each)

    async def _emit(self, name: str, data: dict[str, Any]) -> None:
        if not self._sockets:
            self._missed.append((name, data))
            return
        self._sequence += 1
        packet = {"op": 0, "t": name, "s": self._sequence, "d": data}
        with suppress(RuntimeError, WebSocketDisconnect):
            await self._sockets[-1].send_text(json.dumps(packet))

    async def _gateway(self, socket: WebSocket) -> None:
        await socket.accept()
        await socket.send_text(json.dumps({"op": 10, "d": {"heartbeat_interval": 40_000}}))
        try:
            while True:
                packet = await socket.receive()
                if packet["type"] == "websocket.disconnect":
                    return
                await self._packet(socket, json.loads(packet.get("text") or packet["bytes"]))
        except (WebSocketDisconnect, RuntimeError):
            pass
        finally:
            if socket in self._sockets:
                self._sockets.remove(socket)

    async def _packet(self, socket: WebSocket, packet: dict[str, Any]) -> None:
        if packet["op"] == 1:
            await socket.send_text(json.dumps({"op": 11}))
        if packet["op"] == 6:
            self._sockets.append(socket)
            await self._emit("RESUMED", {})
        if packet["op"] == 2:
            self._sockets.append(socket)
            await self._ready()
        if packet["op"] in (2, 6):
            missed, self._missed = self._missed, []
            for name, data in missed:
                await self._emit(name, data)

    async def _ready(self) -> None:
        gateway = f"{self.address.replace('http', 'ws', 1)}/gateway"
        await self._emit("READY", {"v": 10, "user": ME, "guilds": [{"id": GUILD, "unavailable": True}],
                                   "session_id": "s", "resume_gateway_url": gateway, "private_channels": [],
                                   "application": {"id": ME["id"], "flags": 0}})  # fmt: skip
        await self._emit("GUILD_CREATE", self._guild())

    async def _call(self, request: Request) -> Response:
        path, method = request.path_params["path"].split("/"), request.method
        if path == ["users", "@me"]:
            return as_json(ME)
        if path[-2:] == ["applications", "@me"]:
            return as_json(_APPLICATION)
        if path[:1] == ["gateway"]:
            return as_json({"url": f"{self.address.replace('http', 'ws', 1)}/gateway"})
        if path[-1] == "typing":
            self.busied += 1
            return Response(status_code=204)
        if path[-1] == "callback":
            answer = await request.json()
            if answer["type"] == FORM_TYPE and not self._forms.open(answer["data"], self._places[path[1]]):
                return as_json({"code": 50035, "message": "Invalid Form Body"}, 400)
            return Response(status_code=204)
        if path[-1] == "threads":
            return await self._opened(path[1], path[3])
        if path[0] == "channels" and "messages" in path and method in ("POST", "PATCH"):
            return await self._written(path, await request.json())
        return as_json({})

    async def _opened(self, channel: str, message: str) -> Response:
        if message in self._threads:
            return as_json({"code": THREAD_EXISTS, "message": "A thread has already been created"}, 400)
        self._threads[message] = channel
        await self._emit("THREAD_CREATE", self._thread(message))
        return as_json(self._thread(message))

    async def _written(self, path: list[str], fields: dict[str, Any]) -> Response:
        if self.faults.take("slow"):
            await asyncio.sleep(SLOW_S)
        if self.faults.take("429"):
            return as_json({"message": "rate limited", "retry_after": 0.3, "global": False}, 429, {"retry-after": "1"})
        if self.faults.take("500"):
            return as_json({"message": "internal"}, 500)
        text = str(fields.get("content") or "")
        if not text or len(text) > MOST_CHARS:
            return as_json({"code": 50035, "message": "Invalid Form Body"}, 400)
        place, edited = path[1], path[3] if len(path) > 3 else ""
        if edited and (edited not in self._messages or self.faults.take("gone")):
            self._messages.pop(edited, None)
            return as_json({"code": UNKNOWN_MESSAGE, "message": "Unknown Message"}, 404)
        nonce = str(fields.get("nonce") or "")
        number = edited or (self._nonces.get(nonce) if fields.get("enforce_nonce") else "") or self._id()
        self._nonces[nonce] = number
        parent = self._threads.get(place)
        reply = str((fields.get("message_reference") or {}).get("message_id", ""))
        judged = any(row.get("components") for row in fields.get("components") or ())
        self._messages[number] = Shown(number, parent or place, text, place if parent else "", judged, reply_to=reply)
        self.texts.append(text)
        return as_json(message(number, place, text, ME))

    def _guild(self) -> dict[str, Any]:
        channels = {"general": self._channel("general", ""), **self._channels}
        return guild_of(GUILD, channels, [self._thread(each) for each in self._threads])

    def _thread(self, number: str) -> dict[str, Any]:
        archive = {"archived": False, "auto_archive_duration": 1440, "archive_timestamp": STAMP, "locked": False}
        return {"id": number, "type": 11, "guild_id": GUILD, "parent_id": self._threads[number], "name": "thread",
                "owner_id": ME["id"], "thread_metadata": archive, "message_count": 1, "member_count": 1,
                "rate_limit_per_user": 0, "flags": 0, "total_message_sent": 1}  # fmt: skip

    def _channel(self, channel: str, person: str) -> str:
        if channel:
            return self._channels.setdefault(channel, str(7000 + len(self._channels)))
        return str(int(self._user(person)["id"]) + 1000)

    def _user(self, person: str) -> dict[str, Any]:
        number = self._people.setdefault(person, str(500 + len(self._people)))
        return {"id": number, "username": person, "discriminator": "0", "avatar": None, "global_name": person.title()}

    def _id(self) -> str:
        self._number += 1
        return str(self._number)


@asynccontextmanager
async def fake() -> AsyncIterator[FakeDiscord]:
    """A server that plays Discord until the block ends."""
    platform = FakeDiscord()
    async with served(platform.app()) as address:
        platform.address = platform.settings["api_url"] = address
        cutting = asyncio.create_task(platform.cut())
        try:
            yield platform
        finally:
            cutting.cancel()
