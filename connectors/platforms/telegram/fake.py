"""A server on loopback that speaks Telegram's Bot API, with people and groups on it."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Literal

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from connectors.platforms.telegram.fake_answers import error, ok, value
from connectors.platforms.telegram.fake_texts import balanced, buttons, entities, visible
from connectors.testing.fake import SLOW_S, Faults, Shown
from connectors.testing.serving import served

TOKEN = "4711:played-by-a-local-server"  # noqa: S105
ME = {"id": 4711, "is_bot": True, "first_name": "Pilares", "username": "pilares_bot"}
MOST_UNITS = 4096


class FakeTelegram:
    """Keeps updates until they are fetched, as Telegram does; checks what is sent as strictly."""

    def __init__(self) -> None:
        self.settings: dict[str, Any] = {"token": TOKEN, "people": ["*"]}
        self.faults = Faults()
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self._updates: list[dict[str, Any]] = []
        self._arrived = asyncio.Event()
        self._messages: dict[int, Shown] = {}
        self.texts: list[str] = []
        self.busied = 0
        self._said: list[dict[str, Any]] = []
        self._held: list[dict[str, Any]] = []
        self._given = 0
        self._number = 100
        self._update = 1000
        self._ids: dict[str, int] = {}
        self._topics: dict[int, str] = {}
        self._asking: list[int] = []
        self._buttons: dict[str, list[str]] = {}
        self._replied: Shown | None = None
        self._files: dict[str, bytes] = {}
        self._attached: dict[str, Any] | None = None
        self.fetched = 0

    async def say(
        self, text: str, *, person: str = "ana", channel: str = "", mention: bool = False, thread: str = ""
    ) -> str:
        """A person writes; `thread` is the topic of a group that has topics."""
        self._number += 1
        words = f"@{ME['username']} {text}" if mention else text
        message: dict[str, Any] = {
            "message_id": self._number,
            "date": 1_790_000_000,
            "chat": self._chat(channel, person),
            "from": self._person(person),
            "text": words,
            "entities": entities(words),
        }
        if self._attached is not None:
            del message["text"], message["entities"]
            message |= {
                "document": self._attached,
                **({"caption": words, "caption_entities": entities(words)} if words else {}),
            }
            self._attached = None
        if self._replied is not None:
            message["reply_to_message"] = self._replied_to(self._replied)
            self._replied = None
        if thread:
            topic = self._id(f"topic {thread}")
            self._topics[topic] = thread
            message |= {"message_thread_id": topic, "is_topic_message": True}
        self._arrive({"message": message})
        return str(self._number)

    def attach(self, name: str, content: bytes, media_type: str) -> None:
        """The next message that somebody writes has this file."""
        number = f"F{len(self._files)}"
        self._files[number] = content
        self._attached = {"file_id": number, "file_unique_id": f"u{number}", "file_name": name,
                          "mime_type": media_type, "file_size": len(content)}  # fmt: skip

    async def press(self, shown: Shown, verdict: Literal["up", "down"], *, person: str = "ana") -> None:
        """A person presses a thumb under a message."""
        self._press(shown, verdict, person)

    async def explain(self, reason: str, correction: str, *, person: str = "ana") -> None:
        """A person presses a reason under the question why, and answers to it."""
        asked = self._messages[self._asking.pop()]
        assert f"why:{reason}" in self._buttons[asked.message_id], "there is no such reason to be chosen"
        self._press(asked, f"why:{reason}", person)
        self._replied = asked
        channel = next((name for name, number in self._ids.items() if -number == int(asked.channel)), "")
        await self.say(correction, person=person, channel=channel.removeprefix("group "), thread=asked.thread)

    @property
    def asked_why(self) -> bool:
        """Whether a question why stands there that nobody has answered."""
        return bool(self._asking)

    def _press(self, shown: Shown, data: str, person: str) -> None:
        chat = {"id": int(shown.channel), "type": "private" if int(shown.channel) > 0 else "supergroup"}
        message = {"message_id": int(shown.message_id), "date": 1_790_000_000, "chat": chat, "text": shown.text}
        query = {"id": f"q{self._update}", "chat_instance": "1", "data": data, "message": message,
                 "from": {"id": self._id(person), "is_bot": False, "first_name": person.title()}}  # fmt: skip
        self._arrive({"callback_query": query})

    def shown(self) -> Sequence[Shown]:
        """The bot's messages."""
        return [self._messages[number] for number in sorted(self._messages)]

    def thread_of(self, message_id: str) -> str:
        """The topic of a message."""
        messages = (each.get("message", {}) for each in self._said)
        found = next(each for each in messages if str(each.get("message_id")) == message_id)
        return self._topics.get(found.get("message_thread_id", 0), "")

    async def again(self) -> None:
        """Deliver everything once more."""
        self._updates += self._said
        self._arrived.set()

    def app(self) -> Starlette:
        """The Bot API."""
        return Starlette(
            routes=[
                Route("/bot{token}/{method}", self._call, methods=["GET", "POST"]),
                Route("/file/bot{token}/documents/{number}", self._give_out),
            ]
        )

    def close(self) -> None:
        """Whoever waits for updates gets what there is."""
        self._arrived.set()

    def updates(self) -> list[dict[str, Any]]:
        """What waits to be fetched, or delivered to a webhook."""
        return list(self._updates)

    def _arrive(self, update: dict[str, Any]) -> None:
        self._update += 1
        whole = {"update_id": self._update, **update}
        self._said.append(whole)
        if self.faults.take("reorder"):
            self._held.append(whole)
            return
        arrived = [whole, whole] if self.faults.take("duplicate") else [whole]
        self._updates += [*arrived, *self._held]
        self._held = []
        self._arrived.set()

    async def _call(self, request: Request) -> JSONResponse:
        if request.path_params["token"] != TOKEN:
            return error(401, "Unauthorized")
        fields = {key: value(str(each)) for key, each in (await request.form()).items()}
        method = request.path_params["method"]
        self.calls.append((method, fields))
        if method == "getUpdates":
            return await self._get_updates(fields)
        if method == "getMe":
            return ok(ME)
        if method == "getFile":
            return self._described(str(fields["file_id"]))
        if method == "sendChatAction":
            self.busied += 1
        if method in ("sendMessage", "editMessageText", "sendMessageDraft"):
            return await self._written(method, fields)
        return ok(True)

    def _described(self, number: str) -> JSONResponse:
        if number not in self._files:
            return error(400, "Bad Request: invalid file_id")
        return ok({"file_id": number, "file_unique_id": f"u{number}", "file_size": len(self._files[number]),
                    "file_path": f"documents/{number}"})  # fmt: skip

    async def _give_out(self, request: Request) -> Response:
        content = self._files.get(request.path_params["number"])
        if request.path_params["token"] != TOKEN or content is None:
            return error(404, "Not Found")
        self.fetched += 1
        return Response(content, media_type="application/octet-stream")

    async def _get_updates(self, fields: dict[str, Any]) -> JSONResponse:
        if self.faults.take("drop"):
            return error(502, "Bad Gateway")
        offset = int(fields.get("offset", 0))
        # What was confirmed is not kept; what is delivered again comes at the end, as after a webhook's failure.
        if offset and self._given:
            self._updates = self._updates[self._given :]
        self._given = 0
        if not self._updates:
            self._arrived.clear()
            try:
                async with asyncio.timeout(min(1.0, float(fields.get("timeout", 0)))):
                    await self._arrived.wait()
            except TimeoutError:
                pass
        self._given = len(self._updates)
        return ok(self._updates)

    async def _written(self, method: str, fields: dict[str, Any]) -> JSONResponse:
        if self.faults.take("slow"):
            await asyncio.sleep(SLOW_S)
        trouble = self._trouble(method, fields)
        if trouble is not None:
            return trouble
        self.texts.append(str(fields["text"]))
        if method == "sendMessageDraft":
            return ok(True)
        if method == "sendMessage":
            self._number += 1
            number = self._number
        else:
            number = int(fields["message_id"])
        self._messages[number] = self._shown(number, fields)
        self._buttons[str(number)] = buttons(fields.get("reply_markup"))
        if any(data.startswith("why:") for data in self._buttons[str(number)]):
            self._asking.append(number)
        return ok({"message_id": number, "date": 1_790_000_000, "chat": self._chat_of(int(fields["chat_id"])),
                    "text": fields["text"]})  # fmt: skip

    def _trouble(self, method: str, fields: dict[str, Any]) -> JSONResponse | None:
        if self.faults.take("429"):
            return error(429, "Too Many Requests: retry after 1", {"retry_after": 1})
        if self.faults.take("500"):
            return error(500, "Internal Server Error")
        text, html = str(fields.get("text", "")), fields.get("parse_mode") == "HTML"
        if html and (self.faults.take("markup") or not balanced(text)):
            return error(400, "Bad Request: can't parse entities")
        if len(visible(text, html).encode("utf-16-le")) // 2 > MOST_UNITS:
            return error(400, "Bad Request: message is too long")
        if method == "editMessageText":
            there = self._messages.get(int(fields["message_id"]))
            if there is None or self.faults.take("gone"):
                self._messages.pop(int(fields["message_id"]), None)
                return error(400, "Bad Request: message to edit not found")
            if there == self._shown(int(fields["message_id"]), fields):
                return error(400, "Bad Request: message is not modified")
        return None

    def _shown(self, number: int, fields: dict[str, Any]) -> Shown:
        reply = fields.get("reply_parameters") or {}
        before = self._messages.get(number)
        thread = self._topics.get(fields.get("message_thread_id", 0), "")
        return Shown(
            str(number),
            str(fields["chat_id"]),
            str(fields["text"]),
            before.thread if before else thread,
            "up" in buttons(fields.get("reply_markup")),
            reply_to=before.reply_to if before else str(reply.get("message_id", "")),
        )

    def _replied_to(self, shown: Shown) -> dict[str, Any]:
        """A message of the bot as it comes with an answer to it."""
        return {"message_id": int(shown.message_id), "date": 1_790_000_000, "text": shown.text, "from": ME,
                "chat": self._chat_of(int(shown.channel))}  # fmt: skip

    def _person(self, person: str) -> dict[str, Any]:
        if person == "me":
            return ME
        return {"id": self._id(person), "is_bot": self.faults.take("bot"), "first_name": person.title()}

    def _id(self, name: str) -> int:
        return self._ids.setdefault(name, 500 + len(self._ids))

    def _chat(self, channel: str, person: str) -> dict[str, Any]:
        if not channel:
            return {"id": self._id(person), "type": "private", "first_name": person.title()}
        return {"id": -self._id(f"group {channel}"), "type": "supergroup", "title": channel, "is_forum": True}

    def _chat_of(self, number: int) -> dict[str, Any]:
        return {"id": number, "type": "private" if number > 0 else "supergroup"}


@asynccontextmanager
async def fake() -> AsyncIterator[FakeTelegram]:
    """A server that plays Telegram until the block ends."""
    platform = FakeTelegram()
    async with served(platform.app()) as address:
        platform.settings["api_url"] = address
        try:
            yield platform
        finally:
            platform.close()
