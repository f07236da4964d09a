"""Turns that are running: each in a thread of its own, so that whoever waits for one can leave at any moment."""

import logging
import threading
from collections.abc import Callable, Iterator
from typing import Any, Generic, Protocol, TypeVar

from assistant.api.errors import Busy
from assistant.errors import AssistantError
from assistant.messages import message
from assistant.turn.events import Failed
from knowledge.errors import KnowledgeError

log = logging.getLogger(__name__)
T = TypeVar("T")
A = TypeVar("A", bound="Asked")


class Asked(Protocol):
    """What was asked, as far as running it goes."""

    @property
    def interface_language(self) -> str | None:
        """The language to speak to the person in."""


class RunningTurn(Generic[T]):
    """One turn's stream, read in a thread; each event is handed to `deliver`, and None at the very end.

    A generator that computes cannot be closed from outside (PEP 342), and a reader that waits for the next word
    cannot notice that its person pressed Stop. So the reading happens here: `stop` returns at once, and the stream is
    closed, which stops the model, as soon as its next event comes out.
    """

    def __init__(self, stream: Iterator[T], deliver: Callable[[T | Failed | None], None], language: str | None) -> None:
        self._stream = stream
        self._deliver = deliver
        self._language = language
        self._stopped = threading.Event()
        self.thread = threading.Thread(target=self._run, name="turn", daemon=True)

    @property
    def stopped(self) -> bool:
        """Whether `stop` was called."""
        return self._stopped.is_set()

    def stop(self) -> None:
        """Ask the turn to end; it ends with its next event. Calling it again does nothing."""
        self._stopped.set()

    def _run(self) -> None:
        try:
            for event in self._stream:
                self._deliver(event)
                if self._stopped.is_set():
                    break
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


class RunningTurns:
    """Every turn of this server, for its limits and for an orderly stop."""

    def __init__(self, limit: int = 64) -> None:
        self._limit = limit
        self._turns: set[RunningTurn[Any]] = set()
        self._lock = threading.Lock()
        self._closing = False

    def __len__(self) -> int:
        return len(self._turns)

    def begin(
        self, run: Callable[[A], Iterator[T]], request: A, deliver: Callable[[T | Failed | None], None]
    ) -> RunningTurn[T]:
        """Start a turn. Raises Busy when there are too many, or when the server is stopping."""
        language = request.interface_language

        def hand_on(event: T | Failed | None) -> None:
            if event is None:
                with self._lock:
                    self._turns.discard(turn)
            deliver(event)

        with self._lock:
            if self._closing or len(self._turns) >= self._limit:
                raise Busy(message("stopping" if self._closing else "busy", language))
            turn = RunningTurn(run(request), hand_on, language)
            self._turns.add(turn)
        turn.thread.start()
        return turn

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
