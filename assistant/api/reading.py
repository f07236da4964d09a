"""How the stream of a turn is read, so that whoever waits for it can leave at any moment: in a thread or the loop."""

import asyncio
import logging
import threading
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, Protocol

from assistant.errors import AssistantError
from assistant.messages import message
from assistant.security.queueing import FairQueue, Ticket
from assistant.security.spending import Use
from assistant.tracing import called_by, caller
from assistant.turn.events import Failed
from knowledge.errors import KnowledgeError

log = logging.getLogger(__name__)
Deliver = Callable[[Any], None]
"""Gets each event of a stream, Failed for an error, and None at the very end."""


@dataclass(frozen=True, slots=True)
class Used:
    """Told by a stream that knows what it has used so far; it goes no further than to the limits."""

    use: Use


@dataclass(frozen=True, slots=True)
class InLoop:
    """A stream that waits without a thread, and the event loop that it is to be read in."""

    stream: AsyncGenerator[Any, None]
    loop: asyncio.AbstractEventLoop


class RunningTurn(Protocol):
    """One turn whose events are handed to `deliver`, and None at the very end. Any thread may call its methods."""

    def start(self) -> None:
        """Wait for a place, and read."""

    @property
    def stopped(self) -> bool:
        """Whether `stop` was called."""

    def stop(self) -> None:
        """Ask the turn to end; returns at once. Calling it again does nothing."""

    def join(self, seconds: float) -> None:
        """Wait until it has ended, at most so long; not in the event loop."""


class ThreadTurn:
    """A turn read in a thread of its own.

    A generator that computes cannot be closed from outside (PEP 342), and a reader that waits for the next word
    cannot notice that its person pressed Stop. So the reading happens here: `stop` returns at once, and the stream is
    closed, which stops the model, as soon as its next event comes out.
    """

    def __init__(
        self, stream: Iterator[Any], deliver: Deliver, language: str | None,
        queue: FairQueue, who: str,
    ) -> None:  # fmt: skip
        self._stream = stream
        self._deliver = deliver
        self._language = language
        self._queue, self._who = queue, who
        self._stopped = threading.Event()
        self._caller = caller()
        self._thread = threading.Thread(target=self._run, name="turn", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    @property
    def stopped(self) -> bool:
        """Whether `stop` was called."""
        return self._stopped.is_set()

    def stop(self) -> None:
        """Ask the turn to end; it ends with its next event."""
        self._stopped.set()

    def join(self, seconds: float) -> None:
        """Wait for the thread."""
        self._thread.join(seconds)

    def _run(self) -> None:
        called_by(self._caller)
        try:
            with self._queue.place(self._who, self._stopped) as has_place:
                if not has_place:
                    self._deliver(Used(Use()))
                for event in self._stream if has_place else ():
                    self._deliver(event)
                    if self._stopped.is_set():
                        break
                self._close()  # before the place is given back: the model may be at work until then
        except Exception as error:
            self._deliver(failed(error, self._language))
        finally:
            self._close()
            self._deliver(None)

    def _close(self) -> None:
        close = getattr(self._stream, "close", None)
        try:
            if close is not None:
                close()
        except Exception:
            log.exception("a stopped turn did not end cleanly")


class LoopTurn:
    """A turn read in the event loop, for streams that only wait: many of them cost no thread each, and stop at once."""

    def __init__(
        self, read: InLoop, deliver: Deliver, language: str | None,
        queue: FairQueue, who: str,
    ) -> None:  # fmt: skip
        self._stream, self._loop = read.stream, read.loop
        self._deliver, self._language = deliver, language
        self._queue, self._who = queue, who
        self._ticket: Ticket | None = None
        self._task: asyncio.Task[None] | None = None
        self._stopped, self._ended = threading.Event(), threading.Event()
        self._caller = caller()

    def start(self) -> None:
        """Have the loop begin."""
        self._loop.call_soon_threadsafe(self._begin)

    @property
    def stopped(self) -> bool:
        """Whether `stop` was called."""
        return self._stopped.is_set()

    def stop(self) -> None:
        """Ask the turn to end; the loop closes its stream with whatever it does next."""
        if not self._stopped.is_set():  # once: a second time would disturb the closing
            self._stopped.set()
            if not self._loop.is_closed():
                self._loop.call_soon_threadsafe(self._cancel)

    def join(self, seconds: float) -> None:
        """Wait until the last event was delivered."""
        self._ended.wait(seconds)

    def _begin(self) -> None:
        self._task = self._loop.create_task(self._run())
        self._task.add_done_callback(self._leave)  # also called when it was stopped before it ran at all
        if self._stopped.is_set():
            self._task.cancel()

    def _cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()

    async def _run(self) -> None:
        called_by(self._caller)
        try:
            await self._place()
            async with aclosing(self._stream) as stream:
                async for event in stream:
                    self._deliver(event)
        except Exception as error:
            self._deliver(failed(error, self._language))

    async def _place(self) -> None:
        given = self._loop.create_future()

        def give() -> None:
            if not given.done():
                given.set_result(None)

        self._ticket = self._queue.enter(self._who, lambda: self._loop.call_soon_threadsafe(give))
        await given

    def _leave(self, _task: "asyncio.Task[None]") -> None:
        if self._ticket is None or not self._ticket.has_place:
            self._deliver(Used(Use()))
        if self._ticket is not None:
            self._queue.leave(self._ticket)
        self._loop.run_in_executor(None, self._end)  # what was used is written to the database, which may take a moment

    def _end(self) -> None:
        self._deliver(None)
        self._ended.set()


def failed(error: Exception, language: str | None) -> Failed:
    """What a person is told of an error; one that is none of ours is logged, and told in general."""
    if isinstance(error, AssistantError | KnowledgeError):
        return Failed(str(error))
    log.error("a turn ended unexpectedly", exc_info=error)
    return Failed(message("unexpected", language))
