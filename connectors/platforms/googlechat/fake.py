"""A server on loopback that speaks Google Chat's REST API and its signed deliveries, with people and spaces on it."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from connectors.testing.calling import Deliveries
from connectors.testing.fake import SLOW_S, Faults, Shown
from connectors.testing.serving import served
from connectors.testing.signing import signing_key

PROJECT = "123456789012"
CHAT = "chat@system.gserviceaccount.com"
TOKEN = "of-the-app"  # noqa: S105
MOST_BYTES = 32_000
_MARKED = re.compile(r"\*\w[^*]*\*")


class FakeGoogleChat:
    """Delivers signed events, also what does not name the app; keeps a request id, as Google Chat does."""

    def __init__(self) -> None:
        self.settings: dict[str, Any] = {"audience": PROJECT, "people": ["*"]}
        self.faults = Faults()
        self.texts: list[str] = []
        self.busied = 0
        self.deliveries = Deliveries(self.faults, self._sign)
        self._messages: dict[str, Shown] = {}
        self._requests: dict[str, str] = {}
        self._threads: dict[str, str] = {}
        self._number = 1000

    def at(self, address: str) -> None:
        """This server answers at this address."""
        private = signing_key("the-apps-key").private
        pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        key = {"type": "service_account", "client_email": "app@project.iam", "private_key": pem,
               "private_key_id": "k", "token_uri": f"{address}/token"}  # fmt: skip
        self.settings |= {"service_account": json.dumps(key), "api_url": address, "keys_url": f"{address}/keys"}

    def call(self, address: str) -> None:
        """Deliver to this address."""
        self.deliveries.address = address

    async def say(
        self, text: str, *, person: str = "ana", channel: str = "", mention: bool = False, thread: str = ""
    ) -> str:
        """A person writes. In a space each message that is in no thread begins one."""
        number = self._id()
        space = self._space(channel, person)
        name = f"{space['name']}/messages/{number}"
        self._threads[name] = (thread or f"T{number}") if channel else ""
        someone = {"name": f"users/{person}", "displayName": person.title(), "type": "HUMAN"}
        if self.faults.take("bot"):
            someone["type"] = "BOT"
        app = {"name": "users/app", "displayName": "Pilares", "type": "BOT"}
        sender = app if person == "me" else someone
        message: dict[str, Any] = {
            "name": name, "sender": sender, "createTime": self._now(), "space": space,
            "text": f"@Pilares {text}" if mention else text, "argumentText": f" {text}" if mention else text,
            "thread": {"name": f"{space['name']}/threads/{thread or f'T{number}'}"},
        }  # fmt: skip
        if mention:
            message["annotations"] = [{"type": "USER_MENTION", "userMention": {"user": app, "type": "MENTION"}}]
        event = {"type": "MESSAGE", "eventTime": message["createTime"], "message": message, "user": sender}
        await self.deliveries.deliver({**event, "space": space})
        return name

    async def press(self, shown: Shown, verdict: Literal["up", "down"], *, person: str = "ana") -> None:
        """A person presses a button under a message."""
        kind = "DIRECT_MESSAGE" if "/DM" in shown.channel else "SPACE"
        space = {"name": shown.channel, "spaceType": kind}
        message = {"name": shown.message_id, "thread": {"name": f"{shown.channel}/threads/{shown.thread or 'main'}"}}
        parameters = [{"key": "verdict", "value": verdict}]
        event = {
            "type": "CARD_CLICKED", "eventTime": self._now(), "message": message, "space": space,
            "user": {"name": f"users/{person}", "type": "HUMAN"},
            "action": {"actionMethodName": "pilares_feedback", "parameters": parameters},
        }  # fmt: skip
        await self.deliveries.deliver(event)

    async def again(self) -> None:
        """Deliver everything once more."""
        await self.deliveries.again()

    def thread_of(self, message_id: str) -> str:
        """The thread of a message: its own, where it began one."""
        return self._threads[message_id]

    def shown(self) -> Sequence[Shown]:
        """The app's messages."""
        return [self._messages[name] for name in sorted(self._messages, key=lambda name: name.rpartition("/")[2])]

    def app(self) -> Starlette:
        """Google Chat's API, tokens, and the published keys."""
        return Starlette(
            routes=[
                Route("/token", self._token, methods=["POST"]),
                Route("/keys", self._keys),
                Route("/v1/spaces/{space}/messages", self._create, methods=["POST"]),
                Route("/v1/spaces/{space}/messages/{message}", self._update, methods=["PATCH", "PUT"]),
            ]
        )

    def _sign(self, _body: bytes) -> Mapping[str, str]:
        key = signing_key("another-key") if self.faults.take("forged") else signing_key()
        return {"authorization": f"Bearer {key.token(iss=CHAT, aud=PROJECT)}"}

    def _space(self, channel: str, person: str) -> dict[str, Any]:
        if channel:
            return {"name": f"spaces/{channel}", "spaceType": "SPACE"}
        return {"name": f"spaces/DM{person}", "spaceType": "DIRECT_MESSAGE", "singleUserBotDm": True}

    async def _token(self, request: Request) -> JSONResponse:
        form = await request.form()
        if not form.get("assertion"):
            return JSONResponse({"error": "invalid_grant"}, 400)
        return JSONResponse({"access_token": TOKEN, "expires_in": 3600, "token_type": "Bearer"})

    async def _keys(self, _request: Request) -> JSONResponse:
        return JSONResponse(signing_key().published())

    async def _create(self, request: Request) -> JSONResponse:
        message, space = await request.json(), f"spaces/{request.path_params['space']}"
        if (trouble := await self._trouble(request, message)) is not None:
            return trouble
        asked = request.query_params.get("requestId", "")
        if asked in self._requests:
            return JSONResponse({"name": self._requests[asked]})
        name = f"{space}/messages/{self._id()}"
        if asked:
            self._requests[asked] = name
        thread = str((message.get("thread") or {}).get("name", "")).rpartition("/")[2]
        return self._put(name, thread, message)

    async def _update(self, request: Request) -> JSONResponse:
        message, given = await request.json(), request.path_params
        name = f"spaces/{given['space']}/messages/{given['message']}"
        if (trouble := await self._trouble(request, message)) is not None:
            return trouble
        if name not in self._messages or self.faults.take("gone"):
            self._messages.pop(name, None)
            return _error(404, "NOT_FOUND")
        return self._put(name, self._messages[name].thread, message)

    def _put(self, name: str, thread: str, message: dict[str, Any]) -> JSONResponse:
        viewer = str((message.get("privateMessageViewer") or {}).get("name", ""))
        judged = bool(message.get("accessoryWidgets"))
        channel = name.partition("/messages/")[0]
        self._messages[name] = Shown(name, channel, message["text"], thread, judged, viewer)
        self.texts.append(message["text"])
        return JSONResponse({"name": name, "text": message["text"]})

    async def _trouble(self, request: Request, message: dict[str, Any]) -> JSONResponse | None:
        if self.faults.take("slow"):
            await asyncio.sleep(SLOW_S)
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return _error(401, "UNAUTHENTICATED")
        if self.faults.take("429"):
            return _error(429, "RESOURCE_EXHAUSTED", {"retry-after": "1"})
        if self.faults.take("500"):
            return _error(503, "UNAVAILABLE")
        if _MARKED.search(message["text"]) and self.faults.take("markup"):
            return _error(400, "INVALID_ARGUMENT")
        if len(json.dumps(message, ensure_ascii=False).encode()) > MOST_BYTES or not message["text"]:
            return _error(400, "INVALID_ARGUMENT")
        return None

    def _id(self) -> str:
        self._number += 1
        return str(self._number)

    def _now(self) -> str:
        moment = datetime.now(UTC) + timedelta(milliseconds=self._number % 1000)
        return moment.isoformat().replace("+00:00", "Z")


def _error(status: int, words: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    return JSONResponse({"error": {"code": status, "message": words, "status": words}}, status, headers=headers)


@asynccontextmanager
async def fake() -> AsyncIterator[FakeGoogleChat]:
    """A server that plays Google Chat until the block ends."""
    platform = FakeGoogleChat()
    async with served(platform.app()) as address:
        platform.at(address)
        try:
            yield platform
        finally:
            await platform.deliveries.close()
