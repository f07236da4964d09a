"""Turns that are running, for the limits and for an orderly stop."""

import logging
import threading
from collections.abc import Callable, Iterator
from typing import Any, Protocol, TypeVar

from assistant.api.errors import Busy
from assistant.api.reading import Deliver, InLoop, LoopTurn, RunningTurn, ThreadTurn, Used
from assistant.errors import AssistantError
from assistant.messages import message
from assistant.security.limits import Limits, Tab
from assistant.security.person import LOCAL, Person
from assistant.security.queueing import FairQueue
from assistant.security.spending import Use
from assistant.turn.answer import Answer
from assistant.turn.events import Finished

log = logging.getLogger(__name__)
A = TypeVar("A", bound="Asked")


class Asked(Protocol):
    """What was asked, as far as running it goes."""

    @property
    def interface_language(self) -> str | None:
        """The language to speak to the person in."""


def _settle(tab: Tab) -> None:
    try:
        tab.settle()
    except AssistantError:
        log.exception("what a turn used could not be written down; it counts as it was expected")


class RunningTurns:
    """Every turn of this server, for its limits and for an orderly stop."""

    def __init__(self, limit: int = 64, *, limits: Limits | None = None, queue: FairQueue | None = None) -> None:
        self._limit = limit
        self.on_answer: Callable[[Answer], None] = lambda _: None
        self._limits, self._queue = limits, queue or FairQueue(limit, limit)
        self._turns: set[RunningTurn] = set()
        self._lock = threading.Lock()
        self._closing = False

    def __len__(self) -> int:
        return len(self._turns)

    @property
    def closing(self) -> bool:
        """Whether the server is stopping."""
        return self._closing

    @property
    def waiting(self) -> int:
        """How many turns wait for a place."""
        return self._queue.waiting

    def begin(
        self, run: Callable[[A], Iterator[Any] | InLoop], request: A, deliver: Deliver,
        person: Person = LOCAL,
    ) -> RunningTurn:  # fmt: skip
        """Start a turn of somebody; it waits for its place in the queue.

        Raises Busy when there are too many, or when the server is stopping, and LimitReached. Writes to the database.
        """
        language = request.interface_language
        self._check_open(language)
        self._queue.check(person.queue, language)
        tab = Tab(None) if self._limits is None else self._limits.open(person, language)

        def hand_on(event: Any) -> None:
            if event is None:
                _settle(tab)
                with self._lock:
                    self._turns.discard(turn)
            if isinstance(event, Used):
                tab.note(event.use)
                return
            if isinstance(event, Finished):
                usage = event.answer.usage
                tab.note(Use(1, usage.input_tokens + usage.output_tokens, usage.cost))
                self.on_answer(event.answer)
            deliver(event)

        with self._lock:
            self._check_open(language)
            stream, args = run(request), (hand_on, language, self._queue, person.queue)
            turn: RunningTurn = LoopTurn(stream, *args) if isinstance(stream, InLoop) else ThreadTurn(stream, *args)
            self._turns.add(turn)
        turn.start()
        return turn

    def _check_open(self, language: str | None) -> None:
        if self._closing or len(self._turns) >= self._limit:
            raise Busy(message("stopping" if self._closing else "busy", language))

    def refuse_new(self) -> None:
        """From now on `begin` raises Busy; what runs may finish."""
        self._closing = True

    def stop_all(self, wait_s: float = 5.0) -> None:
        """Stop what runs and wait for it, at most `wait_s` seconds in all per turn."""
        self.refuse_new()
        with self._lock:
            running = list(self._turns)
        for turn in running:
            turn.stop()
        for turn in running:
            turn.join(wait_s)
