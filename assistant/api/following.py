"""Following a turn from the event loop: its events cross over from the turn's thread."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Generic, TypeVar

from fastapi.responses import StreamingResponse

from assistant.api.running import RunningTurn

T = TypeVar("T")
KEEP_ALIVE_S = 10.0
"""A reader hears something at least this often; proxies close connections that are silent for a minute."""
SILENT: dict[str, str] = {"cache-control": "no-store", "x-accel-buffering": "no"}
"""Headers of a stream: nothing on its way may keep it back."""


class EventStream(StreamingResponse):
    """Server-sent events."""

    media_type = "text/event-stream"


class Events(Generic[T]):
    """Hand `deliver` to a turn; the events come out of `follow` in the loop this was made in."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[T | None] = asyncio.Queue()
        self._loop = asyncio.get_running_loop()

    def deliver(self, event: T | None) -> None:
        """Take the next event, in any thread; None is the end."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._queue.put_nowait, event)

    async def follow(self, running: RunningTurn, pause_s: float = KEEP_ALIVE_S) -> AsyncGenerator[T | None, None]:
        """The events as they come, and None whenever there was none for `pause_s` seconds.

        A reader that leaves closes this generator, and that stops the model.
        """
        try:
            while True:
                try:
                    event = await asyncio.wait_for(self._queue.get(), pause_s)
                except TimeoutError:
                    yield None
                    continue
                if event is None:
                    return
                yield event
        finally:
            running.stop()
