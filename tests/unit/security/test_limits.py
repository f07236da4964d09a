"""Limits: reserved before, settled afterwards, for everybody who pays or for nobody; and a queue that is fair."""

import threading
import time
from typing import Any

import pytest
import sqlalchemy as sa

from assistant.errors import LimitReached
from assistant.security.allowance import Allowance, stricter
from assistant.security.limits import ORGANISATION, Limits
from assistant.security.person import LOCAL, Person
from assistant.security.queueing import FairQueue
from assistant.security.rights import Right
from assistant.security.settings import LimitSettings
from assistant.security.spending import Spending, Use
from assistant.storage.account_tables import spending as table
from assistant.storage.database import Database

ANA = Person("a1", "ana", key="k1", budget=Allowance(requests_per_day=3))
BEN = Person("b1", "ben")


def limits(database: Database, clock: Any, dearest: float = 0.0, **given: Any) -> tuple[Limits, Spending]:
    spending = Spending(database, clock)
    return Limits(LimitSettings(tokens_expected=100, **given), spending, dearest), spending


def test_requests_of_a_minute_begin_anew_with_the_next(database: Database, clock: Any) -> None:
    made, _ = limits(database, clock, person=Allowance(requests_per_minute=2))
    made.open(BEN)
    made.open(BEN)
    with pytest.raises(LimitReached, match=r"Go on at 2026-03-02T10:01:00\+00:00") as reached:
        made.open(BEN)
    assert reached.value.wait_s == 30
    made.open(ANA)
    clock.forward(seconds=30)
    made.open(BEN)


@pytest.mark.parametrize(
    ("allowance", "says"),
    [
        (Allowance(requests_per_day=2), "requests of today"),
        (Allowance(tokens_per_day=250), "read and write today"),
        (Allowance(cost_per_day=0.025), "cost today"),
    ],
)
def test_a_day_has_an_end_for_each_of_them(database: Database, clock: Any, allowance: Allowance, says: str) -> None:
    made, _ = limits(database, clock, dearest=100.0, person=allowance)
    made.open(BEN)
    made.open(BEN)
    with pytest.raises(LimitReached, match=says) as reached:
        made.open(BEN)
    assert reached.value.wait_s == 14 * 3600 - 30
    clock.forward(hours=14)
    made.open(BEN)


def test_counters_of_visitors_who_never_come_again_are_forgotten(database: Database, clock: Any) -> None:
    made, spending = limits(
        database, clock, visitor=Allowance(requests_per_day=9), person=Allowance(requests_per_day=9)
    )
    visiting = frozenset({Right.VISIT})
    made.open(Person("guest:1", "guest", rights=visiting, key="w1"))
    made.open(BEN)
    clock.forward(days=3)
    made.open(Person("guest:2", "guest", rights=visiting, key="w1"))
    with database.read() as connection:
        payers = {row.payer.partition(":")[0] for row in connection.execute(sa.select(table))}
        visitors = {row.payer for row in connection.execute(sa.select(table)) if row.payer.startswith("visitor:")}
    assert payers == {"visitor", "person"}
    assert len(visitors) == 1
    assert "guest" not in str(visitors)
    assert spending.used(visitors.pop()).requests == 1


@pytest.mark.parametrize("database", ["sqlite", "postgres"], indirect=True)
def test_what_was_used_takes_the_place_of_what_was_expected(database: Database, clock: Any) -> None:
    made, spending = limits(database, clock, person=Allowance(tokens_per_day=1_000))
    tab = made.open(BEN)
    assert spending.used("person:b1") == Use(1, 100, 0)
    tab.note(Use(1, 40, 0.5))
    tab.note(Use(1, 70, 0.7))
    tab.settle()
    tab.settle()
    assert spending.used("person:b1") == Use(1, 70, 0.7)
    made.open(BEN).settle()  # nothing is known of it: it counts as it was expected
    assert spending.used("person:b1") == Use(2, 170, 0.7)


def test_settling_after_midnight_counts_for_the_day_it_was_asked(database: Database, clock: Any) -> None:
    made, spending = limits(database, clock, person=Allowance(tokens_per_day=1_000))
    clock.forward(hours=13, minutes=59)
    tab = made.open(BEN)
    clock.forward(minutes=2)
    tab.note(Use(1, 500))
    tab.settle()
    assert spending.used("person:b1") == Use()


@pytest.mark.parametrize("database", ["sqlite", "postgres"], indirect=True)
def test_whoever_refuses_nobody_pays(database: Database, clock: Any) -> None:
    made, spending = limits(
        database, clock, person=Allowance(requests_per_day=9), organisation=Allowance(requests_per_day=2)
    )
    made.open(ANA)
    made.open(BEN)
    with pytest.raises(LimitReached):
        made.open(BEN)
    assert [spending.used(payer).requests for payer in ("person:a1", "person:b1", "key:k1", ORGANISATION)] == [
        1,
        1,
        1,
        2,
    ]


