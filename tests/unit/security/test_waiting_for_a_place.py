"""Waiting for a place: longer than it takes to notice a stop, without standing still, and no longer at all."""

import threading

import pytest

from assistant.security.queueing import FairQueue


def test_who_is_not_stopped_waits_on(monkeypatch: pytest.MonkeyPatch) -> None:
    looked = threading.Event()
    looks = []

    class Stopped(threading.Event):
        def is_set(self) -> bool:
            looks.append(True)
            if len(looks) > 1:  # the place was waited for, and not given, for one whole stretch at least
                looked.set()
            return super().is_set()

    monkeypatch.setattr("assistant.security.queueing.NOTICED_S", 0.01)
    queue, got = FairQueue(1, 1), []

    def wait() -> None:
        with queue.place("ben", Stopped()) as place:
            got.append(place)

    with queue.place("ana", threading.Event()) as first:
        waiting = threading.Thread(target=wait)
        waiting.start()
        assert looked.wait(20)
        assert (first, got, queue.waiting) == (True, [], 1)
    waiting.join(20)
    assert got == [True]


def test_who_enters_is_told_of_a_place_once_one_is_free() -> None:
    queue, told = FairQueue(1, 3), list[str]()
    first = queue.enter("ana", lambda: told.append("ana"))
    second, third = (queue.enter("ben", lambda name=name: told.append(name)) for name in ("ben", "ben again"))
    assert (told, first.has_place, second.has_place, queue.waiting) == (["ana"], True, False, 2)
    queue.leave(second)  # waits no longer
    assert (told, queue.waiting) == (["ana"], 1)
    queue.leave(first)
    assert (told, third.has_place, queue.waiting) == (["ana", "ben again"], True, 0)
    queue.leave(third)
    assert queue.enter("cem", lambda: told.append("cem")).has_place


def test_who_leaves_before_there_is_a_place_leaves_nothing_behind() -> None:
    queue = FairQueue(1, 1)
    held = queue.enter("ana", lambda: None)
    queue.leave(queue.enter("ben", lambda: None))
    queue.check("ben", None)
    queue.leave(held)
    assert queue.enter("cem", lambda: None).has_place
