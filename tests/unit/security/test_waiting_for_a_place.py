"""Somebody who waits longer than it takes to notice a stop goes on waiting, and gets the place that comes free."""

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
