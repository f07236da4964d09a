"""Ends the wait for an iterator of somebody else's that knows no time limit."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from queue import Empty, Full, Queue
from threading import Event, Thread
from typing import Any, TypeVar

_Item = TypeVar("_Item")
_AHEAD = 4  # items it may be ahead
_LOOK_AGAIN_S = 0.5


class TookTooLong(Exception):
    """The next item did not come in time."""


def within(items: Callable[[], Iterator[_Item]], seconds: float) -> Iterator[_Item]:
    """What `items()` yields, each within `seconds`; raises TookTooLong, and what it raises itself.

    It runs in a thread of its own, which nobody can end while it waits: it is left behind, and stops with the next
    item that it brings.
    """
    queue: Queue[tuple[str, Any]] = Queue(_AHEAD)
    left = Event()
    Thread(target=_work, args=(items, queue, left), name="patience", daemon=True).start()
    try:
        while True:
            kind, value = queue.get(timeout=seconds)
            if kind == "failed":
                raise value
            if kind == "ended":
                return
            yield value
    except Empty:
        raise TookTooLong from None
    finally:
        left.set()


def _work(items: Callable[[], Iterator[_Item]], queue: "Queue[tuple[str, Any]]", left: Event) -> None:
    try:
        for item in items():
            if not _hand_over(queue, ("item", item), left):
                return
        last: tuple[str, Any] = ("ended", None)
    except BaseException as error:
        last = ("failed", error)
    _hand_over(queue, last, left)


def _hand_over(queue: "Queue[tuple[str, Any]]", what: tuple[str, Any], left: Event) -> bool:
    while not left.is_set():
        with suppress(Full):
            queue.put(what, timeout=_LOOK_AGAIN_S)
            return True
    return False
