"""A server on loopback that speaks the Bot Connector of Teams, with people, chats and channels on it."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from connectors.markdown.dialect import utf16
from connectors.testing.calling import Deliveries
from connectors.testing.fake import SLOW_S, Faults, Shown
from connectors.testing.serving import served
from connectors.testing.signing import signing_key

APP = "11111111-2222-3333-4444-555555555555"
TENANT = "99999999-8888-7777-6666-555555555555"
SECRET = "played-by-a-local-server"  # noqa: S105
TOKEN = "of-the-bot"  # noqa: S105
MOST_UNITS = 20_000
_NAME = "Pilares"


class FakeTeams:
    """Delivers signed activities; a stream has to grow and to be numbered, as in Teams."""

    def __init__(self) -> None:
        self.settings: dict[str, Any] = {
            "app_id": APP, "app_password": SECRET, "tenant": TENANT, "people": ["*"],
        }  # fmt: skip
        self.faults = Faults()
        self.texts: list[str] = []
        self.busied = 0
        self.activities: list[dict[str, Any]] = []
        self.deliveries = Deliveries(self.faults, self._sign)
        self._address = ""
        self._messages: dict[str, Shown] = {}
        self._streams: dict[str, tuple[int, str]] = {}
        self._threads: dict[str, str] = {}
        self._number = 1_700_000_000_000

    def at(self, address: str) -> None:
        """This server answers at this address."""
        self._address = address
        self.settings |= {"service_url": address, "login_url": address, "keys_url": f"{address}/keys"}

    def call(self, address: str) -> None:
        """Deliver to this address."""
        self.deliveries.address = address

    async def say(
        self, text: str, *, person: str = "ana", channel: str = "", mention: bool = False, thread: str = ""
    ) -> str:
        """A person writes. In a channel each message that is in no thread begins one."""
        number = self._id()
        root = (thread or number) if channel else ""
        self._threads[number] = root
        activity = {
            **self._activity("message", number, person, self._conversation(channel, root, person)),
            "text": f"<at>{_NAME}</at> {_escaped(text)}" if mention else _escaped(text),
            "textFormat": "plain",
            "entities": [{"type": "mention", "mentioned": {"id": f"28:{APP}"}, "text": f"<at>{_NAME}</at>"}]
            if mention
            else [],
            "attachments": [{"contentType": "text/html", "content": text}],
        }
        await self.deliveries.deliver(activity)
        return number

    async def press(self, shown: Shown, verdict: Literal["up", "down"], *, person: str = "ana") -> None:
        """A person presses a thumb under a message."""
        reaction = "like" if verdict == "up" else "dislike"
        where = f"{shown.channel};messageid={shown.thread}" if shown.thread else shown.channel
        kind = "personal" if shown.channel.startswith("a:") else "channel"
        conversation = {"id": where, "conversationType": kind, "tenantId": TENANT}
        feedback = json.dumps({"feedbackText": ""})
        activity = {
            **self._activity("invoke", f"f:{self._id()}", person, conversation),
            "name": "message/submitAction",
            "replyToId": shown.message_id,
            "value": {"actionName": "feedback", "actionValue": {"reaction": reaction, "feedback": feedback}},
        }
        await self.deliveries.deliver(activity)

    async def again(self) -> None:
        """Deliver everything once more."""
        await self.deliveries.again()

    def thread_of(self, message_id: str) -> str:
        """The thread of a message: its own, where it began one."""
        return self._threads[message_id]

    def shown(self) -> Sequence[Shown]:
        """The bot's messages."""
        return [self._messages[number] for number in sorted(self._messages)]

    def app(self) -> Starlette:
        """The Bot Connector, Entra's tokens, and the published keys."""
        where = "/v3/conversations/{conversation}/activities"
        return Starlette(
            routes=[
                Route("/{tenant}/oauth2/v2.0/token", self._token, methods=["POST"]),
                Route("/keys", self._keys),
                Route(where, self._create, methods=["POST"]),
                Route(f"{where}/{{activity}}", self._update, methods=["PUT"]),
            ]
        )

    def _sign(self, _body: bytes) -> Mapping[str, str]:
        key = signing_key("another-key") if self.faults.take("forged") else signing_key()
        token = key.token(iss="https://api.botframework.com", aud=APP, serviceurl=self._address)
        return {"authorization": f"Bearer {token}"}

    def _activity(self, kind: str, number: str, person: str, conversation: dict[str, Any]) -> dict[str, Any]:
        me = {"id": f"28:{APP}", "name": _NAME}
        someone = {"id": f"29:{person}", "name": person.title(), "aadObjectId": f"entra-{person}"}
        if self.faults.take("bot"):
            someone = {"id": "28:another-bot", "name": "Another", "role": "bot"}
        return {
            "type": kind,
            "id": number,
            "timestamp": (datetime.now(UTC) + timedelta(milliseconds=self._number % 1000)).isoformat(),
            "serviceUrl": self._address,
            "channelId": "msteams",
            "from": me if person == "me" else someone,
            "recipient": me,
            "conversation": conversation,
            "channelData": {"tenant": {"id": TENANT}},
        }

    def _conversation(self, channel: str, root: str, person: str) -> dict[str, Any]:
        if not channel:
            return {"id": f"a:{person}", "conversationType": "personal", "tenantId": TENANT}
        where = f"19:{channel}@thread.tacv2;messageid={root}"
        return {"id": where, "conversationType": "channel", "isGroup": True, "tenantId": TENANT}

    async def _token(self, request: Request) -> JSONResponse:
        form = await request.form()
        known = (request.path_params["tenant"], form.get("client_id"), form.get("client_secret"))
        if known != (TENANT, APP, SECRET):
            return JSONResponse({"error": "invalid_client"}, 401)
        return JSONResponse({"token_type": "Bearer", "expires_in": 3600, "access_token": TOKEN})

    async def _keys(self, _request: Request) -> JSONResponse:
        return JSONResponse(signing_key().published(endorsements=["msteams"]))

    async def _create(self, request: Request) -> JSONResponse:
        activity = await request.json()
        if (trouble := await self._trouble(request, activity)) is not None:
            return trouble
        self.activities.append(activity)
        stream = next((each for each in activity.get("entities") or () if each["type"] == "streaminfo"), None)
        if stream is not None:
            return self._streamed(request, activity, stream)
        if activity["type"] == "typing":
            self.busied += 1
            return JSONResponse({}, 202)
        return self._put(request, self._id(), activity, 201)

    async def _update(self, request: Request) -> JSONResponse:
        activity, number = await request.json(), request.path_params["activity"]
        if (trouble := await self._trouble(request, activity)) is not None:
            return trouble
        self.activities.append(activity)
        if number not in self._messages or self.faults.take("gone"):
            self._messages.pop(number, None)
            return _error(404, "ActivityNotFoundInConversation")
        return self._put(request, number, activity, 200)

    def _put(self, request: Request, number: str, activity: dict[str, Any], status: int) -> JSONResponse:
        channel, _, thread = request.path_params["conversation"].partition(";messageid=")
        judged = bool((activity.get("channelData") or {}).get("feedbackLoop"))
        self._messages[number] = Shown(number, channel, activity["text"], thread, judged)
        self.texts.append(activity["text"])
        return JSONResponse({"id": number}, status)

    def _streamed(self, request: Request, activity: dict[str, Any], stream: dict[str, Any]) -> JSONResponse:
        number, text = stream.get("streamId") or activity.get("id") or "", activity["text"]
        if number and (number not in self._streams or self.faults.take("expired")):
            self._streams.pop(number, None)
            return _error(403, "Content stream finished due to exceeded streaming time.")
        number = number or self._id()
        count, before = self._streams.get(number, (0, ""))
        if stream["streamType"] == "final":
            del self._streams[number]
            return self._put(request, number, activity, 201)
        if stream["streamSequence"] != count + 1:
            return _error(400, "ContentStreamSequenceOrderPreConditionFailed")
        if stream["streamType"] == "streaming":
            if not text.startswith(before):
                return _error(400, "A stream has to contain what was streamed before.")
            before = text
        self._streams[number] = (count + 1, before)
        self._put(request, number, activity, 201)
        return JSONResponse({"id": number} if count == 0 else {}, 201)

    async def _trouble(self, request: Request, activity: dict[str, Any]) -> JSONResponse | None:
        if self.faults.take("slow"):
            await asyncio.sleep(SLOW_S)
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return _error(401, "Authorization has been denied.")
        if activity["type"] == "typing" and not activity.get("entities"):
            return None
        if self.faults.take("429"):
            return JSONResponse({"error": {"code": "429"}}, 429, headers={"retry-after": "1"})
        if self.faults.take("500"):
            return _error(502, "BadGateway")
        if activity.get("textFormat") == "markdown" and self.faults.take("markup"):
            return _error(400, "BadSyntax")
        if utf16(json.dumps(activity, ensure_ascii=False)) > MOST_UNITS:
            return _error(413, "MessageSizeTooBig")
        return None

    def _id(self) -> str:
        self._number += 1
        return str(self._number)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _error(status: int, words: str) -> JSONResponse:
    return JSONResponse({"error": {"code": words.split()[0], "message": words}}, status)


@asynccontextmanager
async def fake() -> AsyncIterator[FakeTeams]:
    """A server that plays Teams until the block ends."""
    platform = FakeTeams()
    async with served(platform.app()) as address:
        platform.at(address)
        try:
            yield platform
        finally:
            await platform.deliveries.close()
