"""Time, and waiting, as something that a test can hand in."""

import asyncio
import random
import time
from collections.abc import Iterator


def now() -> float:
    """Seconds since 1970."""
    return time.time()


def backoff(first: float = 1.0, factor: float = 1.75, most: float = 600.0) -> Iterator[float]:
    """Waiting times in seconds, longer and longer; drawn from the upper half, so that many do not come at once."""
    wait = first
    while True:
        yield wait * random.uniform(0.5, 1.0)  # noqa: S311
        wait = min(most, wait * factor)


async def either(event: asyncio.Event, seconds: float) -> bool:
    """Wait for an event, at most so long; whether it came."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return False
    return True
