"""Background work makes way for questions."""

import time
from threading import Thread

from assistant.pace import Pace


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
