"""A server on loopback that speaks Mattermost's REST API and websocket, with people and channels on it."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any, Literal

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from connectors.testing.fake import SLOW_S, Faults, Shown
from connectors.testing.serving import served

ME = "pilaresbot0000000000000000"
NAME = "pilares"
TOKEN = "playedbyalocalserveronly00"  # noqa: S105
MOST_CHARS = 16_383
_EMOJI = {"up": "+1", "down": "-1"}


class FakeMattermost:
    """Sends events to whoever listens, and to nobody later; posts stay in their channels and can be read."""

    def __init__(self) -> None:
        self.settings: dict[str, Any] = {"token": TOKEN, "people": ["*"]}
        self.faults = Faults()
        self.texts: list[str] = []
        self.busied = 0
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self._sockets: list[WebSocket] = []
        self._sent: list[tuple[str, dict[str, Any]]] = []
        self._held: list[tuple[str, dict[str, Any]]] = []
        self._posts: dict[str, dict[str, Any]] = {}
        self._pending: dict[str, str] = {}
        self._number, self._moment, self._sequence = 0, 0, 0
        self._files: dict[str, bytes] = {}
        self._attached: dict[str, Any] | None = None
        self.fetched = 0

    async def say(
        self, text: str, *, person: str = "ana", channel: str = "", mention: bool = False, thread: str = ""
    ) -> str:
        """A person writes; a thread that is not there yet is begun by somebody else."""
        place = _channel(channel, person)
        if thread and thread not in self._posts:
            thread = self._keep(_id("begins"), place, f"This is about {thread}.", "", {})["id"]
        user = ME if person == "me" else _id(person)
        props = {"from_bot": "true"} if self.faults.take("bot") else {}
        post = self._keep(user, place, f"@{NAME} {text}" if mention else text, thread, props)
        if self._attached is not None:
            post["file_ids"], post["metadata"]["files"] = [self._attached["id"]], [self._attached]
            self._attached = None
        await self._deliver("posted", {
            "channel_type": _kind(place), "channel_name": channel, "sender_name": f"@{person}", "team_id": "",
            "post": json.dumps(post),
        })  # fmt: skip
        return str(post["id"])

    def attach(self, name: str, content: bytes, media_type: str) -> None:
        """The next message that somebody writes has this file."""
        number = f"file{len(self._files):022d}"
        self._files[number] = content
        self._attached = {"id": number, "name": name, "mime_type": media_type, "size": len(content)}

    async def press(self, shown: Shown, verdict: Literal["up", "down"], *, person: str = "ana") -> None:
        """A person clicks a reaction under a post."""
        reaction = {
            "user_id": _id(person), "post_id": shown.message_id, "emoji_name": _EMOJI[verdict],
            "create_at": self._now(), "channel_id": shown.channel,
        }  # fmt: skip
        self._react(reaction)
        await self._deliver("reaction_added", {"reaction": json.dumps(reaction)})

    async def again(self) -> None:
        """Deliver everything once more."""
        for name, data in list(self._sent):
            await self._emit(name, data)

    def thread_of(self, message_id: str) -> str:
        """The thread of a post: its own, where it began one."""
        post = self._posts[message_id]
        return str(post["root_id"] or ("" if _kind(post["channel_id"]) == "D" else message_id))

    def shown(self) -> Sequence[Shown]:
        """The bot's posts."""
        return [
            Shown(each["id"], each["channel_id"], each["message"], each["root_id"],
                  {"+1", "-1"} <= {every["emoji_name"] for every in each["metadata"].get("reactions", ())})
            for each in self._posts.values() if each["by_api"]
        ]  # fmt: skip

    def app(self) -> Starlette:
        """The REST API and the socket."""
        base = "/api/v4"
        return Starlette(
            routes=[
                WebSocketRoute(f"{base}/websocket", self._socket),
                Route(f"{base}/posts", self._created, methods=["POST"]),
                Route(f"{base}/posts/{{post}}/patch", self._patched, methods=["PUT"]),
                Route(f"{base}/{{path:path}}", self._asked, methods=["GET", "POST"]),
            ]
        )

    async def cut(self) -> None:
        """Cut connections while the fault says so."""
        while True:
            await asyncio.sleep(0.05)
            if self._sockets and self.faults.take("drop"):
                for socket in self._sockets:
                    with suppress(RuntimeError):
                        await socket.close()

    async def _deliver(self, name: str, data: dict[str, Any]) -> None:
        self._sent.append((name, data))
        if self.faults.take("reorder"):
            self._held.append((name, data))
            return
        for _ in range(2 if self.faults.take("duplicate") else 1):
            await self._emit(name, data)
        held, self._held = self._held, []
        for each in held:
            await self._emit(*each)

    async def _emit(self, name: str, data: dict[str, Any]) -> None:
        self._sequence += 1
        for socket in self._sockets[-1:]:
            with suppress(RuntimeError, WebSocketDisconnect):
                await socket.send_text(_event(name, data, self._sequence))

    async def _socket(self, socket: WebSocket) -> None:
        await socket.accept()
        try:
            challenge = json.loads(await socket.receive_text())
            if challenge["action"] != "authentication_challenge" or challenge["data"]["token"] != TOKEN:
                await socket.close()
                return
            await socket.send_text(_event("hello", {"server_version": "11.0.0", "connection_id": "c"}, 0))
            await socket.send_text(json.dumps({"status": "OK", "seq_reply": challenge["seq"]}))
            self._sockets.append(socket)
            while True:
                await socket.receive_text()
        except (WebSocketDisconnect, RuntimeError):
            pass
        finally:
            if socket in self._sockets:
                self._sockets.remove(socket)

    async def _created(self, request: Request) -> Response:
        fields = await request.json()
        self.calls.append(("create", fields))
        trouble = await self._trouble(request, str(fields["message"]))
        if trouble is not None:
            return trouble
        known = self._pending.get(str(fields["pending_post_id"]))
        root = fields["root_id"]
        if root and root not in self._posts:
            return _error(400, "api.post.create_post.root_id.app_error")
        if known is None:
            post = self._keep(ME, fields["channel_id"], fields["message"], root, fields["props"], by_api=True)
            known = self._pending[str(fields["pending_post_id"])] = post["id"]
            self.texts.append(post["message"])
        await self._emit("posted", {"channel_type": _kind(fields["channel_id"]), "sender_name": f"@{NAME}",
                                    "post": json.dumps(self._posts[known])})  # fmt: skip
        return JSONResponse(self._posts[known], 201)

    async def _patched(self, request: Request) -> Response:
        fields, post = await request.json(), request.path_params["post"]
        self.calls.append(("patch", fields))
        trouble = await self._trouble(request, str(fields["message"]))
        if trouble is not None:
            return trouble
        if post not in self._posts or self.faults.take("gone"):
            self._posts.pop(post, None)
            return _error(404, "store.sql_post.get.app_error")
        self._posts[post] |= {"message": fields["message"], "props": fields["props"]}
        self.texts.append(fields["message"])
        return JSONResponse(self._posts[post])

    async def _trouble(self, request: Request, message: str) -> Response | None:
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return _error(401, "api.context.session_expired.app_error")
        if self.faults.take("slow"):
            await asyncio.sleep(SLOW_S)
        if self.faults.take("429"):
            return PlainTextResponse("limit exceeded\n", 429, {"x-ratelimit-reset": "1", "retry-after": "1"})
        if self.faults.take("500"):
            return _error(500, "app.post.save.app_error")
        if not message or len(message) > MOST_CHARS:
            return _error(400, "model.post.is_valid.message_length.app_error")
        return None

    async def _asked(self, request: Request) -> Response:
        """Everything else: who and where, what was said, reactions, and that somebody writes."""
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return _error(401, "api.context.session_expired.app_error")
        match (request.method, *request.path_params["path"].split("/")):
            case "GET", "users", "me":
                return JSONResponse({"id": ME, "username": NAME})
            case "GET", "users", "me", "channels":
                return JSONResponse([self._described(each) for each in self._places()])
            case "GET", "channels", channel:
                return JSONResponse(self._described(channel))
            case "GET", "channels", channel, "posts":
                since = int(request.query_params["since"])
                found = {key: post for key, post in self._posts.items()
                         if post["channel_id"] == channel and post["update_at"] >= since}  # fmt: skip
                return JSONResponse({"order": list(reversed(found)), "posts": found})
            case "GET", "files", number if number in self._files:
                self.fetched += 1
                return Response(self._files[number], media_type="application/octet-stream")
            case "GET", "posts", post if post in self._posts:
                return JSONResponse(self._posts[post])
            case "POST", "reactions":
                fields = {**await request.json(), "create_at": self._now()}
                self._react(fields)
                await self._emit("reaction_added", {"reaction": json.dumps(fields)})
                return JSONResponse(fields, 201)
            case "POST", "users", _, "typing":
                self.busied += 1
                return JSONResponse({"status": "OK"})
            case _:
                return _error(404, "api.context.404.app_error")

    def _keep(
        self, user: str, channel: str, message: str, root: str, props: dict[str, Any], *, by_api: bool = False
    ) -> dict[str, Any]:
        self._number += 1
        number = f"post{self._number:022d}"
        moment = self._now()
        self._posts[number] = {
            "id": number, "create_at": moment, "update_at": moment, "delete_at": 0, "user_id": user,
            "channel_id": channel, "root_id": root, "message": message, "type": "", "props": props,
            "metadata": {}, "by_api": by_api,
        }  # fmt: skip
        return self._posts[number]

    def _react(self, reaction: dict[str, Any]) -> None:
        post = self._posts[reaction["post_id"]]
        post["metadata"].setdefault("reactions", []).append(reaction)
        post["update_at"] = reaction["create_at"]

    def _places(self) -> list[str]:
        return list(dict.fromkeys(post["channel_id"] for post in self._posts.values()))

    def _described(self, channel: str) -> dict[str, Any]:
        last = max((post["create_at"] for post in self._posts.values() if post["channel_id"] == channel), default=0)
        return {"id": channel, "type": _kind(channel), "name": channel, "last_post_at": last}

    def _now(self) -> int:
        self._moment = max(self._moment + 1, int(time.time() * 1000))
        return self._moment


def _id(name: str) -> str:
    return f"user{name:0<22}"


def _channel(channel: str, person: str) -> str:
    return f"open{channel:0<22}" if channel else f"talk{person:0<22}"


def _kind(channel: str) -> str:
    return "D" if channel.startswith("talk") else "O"


def _event(name: str, data: dict[str, Any], sequence: int) -> str:
    return json.dumps({"event": name, "data": data, "broadcast": {}, "seq": sequence})


def _error(status: int, name: str) -> Response:
    return JSONResponse({"id": name, "message": name, "detailed_error": "", "request_id": "r", "status_code": status},
                        status)  # fmt: skip


@asynccontextmanager
async def fake() -> AsyncIterator[FakeMattermost]:
    """A server that plays Mattermost until the block ends."""
    platform = FakeMattermost()
    async with served(platform.app()) as address:
        platform.settings["url"] = address
        cutting = asyncio.create_task(platform.cut())
        try:
            yield platform
        finally:
            cutting.cancel()
