"""Time, and waiting, as something that a test can hand in."""

import asyncio
import random
import time
from collections.abc import Iterator
from contextvars import ContextVar

SECOND: ContextVar[float] = ContextVar("second", default=1.0)
"""How long a second takes that is waited after a refusal; tests have less time."""


def now() -> float:
    """Seconds since 1970."""
    return time.time()


def backoff(first: float = 1.0, factor: float = 1.75, most: float = 600.0) -> Iterator[float]:
    """Waiting times in seconds, longer and longer; drawn from the upper half, so that many do not come at once."""
    wait = first
    while True:
        yield lasting(wait * random.uniform(0.5, 1.0))  # noqa: S311
        wait = min(most, wait * factor)


def lasting(seconds: float) -> float:
    """How long to wait where somebody says so many seconds."""
    return seconds * SECOND.get()


async def either(event: asyncio.Event, seconds: float) -> bool:
    """Wait for an event, at most so long; whether it came."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return False
    return True
