"""`benchmarks.load` can tell: its model keeps its pace, a torn stream is not complete, and the arithmetic is right."""

import asyncio

import pytest

from benchmarks.load.client import Asked, Target, ask, at_once, connected, users
from benchmarks.load.fake import FIRST_TOKEN_S, TOKEN_S, fake_model, words
from benchmarks.load.figures import added, quantile, statuses, troubles

TOKENS = 6


def test_the_model_writes_at_its_pace_and_every_stream_is_complete() -> None:
    async def run() -> list[Asked]:
        async with fake_model() as address:
            return await users(Target(address, TOKENS), [{}, {}], seconds=0.2, spread_s=0.0)

    every = asyncio.run(run())
    assert len(every) >= 2
    for each in every:
        assert each.is_complete(TOKENS)
        assert each.first_s is not None
        assert each.first_s >= FIRST_TOKEN_S
        assert each.ended - each.began >= FIRST_TOKEN_S + (TOKENS - 1) * TOKEN_S


def test_who_leaves_is_noticed_by_the_model() -> None:
    async def run() -> tuple[Asked, list[int]]:
        leave, open_streams = asyncio.Event(), list[int]()
        async with fake_model() as address, connected() as session:

            async def count() -> int:
                async with session.get(f"{address}/state") as response:
                    return int((await response.json())["open"])

            asking = asyncio.create_task(ask(session, Target(address, 5_000), {}, leave))
            async with asyncio.timeout(5):
                while not open_streams or open_streams[-1] == 0:
                    open_streams.append(await count())
                leave.set()
                while open_streams[-1]:
                    open_streams.append(await count())
            return await asking, open_streams

    asked, open_streams = asyncio.run(run())
    assert max(open_streams) == 1
    assert asked.first_s is not None
    assert not asked.is_complete(5_000)


def test_nobody_at_an_address_is_trouble() -> None:
    (asked,) = asyncio.run(at_once(Target("http://127.0.0.1:9", 1), [{}]))
    assert (asked.status, asked.is_complete(1), asked.is_sent_away) == (0, False, False)
    assert "ClientConnectorError" in asked.trouble


@pytest.mark.parametrize(
    ("text", "done", "complete"),
    [("".join(words(3)), True, True), ("".join(words(3)), False, False), ("t0 t2 ", True, False)],
)
def test_a_stream_is_complete_with_every_token_and_its_end(text: str, done: bool, complete: bool) -> None:
    assert Asked(200, 0.1, text, done).is_complete(3) is complete


def test_who_is_sent_away_is_told_when_to_come_again() -> None:
    assert Asked(503, retry_after="5").is_sent_away
    assert not Asked(503).is_sent_away
    assert not Asked(500, retry_after="5").is_sent_away


def test_an_error_in_a_stream_is_trouble() -> None:
    asked = Asked(200)
    asked.read(b'data: {"error": {"message": "gone"}}')
    asked.read(b": still working")
    assert troubles([asked, Asked(200)]) == {"{'message': 'gone'}": 1}


def test_figures() -> None:
    assert [quantile(range(1, 101), share) for share in (0.5, 0.95, 1.0)] == [50, 95, 100]
    assert quantile([], 0.5) is None
    bare = [Asked(first_s=each) for each in (0.02, 0.03, 0.09)]
    every = [Asked(200, each) for each in (0.04, 0.05, 0.23)] + [Asked(503)]
    assert added(every, bare, 0.5) == pytest.approx(20)
    assert added(every, bare, 0.95) == pytest.approx(200)
    assert added([], bare, 0.5) is None
    assert statuses(every) == "200: 3, 503: 1"
