"""Background work makes way for questions."""

import time
from threading import Event, Thread

from assistant.pace import Errand, Pace


def test_nobody_waits_while_nobody_asks() -> None:
    began = time.monotonic()
    Pace().wait()
    assert time.monotonic() - began < 1


def test_the_background_goes_on_when_the_last_turn_has_ended() -> None:
    pace, passed = Pace(), list[str]()
    pace.begin()
    pace.begin()
    waiting = Thread(target=lambda: (pace.wait(), passed.append("on")))
    waiting.start()
    pace.end()
    time.sleep(0.05)
    assert passed == []
    pace.end()
    waiting.join(5)
    assert passed == ["on"]


def test_a_busy_house_does_not_stop_it_for_good() -> None:
    class Short(Pace):
        LONGEST_S = 0.05

    pace, began = Short(), time.monotonic()
    pace.begin()
    pace.wait()
    assert 0.05 <= time.monotonic() - began < 5


def test_what_people_wait_for_too_makes_way_for_a_shorter_time() -> None:
    class Short(Pace):
        BETWEEN_S = 0.05

    pace, began = Short(), time.monotonic()
    pace.begin()
    pace.between()
    assert 0.05 <= time.monotonic() - began < 5


def test_an_errand_asked_for_while_it_runs_is_done_once_more() -> None:
    done, going, may_end = list[int](), Event(), Event()

    def work() -> None:
        going.set()
        assert may_end.wait(5)
        done.append(1)

    errand = Errand(work, "test")
    errand.soon()
    assert going.wait(5)
    for _ in range(20):
        errand.soon()
    may_end.set()
    deadline = time.monotonic() + 5
    while len(done) < 2 and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(0.05)
    assert done == [1, 1]


def test_an_errand_can_be_sent_again() -> None:
    done = Event()
    errand = Errand(done.set, "test")
    for _ in range(2):
        done.clear()
        errand.soon()
        assert done.wait(5)


def test_an_errand_that_is_ended_is_waited_for_and_not_done_again() -> None:
    done, going = list[int](), Event()

    def work() -> None:
        going.set()
        time.sleep(0.1)
        done.append(1)

    errand = Errand(work, "test")
    errand.soon()
    assert going.wait(5)
    errand.soon()
    errand.end(5)
    assert done == [1]
    errand.soon()
    time.sleep(0.2)
    assert done == [1]
