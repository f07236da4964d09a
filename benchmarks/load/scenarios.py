"""The three loads: users who stream all the time, everybody at once, and streams that are left in the middle."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from time import perf_counter

import aiohttp

from benchmarks.load.client import Asked, Target, ask, at_once, connected, users
from benchmarks.load.figures import added, first_tokens, quantile, statuses, troubles
from benchmarks.load.service import Header, Served, cpu_s
from benchmarks.table import Row

USUAL_MS = 150.0
"""What may be added to a first token for an answer to count as usual again."""
RECOVERED_S, SLOTS_S = 10.0, 1.0
PATIENCE_S = 30.0
POLL_S = 0.02


@dataclass(frozen=True, slots=True)
class Bare:
    """The model itself, asked directly by as many users: the answers, and where it is."""

    target: Target
    every: list[Asked]

    @property
    def usual_s(self) -> float:
        """Seconds until its first token, the median."""
        return quantile(first_tokens(self.every), 0.5) or 0.0


async def streaming(
    served: Served, bare: Bare, keys: list[Header], seconds: float, pids: dict[str, int]
) -> list[Row]:  # fmt: skip
    """Users who ask again as soon as they were answered."""
    target = Target(served.address, bare.target.tokens)
    before, began = {name: cpu_s(pid) for name, pid in pids.items()}, perf_counter()
    every = await users(target, keys, seconds, spread_s=3.0)
    took = perf_counter() - began
    used = {name: cpu_s(pid) - before[name] for name, pid in pids.items()}
    tokens = sum(len(each.text.split()) for each in every)
    what = f"{len(keys)} users streaming, {seconds:.0f} s"
    complete = sum(each.is_complete(target.tokens) for each in every)
    return [
        _row(what, "added to the first token, p50, ms", added(every, bare.every, 0.5), "30"),
        _row(what, "added to the first token, p95, ms", added(every, bare.every, 0.95), "150"),
        _row(what, "streams that were not complete", len(every) - complete, "0"),
        _row(what, "errors", sum(troubles(every).values()), "0"),
        _row(what, "streams", len(every), ""),
        _row(what, "tokens a second", tokens / took, ""),
        *(_row(what, f"processor, {name}, of one core", each / took, "") for name, each in used.items()),
        _row(what, "processor, pilares, ms a token", 1000 * used["pilares"] / tokens if tokens else None, ""),
    ]


async def crowding(served: Served, bare: Bare, keys: list[Header]) -> list[Row]:
    """Every user in the same moment; then one after the other until one is answered as usual."""
    target, what = Target(served.address, bare.target.tokens), f"{len(keys)} users at once"
    every = await at_once(target, keys)
    odd = [each for each in every if not each.is_complete(target.tokens) and not each.is_sent_away]
    recovered = await _recovered(target, keys[0], bare)
    return [
        _row(what, "answered", statuses(every), ""),
        _row(what, "neither complete nor 429 or 503 with Retry-After", len(odd), "0"),
        _row(what, "as usual again after, s", recovered, f"{RECOVERED_S:.0f}"),
        *(_row(what, f"trouble: {each}", number, "") for each, number in list(troubles(odd).items())[:3]),
    ]


async def _recovered(target: Target, key: Header, bare: Bare) -> float | None:
    """Seconds from now to the first word that came as usual; None when none did."""
    began = perf_counter()
    async with connected() as session:
        while perf_counter() - began < PATIENCE_S:
            asked = await ask(session, Target(target.address, 5), key)
            if asked.first_s is not None and 1000 * (asked.first_s - bare.usual_s) <= USUAL_MS:
                return asked.began + asked.first_s - began
    return None


async def leaving(served: Served, bare: Bare, keys: list[Header], at_a_time: int) -> list[Row]:
    """Streams left in the middle, so many at a time, until each user has left one; the slowest round counts."""
    what = f"{len(keys)} streams left, {at_a_time} at a time"
    target = Target(served.address, 100 * bare.target.tokens)
    rounds = [await _left(target, served, bare, some) for some in _batches(keys, at_a_time)]
    return [
        _row(what, "streams that had not begun", len(keys) - sum(each.begun for each in rounds), "0"),
        _row(what, "the model writes none of them, s", _slowest([each.model_s for each in rounds]), f"{SLOTS_S:.0f}"),
        _row(what, "Pilares has its places back, s", _slowest([each.places_s for each in rounds]), f"{SLOTS_S:.0f}"),
        _row(what, "first word of the next question, s", _slowest([each.next_s for each in rounds]), ""),
    ]


@dataclass(frozen=True, slots=True)
class _Left:
    """One round: streams that had begun, and seconds from leaving them all until each of three things."""

    begun: int
    model_s: float | None
    places_s: float | None
    next_s: float | None


async def _left(target: Target, served: Served, bare: Bare, keys: list[Header]) -> _Left:
    leave, begun = asyncio.Event(), list[bool]()
    async with connected() as session:
        asking = [asyncio.create_task(ask(session, target, key, leave, lambda: begun.append(True))) for key in keys]
        while len(begun) + sum(each.done() for each in asking) < len(keys):
            await asyncio.sleep(POLL_S)
        began = perf_counter()
        leave.set()
        model_s, places_s, next_one = await asyncio.gather(
            _none_after(began, lambda: _open(session, bare.target.address)),
            _none_after(began, lambda: _turns(session, served)),
            ask(session, Target(served.address, 1), served.keys[0]),
        )
        await asyncio.gather(*asking)
    return _Left(len(begun), model_s, places_s, next_one.first_s)


async def _none_after(began: float, count: Callable[[], Awaitable[int]]) -> float | None:
    """Seconds since `began` until there are none; None when there always were some."""
    while perf_counter() - began < PATIENCE_S:
        if await count() == 0:
            return perf_counter() - began
        await asyncio.sleep(POLL_S)
    return None


async def _open(session: aiohttp.ClientSession, address: str) -> int:
    """Streams that the model is writing."""
    async with session.get(f"{address}/state") as response:
        return int((await response.json())["open"])


async def _turns(session: aiohttp.ClientSession, served: Served) -> int:
    """Turns of Pilares that run or wait."""
    async with session.get(f"{served.address}/metrics", headers=served.operator) as response:
        found = re.search(r"^pilares_turns ([0-9.e+]+)$", await response.text(), re.MULTILINE)
    return int(float(found[1])) if found else -1


def _batches(keys: list[Header], size: int) -> Iterator[list[Header]]:
    for start in range(0, len(keys), size):
        yield keys[start : start + size]


def _slowest(seconds: list[float | None]) -> float | None:
    """The longest; None where one never came."""
    known = [each for each in seconds if each is not None]
    return max(known) if len(known) == len(seconds) else None


def _row(run: str, figure: str, measured: float | str | None, wanted: str) -> Row:
    return {"run": run, "figure": figure, "measured": measured, "at most": wanted}
