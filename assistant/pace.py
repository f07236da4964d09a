"""Work in the background makes way for questions."""

from threading import Condition


class Pace:
    """Lets work in the background wait while somebody waits for an answer."""

    LONGEST_S = 60.0
    BETWEEN_S = 5.0

    def __init__(self) -> None:
        self._turns = 0
        self._changed = Condition()

    def begin(self) -> None:
        """A turn has begun."""
        with self._changed:
            self._turns += 1

    def end(self) -> None:
        """A turn has ended."""
        with self._changed:
            self._turns -= 1
            self._changed.notify_all()

    def wait(self, longest_s: float | None = None) -> None:
        """Return when no turn runs, or after a minute: a busy house must not stop the background for good."""
        with self._changed:
            self._changed.wait_for(lambda: self._turns == 0, self.LONGEST_S if longest_s is None else longest_s)

    def between(self) -> None:
        """The same between small portions of work that people wait for too, as documents they have just added."""
        self.wait(self.BETWEEN_S)
