"""A server on loopback that speaks Chatwoot's API and its agent bot's webhooks, with contacts and agents on it."""

import asyncio
import hashlib
import hmac
import re
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Literal

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from connectors.testing.calling import Deliveries
from connectors.testing.fake import SLOW_S, Faults, Shown
from connectors.testing.serving import served

ACCOUNT = 7
TOKEN = "played-by-a-local-server"  # noqa: S105
SECRET = "known-to-both-sides-only"  # noqa: S105
MOST_CHARS = 150_000
_MARKED = re.compile(r"\*\*\w")


class FakeChatwoot:
    """Each contact has one conversation, which is pending until it is handed over. There are no channels."""

    def __init__(self) -> None:
        self.settings: dict[str, Any] = {"account": ACCOUNT, "token": TOKEN, "secret": SECRET, "people": ["*"]}
        self.faults = Faults()
        self.texts: list[str] = []
        self.busied = 0
        self.status: dict[str, str] = {}
        self.deliveries = Deliveries(self.faults, self._sign)
        self._messages: dict[int, Shown] = {}
        self._contacts: dict[str, int] = {}
        self._number = 100

    def call(self, address: str) -> None:
        """Deliver to this address."""
        self.deliveries.address = address

    async def say(
        self, text: str, *, person: str = "ana", channel: str = "", mention: bool = False, thread: str = ""
    ) -> str:
        """A contact writes; "me" is the bot itself, whose own words are delivered to it as well."""
        number, own = self._id(), person == "me"
        contact = self._contact("ana" if own else person)
        sender = {"id": 1, "name": "Pilares", "type": "agent_bot"} if own else contact
        if self.faults.take("bot"):
            sender = {"id": 2, "name": "Another", "type": "agent_bot"}
        await self.deliveries.deliver(
            {
                **self._event("message_created", number, contact),
                "content": text, "content_type": "text", "private": False, "created_at": int(time.time()),
                "message_type": "outgoing" if own else "incoming", "sender": sender,
            }
        )  # fmt: skip
        return str(number)

    async def press(self, shown: Shown, verdict: Literal["up", "down"], *, person: str = "ana") -> None:
        """A contact chooses a thumb under an answer."""
        chosen = {"submitted_values": [{"title": verdict, "value": verdict}]}
        event = self._event("message_updated", int(shown.message_id), self._contact(person))
        await self.deliveries.deliver(
            {**event, "message_type": "outgoing", "content_type": "input_select", "content_attributes": chosen}
        )

    async def again(self) -> None:
        """Deliver everything once more."""
        await self.deliveries.again()

    def hand_back(self, channel: str) -> None:
        """An agent makes a conversation pending again."""
        self.status[channel] = "pending"

    def thread_of(self, message_id: str) -> str:
        """There are no threads."""
        return ""

    def shown(self) -> Sequence[Shown]:
        """The bot's messages."""
        return [self._messages[number] for number in sorted(self._messages)]

    def app(self) -> Starlette:
        """Chatwoot's application API."""
        where = f"/api/v1/accounts/{ACCOUNT}/conversations/{{conversation}}"
        return Starlette(
            routes=[
                Route(f"{where}/messages", self._create, methods=["POST"]),
                Route(f"{where}/toggle_status", self._toggle, methods=["POST"]),
                Route(f"{where}/toggle_typing_status", self._typing, methods=["POST"]),
            ]
        )

    def _sign(self, body: bytes) -> Mapping[str, str]:
        stamp = str(int(time.time()))
        secret = "another-secret-of-length" if self.faults.take("forged") else SECRET
        digest = hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
        return {"x-chatwoot-timestamp": stamp, "x-chatwoot-signature": f"sha256={digest}"}

    def _contact(self, person: str) -> dict[str, Any]:
        number = self._contacts.setdefault(person, 40 + len(self._contacts))
        return {"id": number, "name": person.title(), "type": "contact"}

    def _event(self, name: str, number: int, contact: dict[str, Any]) -> dict[str, Any]:
        conversation = {
            "id": contact["id"], "status": self.status.setdefault(str(contact["id"]), "pending"),
            "meta": {"sender": contact},
        }  # fmt: skip
        return {"event": name, "id": number, "account": {"id": ACCOUNT}, "conversation": conversation}

    async def _create(self, request: Request) -> JSONResponse:
        message = await request.json()
        if (trouble := await self._trouble(request, message)) is not None:
            return trouble
        number, judged = self._id(), message.get("content_type") == "input_select"
        conversation = request.path_params["conversation"]
        self._messages[number] = Shown(str(number), conversation, message["content"], judged=judged)
        self.texts.append(message["content"])
        return JSONResponse({"id": number, "content": message["content"]})

    async def _toggle(self, request: Request) -> JSONResponse:
        if request.headers.get("api_access_token") != TOKEN:
            return JSONResponse({"error": "Invalid Access Token"}, 401)
        status = (await request.json())["status"]
        self.status[request.path_params["conversation"]] = status
        return JSONResponse({"payload": {"success": True, "current_status": status}})

    async def _typing(self, _request: Request) -> JSONResponse:
        self.busied += 1
        return JSONResponse({})

    async def _trouble(self, request: Request, message: dict[str, Any]) -> JSONResponse | None:
        if self.faults.take("slow"):
            await asyncio.sleep(SLOW_S)
        if request.headers.get("api_access_token") != TOKEN:
            return JSONResponse({"error": "Invalid Access Token"}, 401)
        if self.faults.take("429"):
            return JSONResponse({}, 429, headers={"retry-after": "1"})
        if self.faults.take("500"):
            return JSONResponse({}, 502)
        if _MARKED.search(message["content"]) and self.faults.take("markup"):
            return JSONResponse({"error": "invalid"}, 422)
        if not 0 < len(message["content"]) <= MOST_CHARS:
            return JSONResponse({"error": "Content is too long"}, 422)
        return None

    def _id(self) -> int:
        self._number += 1
        return self._number


@asynccontextmanager
async def fake() -> AsyncIterator[FakeChatwoot]:
    """A server that plays Chatwoot until the block ends."""
    platform = FakeChatwoot()
    async with served(platform.app()) as address:
        platform.settings["url"] = address
        try:
            yield platform
        finally:
            await platform.deliveries.close()
