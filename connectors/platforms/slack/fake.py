"""A server on loopback that speaks Slack's Web API and Socket Mode, with people and channels on it."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from typing import Any, Literal

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from connectors.platforms.slack.fake_forms import Forms
from connectors.testing.fake import SLOW_S, Faults, Shown
from connectors.testing.serving import served

ME = "UBOT"
MOST_IN_SECTION = 3000


class FakeSlack:
    """Sends an envelope again, to whoever connects next, until it is acknowledged."""

    def __init__(self) -> None:
        self.settings: dict[str, Any] = {
            "bot_token": "xoxb-played-by-a-local-server", "app_token": "xapp-played-by-a-local-server", "people": ["*"],
        }  # fmt: skip
        self.faults = Faults()
        self.texts: list[str] = []
        self.busied = 0
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.address = ""
        self._sockets: list[WebSocket] = []
        self._unacknowledged: dict[str, dict[str, Any]] = {}
        self._sent: list[dict[str, Any]] = []
        self._held: list[dict[str, Any]] = []
        self._messages: dict[str, Shown] = {}
        self._streams: dict[str, str] = {}
        self._threads: dict[str, str] = {}
        self._number = 1_700_000_000
        self._files: dict[str, tuple[dict[str, Any], bytes]] = {}
        self._attached: dict[str, Any] | None = None
        self.fetched = 0
        self._forms = Forms()

    async def say(
        self, text: str, *, person: str = "ana", channel: str = "", mention: bool = False, thread: str = ""
    ) -> str:
        """A person writes. In a channel each message that is in no thread begins one."""
        ts = self._ts()
        user = ME if person == "me" else f"U{person.upper()}"
        event: dict[str, Any] = {
            "type": "message",
            "channel": f"C{channel.upper()}" if channel else f"D{person.upper()}",
            "channel_type": "channel" if channel else "im",
            "user": user,
            "text": f"<@{ME}> {text}" if mention else text,
            "ts": ts,
        }
        if thread:
            event["thread_ts"] = thread
        if self._attached is not None:
            event |= {"subtype": "file_share", "files": [self._attached]}
            self._attached = None
        if self.faults.take("bot"):
            event["bot_id"] = "B1"
        self._threads[ts] = thread or (ts if channel else "")
        await self._deliver("events_api", {"type": "event_callback", "event_id": f"Ev{ts}", "event": event})
        return ts

    def attach(self, name: str, content: bytes, media_type: str) -> None:
        """The next message that somebody writes has this file."""
        number = f"F{len(self._files)}"
        self._attached = {"id": number, "name": name, "mimetype": media_type, "size": len(content),
                          "url_private_download": f"{self.address}/files-pri/T1-{number}/download/{name}"}  # fmt: skip
        self._files[number] = (self._attached, content)

    async def press(self, shown: Shown, verdict: Literal["up", "down"], *, person: str = "ana") -> None:
        """A person presses a button under a message."""
        action = {
            "action_id": "pilares_feedback",
            "type": "feedback_buttons",
            "value": verdict,
            "action_ts": self._ts(),
        }
        container = {"type": "message", "message_ts": shown.message_id, "channel_id": shown.channel}
        if shown.thread:
            container["thread_ts"] = shown.thread
        trigger = f"t{self._ts()}"
        self._forms.triggers.add(trigger)
        payload = {"type": "block_actions", "user": {"id": f"U{person.upper()}"}, "channel": {"id": shown.channel},
                   "container": container, "actions": [action], "trigger_id": trigger}  # fmt: skip
        await self._deliver("interactive", payload)

    async def explain(self, reason: str, correction: str, *, person: str = "ana") -> None:
        """A person fills in the form that was opened last, and sends it."""
        view = {**self._forms.filled({"reason": reason, "correction": correction}), "id": f"V{self._ts()}"}
        user = {"id": f"U{person.upper()}"}
        await self._deliver("interactive", {"type": "view_submission", "user": user, "view": view})

    @property
    def asked_why(self) -> bool:
        """Whether a form is open."""
        return bool(self._forms.views)

    async def again(self) -> None:
        """Deliver everything once more."""
        for envelope in list(self._sent):
            await self._send({**envelope, "envelope_id": f"again-{self._ts()}", "retry_attempt": 1})

    def thread_of(self, message_id: str) -> str:
        """The thread of a message: its own, where it began one."""
        return self._threads[message_id]

    def shown(self) -> Sequence[Shown]:
        """The bot's messages."""
        return [self._messages[ts] for ts in sorted(self._messages) if self._messages[ts].text]

    def app(self) -> Starlette:
        """The Web API and the socket."""
        return Starlette(routes=[Route("/api/{method}", self._call, methods=["POST", "GET"]),
                                 Route("/files-pri/T1-{number}/download/{name}", self._give_out),
                                 WebSocketRoute("/link", self._link)])  # fmt: skip

    async def cut(self) -> None:
        """Cut connections while the fault says so."""
        while True:
            await asyncio.sleep(0.05)
            if self._sockets and self.faults.take("drop"):
                for socket in self._sockets:
                    with suppress(RuntimeError):
                        await socket.close()

    async def _deliver(self, kind: str, payload: dict[str, Any]) -> None:
        envelope = {
            "envelope_id": f"e{self._ts()}",
            "type": kind,
            "payload": payload,
            "accepts_response_payload": False,
        }
        self._sent.append(envelope)
        if self.faults.take("reorder"):
            self._held.append(envelope)
            return
        await self._send(envelope)
        if self.faults.take("duplicate"):
            await self._send({**envelope, "envelope_id": f"{envelope['envelope_id']}-2", "retry_attempt": 1})
        for held in self._held:
            await self._send(held)
        self._held = []

    async def _send(self, envelope: dict[str, Any]) -> None:
        self._unacknowledged[envelope["envelope_id"]] = envelope
        for socket in self._sockets[-1:]:
            with suppress(RuntimeError, WebSocketDisconnect):
                await socket.send_text(json.dumps(envelope))

    async def _link(self, socket: WebSocket) -> None:
        await socket.accept()
        await socket.send_text(json.dumps({"type": "hello", "num_connections": 1}))
        self._sockets.append(socket)
        try:
            for envelope in list(self._unacknowledged.values()):
                await socket.send_text(json.dumps(envelope))
            while True:
                answer = json.loads(await socket.receive_text())
                self._unacknowledged.pop(answer["envelope_id"], None)
        except (WebSocketDisconnect, RuntimeError):
            pass
        finally:
            self._sockets.remove(socket)

    async def _call(self, request: Request) -> JSONResponse:
        fields = await _fields(request)
        method = request.path_params["method"]
        self.calls.append((method, fields))
        if method == "auth.test":
            return _ok(user_id=ME, team_id="T1", user="pilares", bot_id="BBOT")
        if method == "apps.connections.open":
            return _ok(url=self.address.replace("http", "ws") + "/link")
        if method == "assistant.threads.setStatus":
            self.busied += 1
            return _ok()
        if method == "views.open":
            trouble = self._forms.open(fields)
            return _error(trouble) if trouble else _ok(view={"id": "V1"})
        if method == "files.info":
            found = self._files.get(str(fields["file"]))
            return _error("file_not_found") if found is None else _ok(file=found[0])
        return await self._written(method, fields)

    async def _give_out(self, request: Request) -> Response:
        """A file; without the token Slack answers with the page where people sign in."""
        if request.headers.get("authorization") != f"Bearer {self.settings['bot_token']}":
            return RedirectResponse(f"{self.address}/?redir=files", 302)
        self.fetched += 1
        return Response(self._files[request.path_params["number"]][1], media_type="application/octet-stream")

    async def _written(self, method: str, fields: dict[str, Any]) -> JSONResponse:
        if self.faults.take("slow"):
            await asyncio.sleep(SLOW_S)
        trouble = self._trouble(method, fields)
        if trouble is not None:
            return trouble
        if method.endswith("Stream"):
            return self._streamed(method, fields)
        ts = str(fields["ts"]) if method == "chat.update" else self._ts()
        blocks = fields.get("blocks") or []
        before = self._messages.get(ts)
        self._messages[ts] = Shown(
            ts,
            str(fields["channel"]),
            str(blocks[0]["text"]["text"]),
            before.thread if before else str(fields.get("thread_ts") or ""),
            any(block["type"] == "context_actions" for block in blocks),
            str(fields.get("user") or ""),
        )
        self.texts.append(self._messages[ts].text)
        return _ok(channel=fields["channel"], **{"message_ts" if method == "chat.postEphemeral" else "ts": ts})

    def _streamed(self, method: str, fields: dict[str, Any]) -> JSONResponse:
        if method == "chat.startStream":
            ts = self._ts()
            self._streams[ts] = str(fields.get("markdown_text") or "")
            self._messages[ts] = Shown(ts, str(fields["channel"]), self._streams[ts], str(fields["thread_ts"]))
        else:
            ts = str(fields["ts"])
            if ts not in self._streams or self.faults.take("expired"):
                self._streams.pop(ts, None)
                return _error("message_not_in_streaming_state")
            self._streams[ts] += str(fields.get("markdown_text") or "")
            self._messages[ts] = replace(self._messages[ts], text=self._streams[ts])
            if method == "chat.stopStream":
                del self._streams[ts]
        self.texts.append(self._messages[ts].text)
        return _ok(channel=fields["channel"], ts=ts)

    def _trouble(self, method: str, fields: dict[str, Any]) -> JSONResponse | None:
        if self.faults.take("429"):
            return JSONResponse({"ok": False, "error": "ratelimited"}, 429, headers={"retry-after": "1"})
        if self.faults.take("500"):
            return JSONResponse({"ok": False, "error": "internal_error"}, 500)
        sections = [block["text"] for block in fields.get("blocks") or [] if block["type"] == "section"]
        marked = any(section["type"] == "mrkdwn" for section in sections)
        if any(len(section["text"]) > MOST_IN_SECTION or not section["text"] for section in sections):
            return _error("invalid_blocks")
        if marked and self.faults.take("markup"):
            return _error("invalid_blocks")
        if method == "chat.update" and (str(fields["ts"]) not in self._messages or self.faults.take("gone")):
            self._messages.pop(str(fields["ts"]), None)
            return _error("message_not_found")
        return None

    def _ts(self) -> str:
        self._number += 1
        return f"{self._number}.000100"


async def _fields(request: Request) -> dict[str, Any]:
    if request.headers.get("content-type", "").startswith("application/json"):
        return dict(await request.json())
    fields: dict[str, Any] = {**request.query_params, **(await request.form())}
    if isinstance(fields.get("blocks"), str):
        fields["blocks"] = json.loads(fields["blocks"])
    return fields


def _ok(**fields: Any) -> JSONResponse:
    return JSONResponse({"ok": True, **fields})


def _error(name: str) -> JSONResponse:
    return JSONResponse({"ok": False, "error": name})


@asynccontextmanager
async def fake() -> AsyncIterator[FakeSlack]:
    """A server that plays Slack until the block ends."""
    platform = FakeSlack()
    async with served(platform.app()) as address:
        platform.address = platform.settings["api_url"] = address
        cutting = asyncio.create_task(platform.cut())
        try:
            yield platform
        finally:
            cutting.cancel()
