"""Days and times as people say them, in both languages, from a fixed moment: Wednesday 3 June 2026, 10:00."""

from datetime import date, datetime, time

import pytest

from assistant.appointments.hours import Hours
from assistant.appointments.settings import AppointmentSettings
from assistant.appointments.when import When, read_when

NOW = datetime(2026, 6, 3, 10, 0)
HOURS = Hours(AppointmentSettings(hours={"saturday": ["10:00-13:00"]}))


@pytest.mark.parametrize(
    ("said", "day", "at"),
    [
        ("next Tuesday at 5", "2026-06-09", "17:00"),
        ("pasado mañana a las cinco y media", "2026-06-05", "17:30"),
        ("tomorrow at half past ten", "2026-06-04", "10:30"),
        ("on Friday at 3pm", "2026-06-05", "15:00"),
        ("el viernes a las 16:30", "2026-06-05", "16:30"),
        ("mañana por la mañana a las 10", "2026-06-04", "10:00"),
        ("el lunes que viene a las once menos cuarto", "2026-06-08", "10:45"),
        ("el 3 de julio a las 9h", "2026-07-03", "09:00"),
        ("July 4th at noon", "2026-07-04", "12:00"),
        ("12/06 at 17:15", "2026-06-12", "17:15"),
        ("in two weeks at quarter to four", "2026-06-17", "15:45"),
        ("dentro de tres días a la una", "2026-06-06", "13:00"),
        ("the 15th at 9:30 a.m.", "2026-06-15", "09:30"),
        ("el día 15 por la tarde", "2026-06-15", None),
        ("a las 5 de la tarde", None, "17:00"),
        ("at five thirty", None, "17:30"),
        ("mañana a las 12", "2026-06-04", "12:00"),
        ("hoy a las seis", "2026-06-03", "18:00"),
        ("Tuesday next week around 11", "2026-06-09", "11:00"),
        ("el martes de la semana que viene a las 10 y cuarto", "2026-06-09", "10:15"),
        ("June 3rd at 11", "2026-06-03", "11:00"),
        ("el miércoles a mediodía", "2026-06-10", "12:00"),
        ("2026-06-10 16:00", "2026-06-10", "16:00"),
        ("a las ocho y veinte de la mañana", None, "08:20"),
        ("may I come by on Thursday?", "2026-06-04", None),
        ("el 29 de febrero a las 10", "2028-02-29", "10:00"),
        ("31/04 at 10", None, "10:00"),
    ],
)
def test_day_and_time_are_read_from_words(said: str, day: str | None, at: str | None) -> None:
    expected = When(date.fromisoformat(day) if day else None, time.fromisoformat(at) if at else None)
    assert read_when(said, NOW, HOURS) == expected


@pytest.mark.parametrize(
    "said",
    [
        "do you open on Saturdays?", "¿abrís los sábados?", "I want a haircut for 2 people", "necesito una cita",
        "my dog is 5 years old", "call me on 600 123 456", "el modelo 15", "room 12",
    ],
)  # fmt: skip
def test_numbers_and_habits_are_no_appointments(said: str) -> None:
    assert read_when(said, NOW, HOURS) == When()


@pytest.mark.parametrize(
    ("said", "at"),
    [("5", "17:00"), ("cinco y media", "17:30"), ("17", "17:00"), ("las cinco", "17:00"), ("half past four", "16:30"),
     ("10:30", "10:30"), ("4pm", "16:00"), ("3 is fine", "15:00")],
)  # fmt: skip
def test_a_bare_number_is_a_time_when_one_was_asked_for(said: str, at: str) -> None:
    assert read_when(said, NOW, HOURS, asked=True).at == time.fromisoformat(at)


def test_the_opening_hours_decide_between_morning_and_afternoon() -> None:
    late = Hours(AppointmentSettings(hours={"thursday": ["18:00-22:00"]}))
    assert read_when("tomorrow at nine", NOW, HOURS).at == time(9)
    assert read_when("tomorrow at nine", NOW, late).at == time(21)
