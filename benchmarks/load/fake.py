"""A model's server without a model: the first token after 20 ms, then 50 tokens a second, in each of its streams alike.

It speaks as much of OpenAI's chat completions as a stream needs, and tells at /state how many it is writing. Run as a
process of its own, `python -m benchmarks.load.fake`, it prints its address.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import lru_cache

from aiohttp import web

FIRST_TOKEN_S = 0.02
TOKEN_S = 0.02
TOKENS = 150


def words(tokens: int) -> list[str]:
    """What an answer of so many tokens consists of; no two are alike, so that none can be lost unseen."""
    return [f"t{number} " for number in range(tokens)]


class FakeModel:
    """The routes, and how many streams are open now."""

    def __init__(self) -> None:
        self.open = 0

    def application(self) -> web.Application:
        """What aiohttp serves."""
        app = web.Application()
        app.router.add_post("/v1/chat/completions", self.complete)
        app.router.add_get("/state", self.state)
        return app

    async def state(self, _request: web.Request) -> web.Response:
        """`{"open": streams}`."""
        return web.json_response({"open": self.open})

    async def complete(self, request: web.Request) -> web.StreamResponse:
        """A stream of `max_tokens` tokens; what else is asked for makes no difference."""
        began = asyncio.get_running_loop().time()
        body = await request.json()
        response = web.StreamResponse(headers={"content-type": "text/event-stream"})
        self.open += 1
        try:
            await response.prepare(request)
            await _write(response, int(body.get("max_tokens") or TOKENS), began)
        except ConnectionError:  # whoever asked has left
            pass
        finally:
            self.open -= 1
        return response


async def _write(response: web.StreamResponse, tokens: int, began: float) -> None:
    """Each event at its own time, so that none waits for the ones before it to have been late."""
    clock = asyncio.get_running_loop().time
    for number, event in enumerate(events(tokens)):
        due = began + FIRST_TOKEN_S + number * TOKEN_S
        if (pause := due - clock()) > 0 and number < tokens:
            await asyncio.sleep(pause)
        await response.write(event)


@lru_cache(maxsize=4)
def events(tokens: int) -> tuple[bytes, ...]:
    """The server-sent events of an answer: one a token, then why it ended, the usage, and the end."""
    written = [_event([{"index": 0, "delta": {"content": word}, "finish_reason": None}]) for word in words(tokens)]
    ended = _event([{"index": 0, "delta": {}, "finish_reason": "stop"}])
    usage = _event([], {"prompt_tokens": 8, "completion_tokens": tokens, "total_tokens": 8 + tokens})
    return (*written, ended, usage, b"data: [DONE]\n\n")


def _event(choices: list[dict[str, object]], usage: dict[str, int] | None = None) -> bytes:
    about = {"id": "chatcmpl-fake", "object": "chat.completion.chunk", "created": 1, "model": "fake"}
    more = {"usage": usage} if usage else {}
    return f"data: {json.dumps({**about, 'choices': choices, **more})}\n\n".encode()


@asynccontextmanager
async def fake_model() -> AsyncIterator[str]:
    """The server on a free port; gives its address."""
    runner = web.AppRunner(FakeModel().application(), access_log=None, handler_cancellation=True)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0, backlog=1024).start()
        host, port = runner.addresses[0][:2]
        yield f"http://{host}:{port}"
    finally:
        await runner.cleanup()


async def _main() -> None:
    async with fake_model() as address:
        print(address, flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_main())
