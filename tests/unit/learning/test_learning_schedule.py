"""A run is due once a night, in the hours after its time, and only while nobody asks."""

from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from pydantic import ValidationError

from assistant.learning.journal import STAGES, Entry, Run
from assistant.learning.nightly import Closing, Nightly, request
from assistant.learning.run import Found, Learning, Steps
from assistant.learning.schedule import due, next_time
from assistant.learning.settings import LearnSettings
from assistant.pace import Pace

ZONE = timezone(timedelta(hours=1))
NIGHT = datetime(2026, 3, 5, 2, 30, tzinfo=ZONE)
ON = LearnSettings(enabled=True)


def _run(began: datetime, outcome: str = "done") -> Run:
    return Run("r", (Entry("r", "decide", outcome, at=began.isoformat()),))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("now", "last", "every", "expected"),
    [
        (NIGHT, None, 1, True),
        (NIGHT.replace(hour=1), None, 1, False),  # yesterday's night is over
        (NIGHT.replace(hour=12), None, 1, False),
        (NIGHT, _run(NIGHT - timedelta(days=1)), 1, True),
        (NIGHT, _run(NIGHT - timedelta(minutes=10)), 1, False),
        (NIGHT, _run(NIGHT - timedelta(minutes=10), "begun"), 1, True),  # interrupted: it goes on
        (NIGHT, _run(NIGHT - timedelta(days=3)), 7, False),
        (NIGHT, _run(NIGHT - timedelta(days=7)), 7, True),
    ],
)
def test_due(now: datetime, last: Run | None, every: int, expected: bool) -> None:
    assert due(now, last, LearnSettings(enabled=True, every_days=every)) is expected


def test_the_next_time_is_told() -> None:
    assert next_time(NIGHT.replace(hour=12), None, ON) == datetime(2026, 3, 6, 2, 0, tzinfo=ZONE)
    assert next_time(NIGHT, None, ON) == NIGHT


@pytest.mark.parametrize(
    "wrong", [{"at": "25:00"}, {"at": "2"}, {"least": 0}, {"promote": "always"}, {"canary_percent": 90}]
)
def test_bad_settings_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        LearnSettings.model_validate(wrong)


class House:
    def __init__(self, folder: Path, settings: LearnSettings = ON) -> None:
        self.ran, self.quiet = list[str](), 3600.0
        steps = Steps(*(self._step(stage) for stage in STAGES))
        self.nightly = Nightly(Learning(folder, steps), settings, folder, lambda: self.quiet, lambda: NIGHT)

    def _step(self, stage: str):  # type: ignore[no-untyped-def]
        def work(_: Found) -> Found:
            self.ran.append(stage)
            return {}

        return work


def test_it_begins_by_itself_when_due_and_quiet(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.quiet = 60.0
    assert not house.nightly.look()
    house.quiet = 3600.0
    assert house.nightly.look()
    assert house.ran == list(STAGES)


def test_without_a_schedule_only_on_request(tmp_path: Path) -> None:
    house = House(tmp_path, LearnSettings())
    assert not house.nightly.look()
    request(tmp_path, now=False)
    house.quiet = 1.0
    assert not house.nightly.look(), "it waits for quiet"
    request(tmp_path, now=True)
    assert house.nightly.look()
    assert house.ran == list(STAGES)
    assert not house.nightly.look(), "a request is for one run"


def test_a_server_that_ends_leaves_the_run_to_the_next(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.nightly.close()
    with pytest.raises(Closing):
        house.nightly.look()
    assert house.ran == []
    again = House(tmp_path)
    assert again.nightly.look()


def test_quiet_is_the_time_since_the_last_turn() -> None:
    pace = Pace()
    pace.begin()
    assert pace.quiet_s() == 0.0
    pace.end()
    assert 0.0 <= pace.quiet_s() < 60.0
