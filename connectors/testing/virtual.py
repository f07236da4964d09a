"""An event loop whose time only passes when everybody waits: seconds cost nothing, and runs do not differ."""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class VirtualTime(asyncio.SelectorEventLoop):
    """Goes to the next timer at once when there is nothing else to do. Threads and sockets have no place in it."""

    def __init__(self) -> None:
        super().__init__(selectors.SelectSelector())
        self._moment = 0.0

    def time(self) -> float:
        """Seconds since this loop was made."""
        return self._moment

    def _run_once(self) -> None:
        if not self._ready and self._scheduled:  # type: ignore[attr-defined]
            self._moment = max(self._moment, self._scheduled[0].when())  # type: ignore[attr-defined]
        super()._run_once()  # type: ignore[misc]


def run_virtually(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine in virtual time, with the order of everything that happens the same each time."""
    with asyncio.Runner(loop_factory=VirtualTime) as runner:
        return runner.run(coroutine)
