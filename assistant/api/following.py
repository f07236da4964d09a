"""Following a turn from the event loop: its events cross over from the turn's thread."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator
from typing import Generic, TypeVar

from fastapi.responses import StreamingResponse

from assistant.api.reading import RunningTurn

T = TypeVar("T")
KEEP_ALIVE_S = 10.0
"""A reader hears something at least this often; proxies close connections that are silent for a minute."""
SILENT: dict[str, str] = {"cache-control": "no-store", "x-accel-buffering": "no"}
"""Headers of a stream: nothing on its way may keep it back."""


class EventStream(StreamingResponse):
    """Server-sent events."""

    media_type = "text/event-stream"


class Events(Generic[T]):
    """Hand `deliver` to a turn; the events come out of `follow` in the loop this was made in.

    They come once a token for everybody who reads, so crossing over costs little: no task of its own for each, and one
    call to the loop for all that came while it was busy.
    """

    def __init__(self) -> None:
        self._come: deque[T | None] = deque()
        self._loop = asyncio.get_running_loop()
        self._called = False
        self._waiting: asyncio.Future[bool] | None = None

    def deliver(self, event: T | None) -> None:
        """Take the next event, in any thread; None is the end."""
        self._come.append(event)
        if not self._called and not self._loop.is_closed():
            self._called = True
            self._loop.call_soon_threadsafe(self._wake)

    def _wake(self) -> None:
        self._called = False  # first: what comes from here on calls again
        _release(self._waiting, news=True)

    async def follow(self, running: RunningTurn, pause_s: float = KEEP_ALIVE_S) -> AsyncGenerator[T | None, None]:
        """The events as they come, and None whenever there was none for `pause_s` seconds.

        A reader that leaves closes this generator, and that stops the model.
        """
        try:
            while True:
                while self._come:
                    event = self._come.popleft()
                    if event is None:
                        return
                    yield event
                if not await self._news(pause_s):
                    yield None
        finally:
            running.stop()

    async def _news(self, pause_s: float) -> bool:
        """Wait for an event; False when none came in time."""
        waiting = self._waiting = self._loop.create_future()
        timer = self._loop.call_later(pause_s, _release, waiting)
        try:
            return await waiting or bool(self._come)
        finally:
            timer.cancel()


def _release(waiting: "asyncio.Future[bool] | None", *, news: bool = False) -> None:
    if waiting is not None and not waiting.done():
        waiting.set_result(news)