def test_a_key_has_a_budget_of_its_own(database: Database, clock: Any) -> None:
    made, _ = limits(database, clock)
    for _ in range(3):
        made.open(ANA)
    with pytest.raises(LimitReached):
        made.open(ANA)
    made.open(Person("a1", "ana"))


def test_without_limits_nothing_is_written_down(database: Database, clock: Any) -> None:
    made, spending = limits(database, clock)
    tab = made.open(LOCAL)
    tab.note(Use(1, 5))
    tab.settle()
    assert spending.used("person:local") == Use()


def test_of_two_limits_the_stricter_counts() -> None:
    one, other = Allowance(requests_per_day=5, tokens_per_day=7), Allowance(requests_per_day=3, cost_per_day=1.5)
    assert stricter(one, other) == Allowance(requests_per_day=3, tokens_per_day=7, cost_per_day=1.5)
    assert not stricter(Allowance(), Allowance()).is_set


@pytest.mark.parametrize("database", ["sqlite", "postgres"], indirect=True)
def test_a_race_does_not_overspend(database: Database, clock: Any) -> None:
    made, spending = limits(database, clock, organisation=Allowance(requests_per_day=10))
    refused, together = list[int](), threading.Barrier(8)

    def ask() -> None:
        together.wait(10)
        for _ in range(3):
            try:
                made.open(BEN)
            except LimitReached:
                refused.append(1)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert spending.used(ORGANISATION).requests == 10
    assert len(refused) == 14


def wait_for(condition: Any) -> None:
    deadline = time.monotonic() + 5
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.005)
    assert condition()


def test_who_has_least_at_work_comes_next() -> None:
    queue, order, go = FairQueue(1, 10), list[str](), threading.Event()
    never = threading.Event()

    def work(who: str) -> None:
        with queue.place(who, never) as has_place:
            assert has_place
            go.wait(5)
            order.append(who)

    threads = list[threading.Thread]()
    for number, who in enumerate(["ana", "ana", "ana", "ana", "ben", "cas"]):
        threads.append(threading.Thread(target=work, args=(who,)))
        threads[-1].start()
        wait_for(lambda number=number: queue.waiting == number)
    go.set()
    for thread in threads:
        thread.join()
    assert order[:4] == ["ana", "ana", "ben", "cas"] or order[:3] == ["ana", "ben", "cas"]
    assert sorted(order) == ["ana"] * 4 + ["ben", "cas"]
    assert (queue.waiting, queue._free, dict(queue._at_work)) == (0, 1, {})


def test_with_several_places_nobody_takes_them_all_while_others_wait() -> None:
    queue, go, never = FairQueue(2, 10), threading.Event(), threading.Event()
    inside = list[str]()

    def work(who: str, until: threading.Event) -> None:
        with queue.place(who, never):
            inside.append(who)
            until.wait(5)

    first = threading.Event()
    threads = [threading.Thread(target=work, args=("ana", first)), threading.Thread(target=work, args=("ana", go))]
    for thread in threads:
        thread.start()
    wait_for(lambda: len(inside) == 2)
    for who in ("ana", "ben"):
        threads.append(threading.Thread(target=work, args=(who, go)))
        threads[-1].start()
        wait_for(lambda: queue.waiting == len(threads) - 2)
    first.set()
    wait_for(lambda: len(inside) == 3)
    assert inside[2] == "ben"
    go.set()
    for thread in threads:
        thread.join()


def test_others_who_wait_keep_their_places_when_one_leaves() -> None:
    queue, never, leaving, got = FairQueue(1, 5), threading.Event(), threading.Event(), list[bool]()

    def wait(stopped: threading.Event) -> None:
        with queue.place("ben", stopped) as has_place:
            got.append(has_place)

    with queue.place("ana", never):
        threads = [threading.Thread(target=wait, args=(each,)) for each in (leaving, never)]
        for number, thread in enumerate(threads, start=1):
            thread.start()
            wait_for(lambda number=number: queue.waiting == number)
        leaving.set()
        threads[0].join()
        assert queue.waiting == 1
    threads[1].join()
    assert got == [False, True]


def test_who_is_stopped_while_waiting_gets_no_place() -> None:
    queue, never = FairQueue(1, 1), threading.Event()
    stopped = threading.Event()
    got = list[bool]()

    def wait() -> None:
        with queue.place("ben", stopped) as has_place:
            got.append(has_place)

    with queue.place("ana", never):
        thread = threading.Thread(target=wait)
        thread.start()
        wait_for(lambda: queue.waiting == 1)
        with pytest.raises(LimitReached, match="wait already"):
            queue.check("ben", None)
        queue.check("ana", None)
        stopped.set()
        thread.join()
    assert (got, queue.waiting, queue._free) == ([False], 0, 1)
