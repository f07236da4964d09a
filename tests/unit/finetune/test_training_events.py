"""The log of a training: every event is on disk at once, and can be read while it is written."""

from pathlib import Path

import pytest

from finetune.errors import NotWritten
from finetune.training.events import EventLog


def test_events_are_read_in_their_order(tmp_path: Path) -> None:
    log = EventLog(tmp_path / "events.jsonl")
    log.write("started", rows=3)
    log.write("step", step=1, of=2, loss=0.5)
    log.write("step", step=2, of=2, loss=0.4)
    assert [each["event"] for each in log.read()] == ["started", "step", "step"]
    assert log.last("step")["step"] == 2
    assert log.last("finished") == {}
    assert log.read()[0]["at"].endswith("+00:00")


def test_a_reader_hears_only_what_is_new_and_whole(tmp_path: Path) -> None:
    log = EventLog(tmp_path / "events.jsonl")
    log.write("started")
    follower = log.follow()
    assert follower.new() == []
    log.write("step", step=1)
    with log.file.open("a") as stream:
        stream.write('{"event": "st')
    assert [each["step"] for each in follower.new()] == [1]
    with log.file.open("a") as stream:
        stream.write('ep", "step": 2}\n')
    assert [each["step"] for each in follower.new()] == [2]


def test_half_a_line_of_a_crash_is_ended_and_passed_over(tmp_path: Path) -> None:
    log = EventLog(tmp_path / "events.jsonl")
    log.write("started")
    with log.file.open("a") as stream:
        stream.write('{"event": "step", "st')
    log.write("step", step=7)
    assert [each["event"] for each in log.read()] == ["started", "step"]
    assert log.last()["step"] == 7


def test_a_log_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    with pytest.raises(NotWritten, match="cannot be written"):
        EventLog(tmp_path / "not" / "there.jsonl").write("started")
