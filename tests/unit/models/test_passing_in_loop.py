"""Requests passed on in the event loop, to a server on loopback: what comes back, and what is told when it does not."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from assistant.errors import AssistantError, GenerationFailed, InvalidRequest, ModelUnavailable
from assistant.models.endpoint import Endpoint
from assistant.models.gateway import ModelGateway
from assistant.models.models import Models
from assistant.models.passing import passed_on_in_loop, proxy_of
from assistant.settings import Settings

WHOLE = {"choices": [{"message": {"content": "Hello"}}]}
Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def endpoint(answer: Answer) -> AsyncIterator[Endpoint]:
    app = web.Application()
    app.router.add_post("/v1/chat/completions", answer)
    runner = web.AppRunner(app, handler_cancellation=True)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0]
        yield Endpoint("the-model", f"http://{host}:{port}/v1/", "k")
    finally:
        await runner.cleanup()


def asked(answer: Answer, body: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    async def run() -> list[Mapping[str, Any]]:
        async with endpoint(answer) as there:
            return [each async for each in passed_on_in_loop(there, body)]

    return asyncio.run(run())


def saying(content: bytes, status: int = 200) -> Answer:
    async def answer(_request: web.Request) -> web.Response:
        return web.Response(body=content, status=status)

    return answer


def test_a_whole_answer() -> None:
    async def answer(request: web.Request) -> web.Response:
        return web.json_response({"got": await request.json(), "key": request.headers["authorization"]})

    assert asked(answer, {"messages": []}) == [{"got": {"messages": []}, "key": "Bearer k"}]


def test_chunks_that_are_torn_anywhere_are_put_together() -> None:
    whole = ': hello\r\n\r\ndata: {"a": "ñ"}\r\n\r\ndata: {"b": 2}\n\ndata: [DONE]\n\ndata: {"c": 3}'.encode()

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for start in range(0, len(whole), 7):
            await response.write(whole[start : start + 7])
            await asyncio.sleep(0)
        return response

    assert asked(answer, {"stream": True}) == [{"a": "ñ"}, {"b": 2}, {"c": 3}]


def test_who_leaves_closes_the_connection() -> None:
    left = asyncio.Event()

    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        try:
            await response.write(b'data: {"a": 1}\n\n')
            await asyncio.sleep(60)
        finally:
            left.set()
        return response

    async def run() -> None:
        async with endpoint(endless) as there, asyncio.timeout(5):
            async with aclosing(passed_on_in_loop(there, {"stream": True})) as chunks:
                assert await anext(chunks) == {"a": 1}
            await left.wait()

    asyncio.run(run())


@pytest.mark.parametrize(
    ("status", "content", "error", "says"),
    [
        (400, b'{"error": "bad grammar"}', InvalidRequest, "bad grammar"),
        (302, b"elsewhere", GenerationFailed, "no completion"),
        (500, b"stack trace", GenerationFailed, "answered 500"),
        (200, b"<html>", GenerationFailed, "no completion"),
        (200, b"\xff\xfe", GenerationFailed, "no completion"),
        (200, b'{"error": {"message": "x"}}', GenerationFailed, "no completion"),
    ],
)
def test_what_goes_wrong_is_told(status: int, content: bytes, error: type[AssistantError], says: str) -> None:
    with pytest.raises(error, match=says):
        asked(saying(content, status), {})


def test_a_server_that_is_not_there_or_goes_away_is_unavailable() -> None:
    async def cut_off(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b'data: {"a": 1}\n\n')
        assert request.transport is not None
        request.transport.abort()
        return response

    with pytest.raises(ModelUnavailable, match="does not answer"):
        asked(cut_off, {"stream": True})

    async def nobody() -> None:
        async for _ in passed_on_in_loop(Endpoint("m", "http://127.0.0.1:9/v1"), {}):
            pass

    with pytest.raises(ModelUnavailable, match="does not answer"):
        asyncio.run(nobody())


def test_the_gateway_asks_a_model_elsewhere_in_the_loop_by_its_own_name(tmp_path: Path) -> None:
    async def answer(request: web.Request) -> web.Response:
        return web.Response(body=b"data: " + json.dumps(await request.json()).encode())

    async def run() -> list[Mapping[str, Any]]:
        async with endpoint(answer) as there:
            settings = Settings(
                home=tmp_path, grounded_adapter="none", llm={"name": "the-model", "url": there.base_url}
            )
            gateway = ModelGateway(settings, Models(settings))
            chunks = gateway.complete(gateway.served()["llm"], {"stream": True})
            assert not hasattr(chunks, "__next__")
            async with aclosing(chunks):
                return [each async for each in chunks]

    assert asyncio.run(run()) == [{"stream": True, "model": "the-model"}]


def test_the_proxy_is_the_one_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    assert proxy_of("https://far.example/v1") is None
    monkeypatch.setenv("https_proxy", "proxy.example:3128")
    monkeypatch.setenv("no_proxy", "near.example")
    assert proxy_of("https://far.example/v1") == "http://proxy.example:3128"
    assert proxy_of("https://near.example:8443/v1") is None
    assert proxy_of("http://far.example/v1") is None
    monkeypatch.setenv("all_proxy", "http://other.example:1")
    assert proxy_of("http://far.example/v1") == "http://other.example:1"
