"""Turns in the event loop: in order, stopped at once wherever they are, closed for sure, counted."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any

import pytest

from assistant.api.reading import InLoop, LoopTurn, RunningTurn, Used
from assistant.api.running import RunningTurns
from assistant.errors import ModelUnavailable
from assistant.security.queueing import FairQueue
from assistant.security.spending import Use
from assistant.turn.answer import TurnRequest
from assistant.turn.events import Failed

ASK = TurnRequest("q", interface_language="es")
Stream = AsyncGenerator[Any, None]


class Loop:
    """Turns of one loop, what they told, and whether a stream of `endless` was closed."""

    def __init__(self, places: int = 4) -> None:
        self.turns = RunningTurns(queue=FairQueue(places, 4))
        self.heard: list[Any] = []
        self.closed = 0

    def begin(self, stream: Stream, deliver: Callable[[Any], None] | None = None) -> RunningTurn:
        read = InLoop(stream, asyncio.get_running_loop())
        return self.turns.begin(lambda _asked: read, ASK, deliver or self.heard.append)

    async def endless(self) -> Stream:
        try:
            while True:
                yield "x"
                await asyncio.sleep(0.01)
        finally:
            self.closed += 1

    async def until(self, known: Callable[[], bool]) -> None:
        async with asyncio.timeout(5):
            while not known():
                await asyncio.sleep(0.005)

    async def ended(self, turn: RunningTurn) -> None:
        await asyncio.to_thread(turn.join, 5)


def in_loop(tried: Callable[[Loop], Awaitable[None]], places: int = 4) -> Loop:
    async def run() -> Loop:
        loop = Loop(places)
        await tried(loop)
        assert len(loop.turns) == 0
        return loop

    return asyncio.run(run())


async def _two() -> Stream:
    yield "a"
    yield Used(Use(1, 7))
    yield "b"


async def _failing(error: Exception) -> Stream:
    yield "a"
    raise error


def test_events_come_in_order_and_end_with_none() -> None:
    async def tried(loop: Loop) -> None:
        await loop.ended(loop.begin(_two()))

    assert in_loop(tried).heard == ["a", "b", None]


def test_a_stop_closes_a_stream_that_waits_for_its_next_event() -> None:
    closed = asyncio.Event()

    async def silent() -> Stream:
        try:
            yield "x"
            await asyncio.sleep(60)
        finally:
            closed.set()

    async def tried(loop: Loop) -> None:
        turn = loop.begin(silent())
        await loop.until(lambda: loop.heard == ["x"])
        turn.stop()
        turn.stop()
        async with asyncio.timeout(1):
            await closed.wait()
        await loop.ended(turn)
        assert turn.stopped

    assert in_loop(tried).heard == ["x", None]


@pytest.mark.parametrize("started", [True, False])
def test_a_turn_stopped_before_it_began_tells_that_nothing_was_used(started: bool) -> None:
    heard: list[Any] = []

    async def run() -> None:
        read = InLoop(_two(), asyncio.get_running_loop())
        turn = LoopTurn(read, heard.append, None, FairQueue(1, 1), "ana")
        for each in (turn.start, turn.stop) if started else (turn.stop, turn.start):
            each()
        await asyncio.to_thread(turn.join, 5)

    asyncio.run(run())
    assert heard == [Used(Use()), None]


def test_who_stops_waiting_leaves_the_queue_and_a_place_goes_to_the_next() -> None:
    async def tried(loop: Loop) -> None:
        heard: list[Any] = []
        first = loop.begin(loop.endless())
        second, third = loop.begin(loop.endless(), heard.append), loop.begin(_two(), heard.append)
        await loop.until(lambda: loop.turns.waiting == 2)
        second.stop()
        await loop.ended(second)
        assert (heard, loop.turns.waiting) == ([None], 1)
        first.stop()
        await loop.ended(third)
        assert heard == [None, "a", "b", None]
        await loop.ended(first)

    assert in_loop(tried, places=1).closed == 1  # the second had not begun


def test_errors_are_told_as_those_of_a_thread(caplog: pytest.LogCaptureFixture) -> None:
    async def tried(loop: Loop) -> None:
        for error in (ModelUnavailable("No model. Pull one."), ZeroDivisionError("details")):
            await loop.ended(loop.begin(_failing(error)))

    _, ours, _, _, other, _ = in_loop(tried).heard
    assert ours == Failed("No model. Pull one.")
    assert other.message.startswith("Algo inesperado")
    assert "details" in caplog.text


def test_a_stopping_server_ends_them() -> None:
    async def tried(loop: Loop) -> None:
        loop.begin(loop.endless())
        await loop.until(lambda: bool(loop.heard))
        await asyncio.to_thread(loop.turns.stop_all)

    loop = in_loop(tried)
    assert (loop.heard[-1], loop.closed) == (None, 1)
