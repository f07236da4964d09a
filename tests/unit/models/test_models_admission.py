"""Requests with different adapters take turns at a copy of a model, and nobody waits for ever."""

from collections.abc import Callable
from threading import Event, Thread
from time import monotonic, sleep

import pytest

from assistant.models import admission as module
from assistant.models.admission import Admission, Pass


@pytest.fixture
def admission(monkeypatch: pytest.MonkeyPatch) -> Admission:
    monkeypatch.setattr(module, "_LOOK_SECONDS", 0.02)
    return Admission()


class Asking(Thread):
    """Asks to go in, in a thread of its own."""

    def __init__(self, admission: Admission, adapter: str, turn: object = None) -> None:
        super().__init__(daemon=True)
        self.let_in, self.admission, self.adapter, self.turn = Event(), admission, adapter, turn
        self.allowed: Pass | None = None
        self.start()

    def run(self) -> None:
        self.allowed = self.admission.enter(self.adapter, self.turn)
        self.let_in.set()

    def leave(self) -> None:
        assert self.let_in.wait(5)
        assert self.allowed is not None
        self.admission.leave(self.allowed)


def waiting(admission: Admission, number: int) -> None:
    _until(lambda: len(admission._waiting) == number)


def _until(holds: Callable[[], bool]) -> None:
    end = monotonic() + 5
    while not holds():
        assert monotonic() < end
        sleep(0.005)


def test_those_with_one_adapter_go_in_together_and_another_waits_for_all_of_them(admission: Admission) -> None:
    first, second = admission.enter("a"), admission.enter("a")
    other = Asking(admission, "b")
    waiting(admission, 1)
    admission.leave(first)
    assert not other.let_in.wait(0.1)
    admission.leave(second)
    assert other.let_in.wait(5)


def test_who_comes_later_waits_behind_whatever_they_ask_with(admission: Admission) -> None:
    first = admission.enter("a")
    other = Asking(admission, "")
    waiting(admission, 1)
    later = Asking(admission, "a")
    waiting(admission, 2)
    assert not later.let_in.wait(0.1)
    admission.leave(first)
    assert other.let_in.wait(5)
    assert not later.let_in.wait(0.1)
    other.leave()
    assert later.let_in.wait(5)


def test_two_that_ask_without_pause_do_not_keep_a_third_waiting(admission: Admission) -> None:
    over, answered = Event(), [0, 0]

    def ask(number: int) -> None:
        while not over.is_set():
            allowed = admission.enter("a")
            sleep(0.002)
            answered[number] += 1
            admission.leave(allowed)

    clients = [Thread(target=ask, args=(number,)) for number in range(2)]
    for client in clients:
        client.start()
    try:
        _until(lambda: min(answered) > 5)
        for _ in range(5):
            other = Asking(admission, "b")
            assert other.let_in.wait(2)
            other.leave()
    finally:
        over.set()
        for client in clients:
            client.join(5)


def test_a_reader_that_has_gone_away_holds_nobody_up(admission: Admission, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "AWAY_SECONDS", 0.1)
    gone = admission.enter("a")
    gone.handed = monotonic()
    assert Asking(admission, "b").let_in.wait(5)


def test_a_turn_does_not_wait_for_itself(admission: Admission) -> None:
    turn = object()
    admission.enter("a", turn)
    assert Asking(admission, "b", turn).let_in.wait(5)
    assert not Asking(admission, "b", object()).let_in.wait(0.1)


def test_nobody_waits_longer_than_the_most(admission: Admission, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_WAIT_SECONDS", 0.1)
    admission.enter("a")
    assert Asking(admission, "b").let_in.wait(5)


def test_nobody_waits_for_a_model_that_is_freed(admission: Admission) -> None:
    admission.enter("a")
    other = Asking(admission, "b")
    waiting(admission, 1)
    admission.close()
    assert other.let_in.wait(5)
