"""Kept streams: comments while nothing comes, readers that leave, and what is forgotten."""

import asyncio
from typing import Any

import pytest

from assistant.api.following import KEEP_ALIVE_S
from assistant.api.resuming import MOST_KEPT, STILL, Stream, Streams
from assistant.errors import NotFound


class Turn:
    """A turn that is told to stop."""

    stopped = 0

    def stop(self) -> None:
        self.stopped += 1


def begun(streams: Streams, patience_s: float = 60.0) -> tuple[Stream, Any]:
    stream, turn = streams.begin("ana", patience_s, lambda event: f"data: {event}\n\n"), Turn()
    stream.run(turn)  # type: ignore[arg-type]
    return stream, turn


async def read(stream: Stream, after: int = 0) -> list[str]:
    with stream.read():
        return [block.split("data: ")[1].split("\n")[0] async for block in stream.follow(after) if "data: " in block]


def test_a_reader_hears_something_at_least_every_fifteen_seconds() -> None:
    assert KEEP_ALIVE_S <= 15


async def _silent() -> list[str]:
    stream, _ = begun(Streams())
    heard = []
    async for block in stream.follow(pause_s=0.01):
        heard.append(block)
        if len(heard) == 3:
            stream.deliver("late")
        if "late" in block:
            stream.deliver(None)
    return heard


def test_while_nothing_comes_comments_do() -> None:
    heard = asyncio.run(_silent())
    assert heard[1:3] == [STILL, STILL]
    assert "data: late" in heard[-1]


async def _two_readers() -> tuple[list[str], list[str], list[str]]:
    stream, _ = begun(Streams())
    early, late = asyncio.create_task(read(stream)), asyncio.create_task(read(stream, after=1))
    for event in ("one", "two", "three", None):
        await asyncio.to_thread(stream.deliver, event)
        await asyncio.sleep(0)
    return await early, await late, await read(stream, after=2)


def test_every_reader_gets_what_came_after_what_it_knows() -> None:
    early, late, later = asyncio.run(_two_readers())
    assert early == ["one", "two", "three"]
    assert late[-2:] == ["two", "three"]
    assert later == ["three"]


async def _given_up() -> tuple[int, int, int]:
    streams = Streams()
    stream, turn = begun(streams, patience_s=0.02)
    with stream.read():
        await asyncio.sleep(0.06)
        held = turn.stopped
    await asyncio.sleep(0.06)
    return held, turn.stopped, len(streams)


def test_a_turn_outlives_its_last_reader_by_its_patience_alone() -> None:
    assert asyncio.run(_given_up()) == (0, 1, 0)


async def _kept() -> Streams:
    streams = Streams()
    for _ in range(MOST_KEPT + 5):
        streams.begin("ana", 60.0, str)
    stream, _ = begun(streams, patience_s=0.01)
    stream.deliver(None)
    await asyncio.sleep(0.05)
    with pytest.raises(NotFound):
        streams.get("ana", stream.id, "en")
    return streams


def test_no_more_are_kept_than_memory_is_meant_for_and_ended_ones_are_forgotten() -> None:
    assert len(asyncio.run(_kept())) == MOST_KEPT - 1
