"""A server on loopback that speaks Matrix's client-server API, with people and rooms on it."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, Literal

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from connectors.testing.fake import SLOW_S, Faults, Shown
from connectors.testing.serving import served

SERVER = "played.example"
ME = f"@pilares:{SERVER}"
TOKEN = "played-by-a-local-server"  # noqa: S105
MOST_BYTES = 60_000
LONGEST_POLL_S = 1.0
_SIGNS = {"up": "👍", "down": "👎🏽"}


class FakeMatrix:
    """Keeps every event in the order it came in; `/sync` gives what came after a token, to its own author as well."""

    def __init__(self) -> None:
        self.settings: dict[str, Any] = {"token": TOKEN, "people": ["*"]}
        self.faults = Faults()
        self.texts: list[str] = []
        self.busied = 0
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self._log: list[tuple[str, dict[str, Any]]] = []
        self._held: list[tuple[str, dict[str, Any]]] = []
        self._events: dict[str, tuple[str, dict[str, Any]]] = {}
        self._sent: dict[str, str] = {}
        self._shown: dict[str, Shown] = {}
        self._arrived = asyncio.Event()
        self._number, self._moment = 0, 0
        self._files: dict[str, bytes] = {}
        self._attached: dict[str, Any] | None = None
        self.fetched = 0

    async def say(
        self, text: str, *, person: str = "ana", channel: str = "", mention: bool = False, thread: str = ""
    ) -> str:
        """A person writes; a thread that is not there yet is begun by somebody else."""
        room = _room(channel, person)
        kind = "m.notice" if self.faults.take("bot") else "m.text"
        body = f"Pilares: {text}" if mention else text
        content: dict[str, Any] = {"msgtype": kind, "body": body, "m.mentions": {"user_ids": [ME]} if mention else {}}
        if self._attached is not None:
            name = self._attached["filename"]
            content |= {**self._attached, "body": body if text else name}
            self._attached = None
        if thread:
            if thread not in self._events:
                begun = {"msgtype": "m.text", "body": f"This is about {thread}."}
                thread = self._keep(room, f"@begins:{SERVER}", "m.room.message", begun)
            content["m.relates_to"] = {"rel_type": "m.thread", "event_id": thread}
        number = self._keep(room, ME if person == "me" else f"@{person}:{SERVER}", "m.room.message", content)
        self._deliver(number)
        return number

    def attach(self, name: str, content: bytes, media_type: str) -> None:
        """The next message that somebody writes has this file."""
        number = f"F{len(self._files)}"
        self._files[number] = content
        self._attached = {"msgtype": "m.file", "filename": name, "url": f"mxc://{SERVER}/{number}",
                          "info": {"mimetype": media_type, "size": len(content)}}  # fmt: skip

    async def press(self, shown: Shown, verdict: Literal["up", "down"], *, person: str = "ana") -> None:
        """A person reacts to a message."""
        relates = {"rel_type": "m.annotation", "event_id": shown.message_id, "key": _SIGNS[verdict]}
        self._deliver(self._keep(shown.channel, f"@{person}:{SERVER}", "m.reaction", {"m.relates_to": relates}))

    async def again(self) -> None:
        """Deliver everything once more."""
        self._log += [each for each in self._log if each[1]["sender"] != ME]
        self._arrived.set()

    def thread_of(self, message_id: str) -> str:
        """The thread of a message: its own, where it began one."""
        room, event = self._events[message_id]
        relates = event["content"].get("m.relates_to") or {}
        return str(relates.get("event_id") or ("" if room.startswith("!talk") else message_id))

    def shown(self) -> Sequence[Shown]:
        """The bot's messages, as they were last replaced."""
        return list(self._shown.values())

    def app(self) -> Starlette:
        """The client-server API."""
        base = "/_matrix/client/v3"
        return Starlette(
            routes=[
                Route(f"{base}/sync", self._sync),
                Route(f"{base}/rooms/{{room}}/send/{{kind}}/{{once}}", self._put, methods=["PUT"]),
                Route(f"/_matrix/client/v1/media/download/{SERVER}/{{number}}", self._give_out),
                Route(f"{base}/{{path:path}}", self._asked, methods=["GET", "PUT", "POST"]),
            ]
        )

    async def _give_out(self, request: Request) -> Response:
        content = self._files.get(request.path_params["number"])
        if _stranger(request) or content is None:
            return _error(*((401, "M_UNKNOWN_TOKEN") if content is not None else (404, "M_NOT_FOUND")))
        self.fetched += 1
        return Response(content, media_type="application/octet-stream")

    def wake(self) -> None:
        """Answer whoever waits for news."""
        self._arrived.set()

    def _deliver(self, number: str) -> None:
        if self.faults.take("reorder"):
            self._held.append(self._events[number])
            return
        self._log += [self._events[number]] * (2 if self.faults.take("duplicate") else 1) + self._held
        self._held = []
        self._arrived.set()

    async def _sync(self, request: Request) -> JSONResponse:
        if _stranger(request):
            return _error(401, "M_UNKNOWN_TOKEN")
        if self.faults.take("drop"):
            return _error(502, "M_UNKNOWN")
        since = int(request.query_params.get("since", "s0")[1:])
        if since == len(self._log):
            self._arrived.clear()
            try:
                async with asyncio.timeout(min(LONGEST_POLL_S, int(request.query_params.get("timeout", 0)) / 1000)):
                    await self._arrived.wait()
            except TimeoutError:
                pass
        upto, rooms = len(self._log), dict[str, list[dict[str, Any]]]()
        for room, event in self._log[since:upto]:
            rooms.setdefault(room, []).append(event)
        return JSONResponse({"next_batch": f"s{upto}", "rooms": {"join": {
            room: {"timeline": {"events": events, "limited": False, "prev_batch": f"s{since}"},
                   "state": {"events": self._state(room)}, "summary": _summary(room)}
            for room, events in rooms.items()
        }}})  # fmt: skip

    async def _put(self, request: Request) -> JSONResponse:
        """A message, one that replaces another, or a reaction; the same transaction again is the same event."""
        room, kind = request.path_params["room"], request.path_params["kind"]
        once, content = request.path_params["once"], await request.json()
        self.calls.append((kind, content))
        if _stranger(request):
            return _error(401, "M_UNKNOWN_TOKEN")
        if kind == "m.room.message" and (trouble := await self._trouble(content)) is not None:
            return trouble
        if once not in self._sent:
            number = self._sent[once] = self._keep(room, ME, kind, content)
            self._take(room, number, kind, content)
            self._log.append(self._events[number])
            self._arrived.set()
        return JSONResponse({"event_id": self._sent[once]})

    def _take(self, room: str, number: str, kind: str, content: dict[str, Any]) -> None:
        relates = content.get("m.relates_to") or {}
        if kind == "m.reaction":
            self._judged(relates["event_id"])
        elif relates.get("rel_type") == "m.replace":
            self._replace(relates["event_id"], content["m.new_content"])
        else:
            thread = relates.get("event_id", "") if relates.get("rel_type") == "m.thread" else ""
            self._shown[number] = Shown(number, room, _text(content), thread)
            self.texts.append(_text(content))

    def _replace(self, number: str, content: dict[str, Any]) -> None:
        """What replaces a message that was deleted is taken, and shown to nobody."""
        if self.faults.take("gone") and number in self._shown:
            del self._shown[number]
            self._events[number][1]["content"] = {}
        if number in self._shown:
            self._shown[number] = replace(self._shown[number], text=_text(content))
            self.texts.append(_text(content))

    def _judged(self, number: str) -> None:
        if number in self._shown:
            self._shown[number] = replace(self._shown[number], judged=True)

    async def _trouble(self, content: dict[str, Any]) -> JSONResponse | None:
        if self.faults.take("slow"):
            await asyncio.sleep(SLOW_S)
        if self.faults.take("429"):
            return _error(429, "M_LIMIT_EXCEEDED", retry_after_ms=500)
        if self.faults.take("500"):
            return _error(500, "M_UNKNOWN")
        if len(json.dumps(content, ensure_ascii=False).encode()) > MOST_BYTES:
            return _error(413, "M_TOO_LARGE")
        return None

    async def _asked(self, request: Request) -> JSONResponse:
        if _stranger(request):
            return _error(401, "M_UNKNOWN_TOKEN")
        match (request.method, *request.path_params["path"].split("/")):
            case "GET", "account", "whoami":
                return JSONResponse({"user_id": ME, "device_id": "BOT"})
            case "GET", "profile", _, "displayname":
                return JSONResponse({"displayname": "Pilares"})
            case "PUT", "rooms", _, "typing", _:
                self.busied += 1
                return JSONResponse({})
            case "GET", "rooms", _, "event", number if number in self._events:
                return JSONResponse(self._events[number][1])
            case _:
                return _error(404, "M_NOT_FOUND")

    def _keep(self, room: str, sender: str, kind: str, content: dict[str, Any]) -> str:
        self._number += 1
        self._moment = max(self._moment + 1, int(time.time() * 1000))
        number = f"$event{self._number:040d}"
        self._events[number] = (room, {
            "event_id": number, "type": kind, "sender": sender, "room_id": room, "content": content,
            "origin_server_ts": self._moment,
        })  # fmt: skip
        return number

    def _state(self, room: str) -> list[dict[str, Any]]:
        direct = room.startswith("!talk")
        state: dict[str, dict[str, Any]] = {"m.room.join_rules": {"join_rule": "invite" if direct else "public"}}
        if not direct:
            state["m.room.name"] = {"name": room}
        return [{"event_id": f"$state{room}{kind}", "type": kind, "state_key": "", "sender": "@ana:played.example",
                 "origin_server_ts": 1, "content": content} for kind, content in state.items()]  # fmt: skip


def _room(channel: str, person: str) -> str:
    return f"!open{channel}:{SERVER}" if channel else f"!talk{person}:{SERVER}"


def _summary(room: str) -> dict[str, Any]:
    people = 2 if room.startswith("!talk") else 12
    return {"m.joined_member_count": people, "m.invited_member_count": 0, "m.heroes": []}


def _text(content: dict[str, Any]) -> str:
    return str(content.get("formatted_body") or content["body"])


def _stranger(request: Request) -> bool:
    return request.headers.get("authorization") != f"Bearer {TOKEN}"


def _error(status: int, code: str, **fields: Any) -> JSONResponse:
    return JSONResponse({"errcode": code, "error": code, **fields}, status)


@asynccontextmanager
async def fake() -> AsyncIterator[FakeMatrix]:
    """A server that plays Matrix until the block ends."""
    platform = FakeMatrix()
    async with served(platform.app()) as address:
        platform.settings["homeserver"] = address
        try:
            yield platform
        finally:
            # Whoever still waits for news is answered before the server goes.
            platform.wake()
            await asyncio.sleep(0.05)
