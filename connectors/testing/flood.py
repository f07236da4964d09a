"""A thousand webhooks against a connector in a process of its own, which may be killed in the middle.

As a program (`python -m connectors.testing.flood FOLDER PORT API_URL STREAMING`) it is that process.
"""

import asyncio
import contextlib
import os
import re
import resource
import signal
import socket
import sys
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SECRET = "known-to-both-sides-only"  # noqa: S105
HEADER = "x-telegram-bot-api-secret-token"
_MARK = re.compile(r"mark\d+")
PATIENCE_S = 180.0


@dataclass
class Outcome:
    """What became of a flood. Times in seconds; `cpu_s` is the connector's, its start among it."""

    acknowledged: list[float] = field(default_factory=list)
    refused: int = 0
    once: int = 0
    twice: int = 0
    lost: int = 0
    disordered: int = 0
    answered_s: float = 0.0
    cpu_s: float = 0.0

    def quantile(self, part: float) -> float:
        """The time within which this part of the deliveries was acknowledged."""
        ordered = sorted(self.acknowledged)
        return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


async def flood(
    folder: Path, *, webhooks: int = 1000, seconds: float = 10.0, people: int = 100, kill_at: float | None = None,
    streaming: str = "edit", forged: int = 50,
) -> Outcome:  # fmt: skip
    """Deliver so many webhooks, evenly over the time; with `kill_at`, kill -9 when that part of them has been sent."""
    import httpx

    from connectors.platforms.telegram.fake import FakeTelegram
    from connectors.testing.serving import served

    fake, outcome, before = FakeTelegram(), Outcome(), _children_s()
    for number in range(webhooks):
        await fake.say(f"mark{number}", person=f"person{number % people}")
    async with served(fake.app()) as api, httpx.AsyncClient(timeout=30) as client:
        process = _Process(folder, api, streaming)
        await process.start()
        try:
            sending = _Sending(client, process, outcome)
            killing = asyncio.create_task(process.kill_and_restart(seconds * kill_at)) if kill_at is not None else None
            began = asyncio.get_running_loop().time()
            await sending.all(fake.updates(), seconds)
            if killing is not None:
                await killing
            await sending.forged(forged)
            await sending.all(fake.updates()[:: max(1, webhooks // 50)], 0.5, measured=False)  # replayed
            await _answered(fake, webhooks)
            outcome.answered_s = asyncio.get_running_loop().time() - began
            await asyncio.sleep(1.0)
        finally:
            await process.stop()
    outcome.cpu_s = _children_s() - before
    _judge(fake, outcome, webhooks)
    return outcome


def _children_s() -> float:
    """Processor time of the processes that have ended, in seconds."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _judge(fake: Any, outcome: Outcome, webhooks: int) -> None:
    counted: Counter[str] = Counter()
    by_channel: dict[str, list[int]] = {}
    for shown in fake.shown():
        marks = _MARK.findall(shown.text)
        counted.update(marks)
        by_channel.setdefault(shown.channel, []).extend(int(mark[4:]) for mark in marks)
    every = [counted[f"mark{number}"] for number in range(webhooks)]
    outcome.once, outcome.lost = every.count(1), every.count(0)
    outcome.twice = len(every) - outcome.once - outcome.lost
    outcome.disordered = sum(marks != sorted(marks) for marks in by_channel.values())


async def _answered(fake: Any, webhooks: int) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE_S):
            while len({mark for shown in fake.shown() for mark in _MARK.findall(shown.text)}) < webhooks:
                await asyncio.sleep(0.2)


class _Sending:
    """Delivers as Telegram does: what is not acknowledged comes again, and before it nothing else of its chat.

    Each chat has a queue there, whose first update is sent until it is taken (tdlib/telegram-bot-api, WebhookActor).
    """

    def __init__(self, client: Any, process: "_Process", outcome: Outcome) -> None:
        self._client = client
        self._process = process
        self._outcome = outcome
        self._chats: defaultdict[int, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def all(self, updates: list[dict[str, Any]], seconds: float, *, measured: bool = True) -> None:
        tasks = []
        for update in updates:
            tasks.append(asyncio.create_task(self._one(update, measured)))
            await asyncio.sleep(seconds / len(updates))
        await asyncio.gather(*tasks)

    async def forged(self, number: int) -> None:
        for each in range(number):
            headers = [{}, {HEADER: "another"}, {HEADER: SECRET[:-1]}][each % 3]
            answer = await self._client.post(self._process.address, content=b'{"update_id": 1}', headers=headers)
            self._outcome.refused += answer.status_code in (401, 403)

    async def _one(self, update: dict[str, Any], measured: bool) -> None:
        async with self._chats[update["message"]["chat"]["id"]]:  # whoever waits for it gets it in turn
            await self._taken(update, measured)

    async def _taken(self, update: dict[str, Any], measured: bool) -> None:
        import httpx

        loop = asyncio.get_running_loop()
        while True:
            began = loop.time()
            try:
                answer = await self._client.post(self._process.address, json=update, headers={HEADER: SECRET})
            except httpx.HTTPError:
                await asyncio.sleep(0.2)
                continue
            if answer.status_code == 200:
                if measured:
                    self._outcome.acknowledged.append(loop.time() - began)
                return
            await asyncio.sleep(0.2)


class _Process:
    """The connector, in a process that can be killed."""

    def __init__(self, folder: Path, api: str, streaming: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._port = probe.getsockname()[1]
        self.address = f"http://127.0.0.1:{self._port}/connectors/telegram"
        self._arguments = (str(folder), str(self._port), api, streaming)
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "connectors.testing.flood", *self._arguments, cwd=Path(__file__).parents[2]
        )
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", self._port)
            except OSError:
                await asyncio.sleep(0.1)
                continue
            writer.close()
            return

    async def kill_and_restart(self, after_s: float) -> None:
        await asyncio.sleep(after_s)
        await self.stop()
        await self.start()

    async def stop(self) -> None:
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._process.pid, signal.SIGKILL)
            await self._process.wait()


def main() -> None:
    """Serve the connector until killed."""
    folder, port, api, streaming = sys.argv[1:]
    asyncio.run(_serve(Path(folder), int(port), api, streaming))


async def _serve(folder: Path, port: int, api: str, streaming: str) -> None:
    import uvicorn
    from starlette.applications import Starlette
    from starlette.routing import Mount

    from connectors.connectors import Connectors
    from connectors.registry import platform
    from connectors.testing.scripted import ScriptedAssistant
    from connectors.webhook import Webhooks

    given: dict[str, Any] = {
        "platform": "telegram", "name": "telegram", "token": "4711:played-by-a-local-server", "people": ["*"],
        "api_url": api, "transport": "webhook", "webhook_secret": SECRET, "public_url": "https://example.invalid",
        "streaming": streaming, "pace_s": 0.0, "settle_s": 0.05, "most_answers": 10_000, "turns_at_once": 16,
    }  # fmt: skip
    settings = platform("telegram").settings(**given)
    url = f"sqlite:///{folder / 'connectors.db'}"
    async with Connectors.open({"telegram": settings}, url, ScriptedAssistant(word_s=0.01)) as connectors:
        app = Starlette(routes=[Mount("/connectors", Webhooks(connectors))])
        config = uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error", access_log=False, lifespan="off")
        await uvicorn.Server(config).serve()


if __name__ == "__main__":
    main()
