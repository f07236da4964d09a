"""Work in the background: it waits while somebody waits for an answer, and is done once for many who ask for it."""

from collections.abc import Callable
from threading import Condition, Lock, Thread
from time import monotonic


class Pace:
    """Lets work in the background wait while somebody waits for an answer."""

    LONGEST_S = 60.0
    BETWEEN_S = 5.0

    def __init__(self) -> None:
        self._turns = 0
        self._ended = monotonic()
        self._changed = Condition()

    def begin(self) -> None:
        """A turn has begun."""
        with self._changed:
            self._turns += 1

    def end(self) -> None:
        """A turn has ended."""
        with self._changed:
            self._turns -= 1
            self._ended = monotonic()
            self._changed.notify_all()

    def quiet_s(self) -> float:
        """For how many seconds no turn has run."""
        with self._changed:
            return 0.0 if self._turns else monotonic() - self._ended

    def wait(self, longest_s: float | None = None) -> None:
        """Return when no turn runs, or after a minute: a busy house must not stop the background for good."""
        with self._changed:
            self._changed.wait_for(lambda: self._turns == 0, self.LONGEST_S if longest_s is None else longest_s)

    def between(self) -> None:
        """The same between small portions of work that people wait for too, as documents they have just added."""
        self.wait(self.BETWEEN_S)


class Errand:
    """A piece of work for a thread of its own. Asked for while it runs, it is done once more afterwards."""

    def __init__(self, work: Callable[[], None], name: str) -> None:
        self._work = work
        self._name = name
        self._lock = Lock()
        self._wanted = self._running = self._ended = False
        self._thread: Thread | None = None

    def soon(self) -> None:
        """Have it done, and return at once."""
        with self._lock:
            if self._ended:
                return
            self._wanted = True
            if self._running:
                return
            self._running = True
            self._thread = Thread(target=self._run, name=self._name, daemon=True)
            self._thread.start()

    def end(self, longest_s: float) -> None:
        """Have it done no more, and wait for the last time."""
        with self._lock:
            self._ended, self._wanted, thread = True, False, self._thread
        if thread is not None:
            thread.join(longest_s)

    def _run(self) -> None:
        try:
            while self._is_wanted():
                self._work()
        except BaseException:
            with self._lock:
                self._running = False
            raise

    def _is_wanted(self) -> bool:
        with self._lock:
            self._running, self._wanted = self._wanted, False
            return self._running
