"""A light client of chat completions: one process is many users, each with a connection and a key."""

import asyncio
import json
import random
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

import aiohttp

from benchmarks.load.fake import words

PATIENCE_S = 60.0
QUESTION = "Say something long."


@dataclass(frozen=True, slots=True)
class Target:
    """Where is asked, and for what: the model as it is, of so many tokens."""

    address: str
    tokens: int
    model: str = "llm"

    @property
    def body(self) -> dict[str, Any]:
        """The request. `pilares` is for Pilares alone; a model passes it over."""
        return {
            "model": self.model,
            "messages": [{"role": "user", "content": QUESTION}],
            "stream": True,
            "max_tokens": self.tokens,
            "pilares": {"grounded": False},
        }


@dataclass(slots=True)
class Asked:
    """What came of one request. `first_s` is None when no word came; `trouble` is empty when nothing went wrong."""

    status: int = 0
    first_s: float | None = None
    text: str = ""
    done: bool = False
    retry_after: str = ""
    trouble: str = ""
    began: float = field(default_factory=perf_counter)
    ended: float = 0.0

    def is_complete(self, tokens: int) -> bool:
        """Whether every token came, in order, and the end after them."""
        return self.status == 200 and self.done and self.text == "".join(words(tokens))

    @property
    def is_sent_away(self) -> bool:
        """Whether it was told to come again later, and when."""
        return self.status in (429, 503) and self.retry_after.isdecimal()

    def read(self, event: bytes) -> None:
        """Take one server-sent event."""
        if not event.startswith(b"data: "):
            return
        if event == b"data: [DONE]":
            self.done = True
            return
        data = json.loads(event[6:])
        if "error" in data:
            self.trouble = str(data["error"])[:200]
        for choice in data.get("choices", ()):
            if word := choice["delta"].get("content"):
                self.text += word
                if self.first_s is None:
                    self.first_s = perf_counter() - self.began


@asynccontextmanager
async def connected() -> AsyncIterator[aiohttp.ClientSession]:
    """Connections without a limit, each used again."""
    timeout = aiohttp.ClientTimeout(total=None, sock_connect=PATIENCE_S, sock_read=PATIENCE_S)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), timeout=timeout) as session:
        yield session


async def ask(
    session: aiohttp.ClientSession, target: Target, key: Mapping[str, str], leave: asyncio.Event | None = None,
    heard: Callable[[], object] = lambda: None,
) -> Asked:  # fmt: skip
    """One request, read to its end; or to its first word, told with `heard`, until `leave` is set and it is cut off."""
    asked = Asked()
    try:
        address = f"{target.address}/v1/chat/completions"
        async with session.post(address, json=target.body, headers=key) as response:
            asked.status, asked.retry_after = response.status, response.headers.get("retry-after", "")
            if response.status == 200:
                await _read(response, asked, leave, heard)
            else:
                asked.trouble = (await response.text())[:200]
    except (aiohttp.ClientError, TimeoutError) as error:
        asked.trouble = f"{type(error).__name__}: {error}"
    asked.ended = perf_counter()
    return asked


async def _read(
    response: aiohttp.ClientResponse, asked: Asked, leave: asyncio.Event | None, heard: Callable[[], object]
) -> None:
    rest = b""
    async for piece in response.content.iter_any():
        *events, rest = (rest + piece).split(b"\n\n")
        had_none = asked.first_s is None
        for event in events:
            asked.read(event)
        if had_none and asked.first_s is not None:
            heard()
            if leave is not None:
                await leave.wait()
                response.close()
                return


async def users(target: Target, keys: Sequence[Mapping[str, str]], seconds: float, spread_s: float) -> list[Asked]:
    """As many users as keys, each asking again as soon as it was answered; they begin within `spread_s` seconds."""
    chance, every = random.Random(1), list[Asked]()
    deadline = perf_counter() + seconds
    async with connected() as session:

        async def user(key: Mapping[str, str], pause: float) -> None:
            await asyncio.sleep(pause)
            while perf_counter() < deadline:
                every.append(await ask(session, target, key))

        await asyncio.gather(*(user(key, chance.uniform(0, spread_s)) for key in keys))
    return every


async def at_once(target: Target, keys: Sequence[Mapping[str, str]]) -> list[Asked]:
    """One request of each key, all in the same moment."""
    async with connected() as session:
        return list(await asyncio.gather(*(ask(session, target, key) for key in keys)))
