"""A server on loopback that speaks WhatsApp's Cloud API, with people and groups on it."""

import asyncio
import hashlib
import hmac
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Literal

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from connectors.markdown.dialect import utf16
from connectors.testing.calling import Deliveries
from connectors.testing.fake import SLOW_S, Faults, Shown
from connectors.testing.serving import served

NUMBER_ID, NUMBER = "106540352242922", "15550783881"
TOKEN = "played-by-a-local-server"  # noqa: S105
APP_SECRET = "0123456789abcdef0123456789abcdef"  # noqa: S105
VERIFY_TOKEN = "made-up-by-the-operator"  # noqa: S105
MOST_UNITS = 4096
_EMOJI = {"up": "👍", "down": "👎🏽"}


class FakeWhatsApp:
    """Delivers signed updates; takes messages from its number, and never changes one."""

    def __init__(self) -> None:
        self.settings: dict[str, Any] = {
            "phone_number_id": NUMBER_ID, "token": TOKEN, "app_secret": APP_SECRET, "verify_token": VERIFY_TOKEN,
            "people": ["*"],
        }  # fmt: skip
        self.faults = Faults()
        self.texts: list[str] = []
        self.busied = 0
        self.calls: list[dict[str, Any]] = []
        self.deliveries = Deliveries(self.faults, self._signed)
        self._messages: dict[str, Shown] = {}
        self._people: dict[str, str] = {}
        self._number = 1_700_000_000

    def call(self, address: str) -> None:
        """Deliver to this address."""
        self.deliveries.address = address

    async def say(
        self, text: str, *, person: str = "ana", channel: str = "", mention: bool = False, thread: str = ""
    ) -> str:
        """A person writes; WhatsApp has no threads."""
        self.faults.take("bot")  # nobody is told
        number = self._id()
        words = f"@{NUMBER} {text}" if mention else text
        group = {"group_id": f"Z3JvdXA6{channel}"} if channel else {}
        await self._deliver({"id": number, "type": "text", "text": {"body": words}, **group}, person)
        return number

    async def press(self, shown: Shown, verdict: Literal["up", "down"], *, person: str = "ana") -> None:
        """A person reacts to a message."""
        reaction = {"message_id": shown.message_id, "emoji": _EMOJI[verdict]}
        group = {} if shown.channel.isdecimal() else {"group_id": shown.channel}
        await self._deliver({"id": self._id(), "type": "reaction", "reaction": reaction, **group}, person)

    async def again(self) -> None:
        """Deliver everything once more."""
        await self.deliveries.again()

    def thread_of(self, message_id: str) -> str:
        """There are none."""
        return ""

    def shown(self) -> Sequence[Shown]:
        """The bot's messages."""
        return list(self._messages.values())

    def app(self) -> Starlette:
        """The part of the Graph API that is about one number."""
        return Starlette(
            routes=[
                Route("/{version}/{number}/messages", self._sent, methods=["POST"]),
                Route("/{version}/{number}", self._asked, methods=["GET"]),
            ]
        )

    async def _deliver(self, message: dict[str, Any], person: str) -> None:
        """A message, among news that are about another number, and about what became of messages."""
        who = self._who(person)
        value: dict[str, Any] = {
            "messaging_product": "whatsapp",
            "metadata": {"display_phone_number": NUMBER, "phone_number_id": NUMBER_ID},
            "contacts": [{"profile": {"name": person.title()}, "wa_id": who, "user_id": f"ES.{who}"}],
            "messages": [{"from": who, "timestamp": str(self._number), **message}],
        }
        other = {**value, "metadata": {"display_phone_number": "1", "phone_number_id": "1"}}
        read = {"metadata": value["metadata"], "statuses": [{"id": "wamid.1", "status": "read", "recipient_id": who}]}
        news = [{"field": "messages", "value": each} for each in (read, other, value)]
        entry = [{"id": "102290129340398", "changes": news}]
        await self.deliveries.deliver({"object": "whatsapp_business_account", "entry": entry})

    def _signed(self, body: bytes) -> Mapping[str, str]:
        secret = "f" * 32 if self.faults.take("forged") else APP_SECRET
        return {"x-hub-signature-256": f"sha256={hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}"}

    async def _asked(self, request: Request) -> JSONResponse:
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return _error(401, 190, "Invalid OAuth access token")
        return JSONResponse({"id": request.path_params["number"]})

    async def _sent(self, request: Request) -> JSONResponse:
        fields = await request.json()
        self.calls.append(fields)
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return _error(401, 190, "Invalid OAuth access token")
        if fields.get("status") == "read":
            self.busied += "typing_indicator" in fields
            return JSONResponse({"success": True})
        if self.faults.take("slow"):
            await asyncio.sleep(SLOW_S)
        trouble = self._trouble(fields)
        if trouble is not None:
            return trouble
        to, text = str(fields["to"]), str(fields["text"]["body"])
        reply = str((fields.get("context") or {}).get("message_id", ""))
        number = self._id()
        self._messages[number] = Shown(number, to, text, reply_to=reply)
        self.texts.append(text)
        return JSONResponse({"messaging_product": "whatsapp", "contacts": [{"input": to, "wa_id": to}],
                             "messages": [{"id": number}]})  # fmt: skip

    def _trouble(self, fields: dict[str, Any]) -> JSONResponse | None:
        if self.faults.take("429"):
            return _error(400, 131056, "(Business Account, Consumer Account) pair rate limit hit", {"retry-after": "1"})
        if self.faults.take("500"):
            return _error(500, 131000, "Something went wrong")
        text = str(fields["text"]["body"])
        if not text.strip() or utf16(text) > MOST_UNITS or fields["text"].get("preview_url"):
            return _error(400, 100, "Invalid parameter")
        if set("*_~`") & set(text) and self.faults.take("markup"):
            return _error(400, 131009, "Parameter value is not valid")
        return None

    def _who(self, person: str) -> str:
        return NUMBER if person == "me" else self._people.setdefault(person, str(34600000000 + len(self._people)))

    def _id(self) -> str:
        self._number += 1
        return f"wamid.{self._number}"


def _error(status: int, code: int, message: str, headers: dict[str, str] | None = None) -> JSONResponse:
    return JSONResponse({"error": {"message": message, "type": "OAuthException", "code": code, "fbtrace_id": "A"}},
                        status, headers)  # fmt: skip


@asynccontextmanager
async def fake() -> AsyncIterator[FakeWhatsApp]:
    """A server that plays WhatsApp until the block ends."""
    platform = FakeWhatsApp()
    async with served(platform.app()) as address:
        platform.settings["api_url"] = address
        try:
            yield platform
        finally:
            await platform.deliveries.close()
