"""Turns in threads: stopped at once, closed for sure, counted."""

import threading
import time
from collections.abc import Iterator

import pytest

from assistant.api.errors import Busy
from assistant.api.running import RunningTurns
from assistant.errors import ModelUnavailable
from assistant.turn.answer import TurnRequest
from assistant.turn.events import Failed, TurnEvent, Wrote
from knowledge.errors import StoreError

ASK = TurnRequest("q", interface_language="es")


class Recorder:
    def __init__(self) -> None:
        self.events: list[TurnEvent | None] = []
        self.ended = threading.Event()

    def __call__(self, event: TurnEvent | None) -> None:
        self.events.append(event)
        if event is None:
            self.ended.set()


def test_events_are_delivered_in_order_and_end_with_none() -> None:
    recorder, turns = Recorder(), RunningTurns()
    turns.begin(lambda _request: iter([Wrote("a"), Wrote("b")]), ASK, recorder)
    assert recorder.ended.wait(5)
    assert recorder.events == [Wrote("a"), Wrote("b"), None]
    assert len(turns) == 0


def test_stopping_returns_at_once_and_closes_the_stream_with_its_next_event() -> None:
    closed = threading.Event()

    def slow(_request: TurnRequest) -> Iterator[TurnEvent]:
        try:
            while True:
                yield Wrote("x")
                time.sleep(0.05)
        finally:
            closed.set()

    recorder, turns = Recorder(), RunningTurns()
    turn = turns.begin(slow, ASK, recorder)
    before = time.monotonic()
    turn.stop()
    turn.stop()
    assert time.monotonic() - before < 0.05
    assert closed.wait(1)
    assert recorder.ended.wait(1)


@pytest.mark.parametrize("error", [ModelUnavailable("No model. Pull one."), StoreError("No store. Mend it.")])
def test_our_errors_reach_the_person_as_they_are(error: Exception) -> None:
    def failing(_request: TurnRequest) -> Iterator[TurnEvent]:
        yield Wrote("a")
        raise error

    recorder = Recorder()
    RunningTurns().begin(failing, ASK, recorder)
    assert recorder.ended.wait(5)
    assert recorder.events == [Wrote("a"), Failed(str(error)), None]


def test_other_errors_are_logged_and_told_in_general(caplog: pytest.LogCaptureFixture) -> None:
    def broken(_request: TurnRequest) -> Iterator[TurnEvent]:
        raise ZeroDivisionError("details")
        yield

    recorder = Recorder()
    RunningTurns().begin(broken, ASK, recorder)
    assert recorder.ended.wait(5)
    told = recorder.events[0]
    assert isinstance(told, Failed)
    assert told.message.startswith("Algo inesperado")
    assert "details" in caplog.text


def test_a_stopping_server_takes_no_new_turns_and_ends_the_running_ones() -> None:
    def endless(_request: TurnRequest) -> Iterator[TurnEvent]:
        while True:
            time.sleep(0.02)
            yield Wrote("x")

    recorder, turns = Recorder(), RunningTurns()
    turns.begin(endless, ASK, recorder)
    turns.refuse_new()
    with pytest.raises(Busy, match="deteniendo"):
        turns.begin(endless, ASK, recorder)
    turns.stop_all()
    assert recorder.ended.is_set()
    assert len(turns) == 0
