"""Deliveries pass what nobody outside waits for, and nothing is left behind."""

import threading
from time import sleep

from connectors.store.lanes import LONGEST_S, MOST_AT_ONCE, Lanes


def _lanes(first: list[str], rest: list[str]) -> Lanes[str]:
    lanes: Lanes[str] = Lanes()
    for each in rest:
        lanes.put(each, first=False)
    for each in first:
        lanes.put(each, first=True)
    return lanes


def test_deliveries_come_before_the_rest_each_in_its_order() -> None:
    lanes = _lanes(["d1", "d2"], ["r1", "r2"])
    lanes.close()
    assert list(map(list, lanes.groups())) == [["d1", "d2", "r1", "r2"]]


def test_after_its_time_a_group_takes_deliveries_and_nothing_else() -> None:
    lanes = _lanes(["d1"], ["r1", "r2"])
    groups = lanes.groups()
    group = next(groups)
    found = [next(group)]
    sleep(2 * LONGEST_S)
    lanes.put("d2", first=True)
    assert found + list(group) == ["d1", "d2"]
    lanes.close()
    assert list(map(list, groups)) == [["r1", "r2"]]


def test_a_group_is_not_endless() -> None:
    lanes = _lanes(["d"] * (MOST_AT_ONCE + 1), [])
    lanes.close()
    assert [len(list(group)) for group in lanes.groups()] == [MOST_AT_ONCE, 1]


def test_whoever_empties_it_waits_for_more() -> None:
    lanes = _lanes([], [])
    late = threading.Timer(0.05, lambda: (lanes.put("late", first=False), lanes.close()))
    late.start()
    assert [each for group in lanes.groups() for each in group] == ["late"]
    late.join()
