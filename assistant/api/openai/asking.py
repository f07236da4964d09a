"""Putting a request to a model as it is: which one, and in a turn of its own."""

import asyncio
from collections.abc import AsyncGenerator, Iterable, Iterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from fastapi.concurrency import run_in_threadpool

from assistant.api.errors import language_of
from assistant.api.following import Events
from assistant.api.identity import person_of
from assistant.api.openai.errors import refused
from assistant.api.openai.ports import Gateway, Served
from assistant.api.reading import InLoop, RunningTurn, Used
from assistant.api.running import RunningTurns
from assistant.errors import AssistantError
from assistant.routing.privacy import personal_data
from assistant.settings import Settings
from assistant.turn.events import Failed

Chunk = Mapping[str, Any]
Piece = Chunk | Failed | AssistantError


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """One request to a model."""

    served: Served
    body: Mapping[str, Any]
    interface_language: str | None
    loop: asyncio.AbstractEventLoop


class ModelAsking:
    """Chooses a model, and passes requests on."""

    def __init__(self, gateway: Gateway, settings: Settings, turns: RunningTurns) -> None:
        self._gateway, self._settings, self._turns = gateway, settings, turns

    def chosen(self, model: str, texts: Iterable[str]) -> Served:
        """The model that is asked these texts. Raises InvalidRequest when none may be."""
        served = self._gateway.served()
        wished = {"auto-cheap": "slm", "auto": "llm", "auto-quality": "llm", "local-only": "llm"}.get(model, model)
        kind = personal_data(texts) if self._settings.routing.privacy else None
        if not served[wished].remote or not (kind or model == "local-only"):
            return served[wished]
        here = next((each for each in (served["llm"], served["slm"]) if not each.remote), None)
        if here is None:
            raise refused("kept_here", kind=kind) if kind else refused("local_only_refused")
        return here

    async def begin(
        self, served: Served, body: Mapping[str, Any], request: Request
    ) -> tuple[Events[Piece], RunningTurn]:
        """Put a chat request to a model: its pieces, and the turn that reads them."""
        if body.get("stream"):  # limits want to know the usage, whoever else does not
            body = {**body, "stream_options": {"include_usage": True}}
        asked, events = ModelRequest(served, body, language_of(request), asyncio.get_running_loop()), Events[Piece]()
        running = await run_in_threadpool(self._turns.begin, self._run, asked, events.deliver, person_of(request))
        return events, running

    def _run(self, asked: ModelRequest) -> Iterator[Piece | Used] | InLoop:
        chunks = self._gateway.complete(asked.served, asked.body)
        return (
            InLoop(_in_loop(asked, chunks), asked.loop) if isinstance(chunks, AsyncGenerator) else _read(asked, chunks)
        )


def _read(asked: ModelRequest, chunks: Iterator[Chunk]) -> Iterator[Piece | Used]:
    """An error is handed on as it is: what a model finds wrong with a request is its sender's to mend."""
    try:
        for chunk in chunks:
            yield from _told(asked, chunk)
    except AssistantError as error:
        yield error


async def _in_loop(asked: ModelRequest, chunks: AsyncGenerator[Chunk, None]) -> AsyncGenerator[Piece | Used, None]:
    try:
        async with aclosing(chunks):
            async for chunk in chunks:
                for piece in _told(asked, chunk):
                    yield piece
    except AssistantError as error:
        yield error


def _told(asked: ModelRequest, chunk: Chunk) -> tuple[Piece | Used, ...]:
    """A chunk, and before it what it says of the tokens used."""
    usage = chunk.get("usage")
    return (Used(asked.served.use(usage)), chunk) if isinstance(usage, dict) else (chunk,)


def headers_of_model(served: Served) -> dict[str, str]:
    """Which model answers, for whoever reads headers."""
    return {"x-pilares-tier": served.tier, "x-pilares-model": served.name, "x-pilares-grounded": "false"}
