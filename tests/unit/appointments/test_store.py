"""Appointments in the database: nobody is booked over, nobody sees another's."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from icalendar import Calendar

from assistant.appointments.ics import calendar_file
from assistant.appointments.store import Appointment, AppointmentStore, SlotTaken
from assistant.errors import NotFound

NOON = datetime(2026, 6, 9, 12, 0, tzinfo=UTC)
HALF = timedelta(minutes=30)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'appointments.db'}"
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture
def store(url: str) -> Iterator[AppointmentStore]:
    opened = AppointmentStore.open(url)
    yield opened
    opened.close()


def book(store: AppointmentStore, user: str = "ana", starts: datetime = NOON, service: str = "haircut") -> Appointment:
    return store.book(
        user, calendar="desk", service=service, starts=starts, ends=starts + HALF, name=user, contact="a@example.org"
    )


def test_times_that_overlap_are_refused(store: AppointmentStore) -> None:
    book(store)
    for starts in (NOON, NOON + timedelta(minutes=10), NOON - timedelta(minutes=10)):
        with pytest.raises(SlotTaken):
            book(store, "bob", starts)
    book(store, "bob", NOON + HALF)
    assert store.busy("desk", NOON, NOON + 2 * HALF) == [(NOON, NOON + HALF), (NOON + HALF, NOON + 2 * HALF)]
    assert store.busy("another", NOON, NOON + HALF) == []


def test_booking_the_same_again_gives_the_same(store: AppointmentStore) -> None:
    assert book(store).id == book(store).id
    with pytest.raises(SlotTaken):
        book(store, service="colour")


def test_of_many_at_once_one_gets_it(store: AppointmentStore) -> None:
    def attempt(number: int) -> bool:
        try:
            book(store, f"user{number}")
        except SlotTaken:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(attempt, range(8))) == 1


def test_moving_keeps_or_frees_a_time(store: AppointmentStore) -> None:
    mine, other = book(store), book(store, "bob", NOON + HALF)
    with pytest.raises(SlotTaken):
        store.move("ana", mine.id, other.starts, other.ends)
    assert store.get("ana", mine.id).starts == NOON
    moved = store.move("ana", mine.id, NOON + 4 * HALF, NOON + 5 * HALF)
    assert (moved.starts, moved.sequence) == (NOON + 4 * HALF, 1)
    book(store, "bob", NOON)


def test_a_cancelled_time_is_free_and_the_appointment_stays_known(store: AppointmentStore) -> None:
    mine = book(store)
    store.cancel("ana", mine.id)
    assert store.upcoming("ana", NOON - HALF) == []
    assert store.get("ana", mine.id).cancelled
    with pytest.raises(NotFound):
        store.cancel("ana", mine.id)
    book(store, "bob")


def test_another_persons_appointment_does_not_exist(store: AppointmentStore) -> None:
    mine = book(store)
    for attempt in (
        lambda: store.get("bob", mine.id),
        lambda: store.cancel("bob", mine.id),
        lambda: store.move("bob", mine.id, NOON + HALF, NOON + 2 * HALF),
    ):
        with pytest.raises(NotFound):
            attempt()
    assert store.upcoming("bob", NOON - HALF) == []


def test_a_calendar_file_is_read_by_calendars(store: AppointmentStore) -> None:
    hostile = book(store, service="trim\r\nATTENDEE:mailto:everyone@example.org; a, b")
    (event,) = Calendar.from_ical(calendar_file(hostile)).walk("VEVENT")
    assert event["uid"] == f"{hostile.id}@pilares"
    assert event.decoded("dtstart") == NOON
    assert event.decoded("dtend") == NOON + HALF
    assert "ATTENDEE" not in event
