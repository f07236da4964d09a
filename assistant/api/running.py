"""Turns that are running: each in a thread of its own, so that whoever waits for one can leave at any moment."""

import logging
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from assistant.api.errors import Busy
from assistant.errors import AssistantError
from assistant.messages import message
from assistant.security.limits import Limits, Tab
from assistant.security.person import LOCAL, Person
from assistant.security.queueing import FairQueue
from assistant.security.spending import Use
from assistant.tracing import called_by, caller
from assistant.turn.answer import Answer
from assistant.turn.events import Failed, Finished
from knowledge.errors import KnowledgeError

log = logging.getLogger(__name__)
A = TypeVar("A", bound="Asked")
Deliver = Callable[[Any], None]
"""Gets each event of a stream, Failed for an error, and None at the very end."""


class Asked(Protocol):
    """What was asked, as far as running it goes."""

    @property
    def interface_language(self) -> str | None:
        """The language to speak to the person in."""


@dataclass(frozen=True, slots=True)
class Used:
    """Told by a stream that knows what it has used so far; it goes no further than to the limits."""

    use: Use


class RunningTurn:
    """One turn's stream, read in a thread; each event is handed to `deliver`, and None at the very end.

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
        self.thread = threading.Thread(target=self._run, name="turn", daemon=True)

    @property
    def stopped(self) -> bool:
        """Whether `stop` was called."""
        return self._stopped.is_set()

    def stop(self) -> None:
        """Ask the turn to end; it ends with its next event. Calling it again does nothing."""
        self._stopped.set()

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
        except (AssistantError, KnowledgeError) as error:
            self._deliver(Failed(str(error)))
        except Exception:
            log.exception("a turn ended unexpectedly")
            self._deliver(Failed(message("unexpected", self._language)))
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
        self, run: Callable[[A], Iterator[Any]], request: A, deliver: Deliver,
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
            turn = RunningTurn(run(request), hand_on, language, self._queue, person.queue)
            self._turns.add(turn)
        turn.thread.start()
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
            turn.thread.join(wait_s)
