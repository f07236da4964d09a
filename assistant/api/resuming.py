"""Streams that can be gone on with: the events of a turn are kept, so that whoever lost the connection gets the rest.

Each event has an id, `STREAM.NUMBER`. A client that comes back with the last one it has read (`Last-Event-ID`, WHATWG
HTML 9.2.4) is sent what came after it, and what still comes; nothing is asked a second time. Events are kept in this
process, while the turn runs and for a while after it.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from secrets import token_hex
from typing import Any

from starlette.types import Receive, Scope, Send

from assistant.api.following import KEEP_ALIVE_S, SILENT, EventStream
from assistant.api.reading import RunningTurn
from assistant.errors import NotFound
from assistant.messages import message

STILL = ": still working\n\n"
RETRY_MS = 1_000
"""How long a browser waits before it comes back."""
FIRST_READER_S = 5.0
MOST_KEPT = 128
"""Streams that can be gone on with; the oldest go first."""
_MOST_DIGITS = 9
Render = Callable[[Any], str]


class Stream:
    """One turn's events as server-sent events, for any number of readers, one after the other or at once.

    When its last reader leaves, the turn goes on for `patience_s` seconds, and is then stopped.
    """

    def __init__(self, owner: str, patience_s: float, render: Render, forget: Callable[[str], object]) -> None:
        self.id, self.owner = token_hex(16), owner
        self._patience_s, self._render, self._forget = patience_s, render, forget
        self._sent: list[str] = []
        self._ended, self._readers = False, 0
        self._news = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._running: RunningTurn | None = None
        self._later: asyncio.TimerHandle | None = None

    def run(self, running: RunningTurn) -> None:
        """The turn whose events come; a first reader is waited for as well."""
        self._running = running
        if not self._ended:
            self._after(max(self._patience_s, FIRST_READER_S), self._give_up)

    def deliver(self, event: Any) -> None:
        """Take the next event, in any thread; None is the end."""
        text = None if event is None else self._render(event)
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._take, text)

    def stop(self) -> None:
        """Stop the turn; what came of it is sent to whoever reads."""
        if self._running is not None:
            self._running.stop()

    @contextmanager
    def read(self) -> Iterator[None]:
        """Somebody reads, until this is left."""
        self._readers += 1
        if not self._ended:
            self._after(None)
        try:
            yield
        finally:
            self._readers -= 1
            if self._readers == 0 and not self._ended:
                self._after(self._patience_s, self._give_up)

    async def follow(self, after: int = 0, pause_s: float = KEEP_ALIVE_S) -> AsyncIterator[str]:
        """The events after number `after`, as they come; a comment whenever there was none for `pause_s` seconds."""
        at = min(after, len(self._sent))
        if self._patience_s:  # there is an id to come back with before the first event, and something to come back to
            yield f": stream {self.id}\nretry: {RETRY_MS}\nid: {self.id}.{at}\n\n"
        while True:
            news = self._news
            while at < len(self._sent):
                at += 1
                yield f"{self._sent[at - 1][:-1]}id: {self.id}.{at}\n\n"  # one line more before the empty one
            if self._ended:
                return
            if news is self._news and not await _happened(news, pause_s):
                yield STILL

    def _give_up(self) -> None:
        self.stop()
        self._forget(self.id)

    def _take(self, text: str | None) -> None:
        if text is None:
            self._ended = True
            self._after(self._patience_s, self._forget, self.id)
        else:
            self._sent.append(text)
        self._news.set()
        self._news = asyncio.Event()

    def _after(self, seconds: float | None, call: Callable[..., object] | None = None, *given: str) -> None:
        """Call something later, in the place of what was to be called; None is nothing."""
        if self._later is not None:
            self._later.cancel()
        self._later = None if seconds is None or call is None else self._loop.call_later(seconds, call, *given)


class Followed(EventStream):
    """A response that is one reader of a stream, from number `after` on."""

    def __init__(self, stream: Stream, after: int = 0) -> None:
        super().__init__(stream.follow(after), headers={**SILENT, "x-pilares-stream": stream.id})
        self._stream = stream

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send what comes; a reader that leaves, wherever it stands, is noticed."""
        with self._stream.read():
            await super().__call__(scope, receive, send)


async def _happened(news: asyncio.Event, pause_s: float) -> bool:
    try:
        await asyncio.wait_for(news.wait(), pause_s)
    except TimeoutError:
        return False
    return True


class Streams:
    """The streams of this server, each reached through the person it belongs to."""

    def __init__(self) -> None:
        self._kept: dict[str, Stream] = {}

    def __len__(self) -> int:
        return len(self._kept)

    def begin(self, owner: str, patience_s: float, render: Render) -> Stream:
        """A stream for a turn that is about to begin; in the event loop."""
        stream = Stream(owner, patience_s, render, self.forget)
        self._kept[stream.id] = stream
        while len(self._kept) > MOST_KEPT:
            self._kept.pop(next(iter(self._kept)))
        return stream

    def forget(self, stream_id: str) -> None:
        """Nobody can go on with it any more."""
        self._kept.pop(stream_id, None)

    def get(self, owner: str, stream_id: str, language: str | None) -> Stream:
        """A person's stream. Raises NotFound, also for somebody else's."""
        found = self._kept.get(stream_id)
        if found is None or found.owner != owner:
            raise NotFound(message("stream_gone", language))
        return found

    def resumed(self, owner: str, last_event: str, language: str | None) -> tuple[Stream, int]:
        """The stream of a `Last-Event-ID`, and the number of the event. Raises NotFound."""
        stream_id, _, number = last_event.partition(".")
        known = number.isascii() and number.isdecimal() and len(number) <= _MOST_DIGITS
        return self.get(owner, stream_id, language), int(number) if known else 0
