"""What the forms of the appointment tools take out of a sentence, whatever a model offers."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from assistant.appointments.diary import Diary
from assistant.appointments.forms import BookForm, MoveForm, PickForm
from assistant.appointments.hours import Hours
from assistant.appointments.person import as_said, read_contact, read_name, spoken
from assistant.appointments.settings import AppointmentSettings
from assistant.appointments.store import AppointmentStore
from assistant.tools.tool import Caller

ZONE = ZoneInfo("Europe/Madrid")
CALLER = Caller("ana", "c", "en", datetime(2026, 6, 3, 10, 0, tzinfo=ZONE))


@pytest.fixture
def diary(tmp_path: Path) -> Iterator[Diary]:
    settings = AppointmentSettings(enabled=True, timezone="Europe/Madrid")
    store = AppointmentStore.open(f"sqlite:///{tmp_path / 'a.db'}")
    for service, starts in {"haircut": datetime(2026, 6, 5, 17, 0), "eye test": datetime(2026, 6, 16, 10, 0)}.items():
        begins = starts.replace(tzinfo=ZONE)
        ends = begins + timedelta(minutes=30)
        store.book(
            "ana", calendar=settings.calendar, service=service, starts=begins, ends=ends, name="Ana", contact="1"
        )
    yield Diary(settings, Hours(settings), store)
    store.close()


@pytest.mark.parametrize(
    ("said", "offered", "known"),
    [
        ("Book a haircut", {"service": "haircut", "name": "Bob", "when": "tomorrow at two"}, {"service": "haircut"}),
        ("necesito una cita", {"name": "necesito una cita", "service": "una cita"}, {}),
        ("cut my hair, mail ana.ruiz@example.org", {"name": "Ana Ruiz"}, {"contact": "ana.ruiz@example.org"}),
        ("I'm Ruth Adams, tomorrow at 9:30", {}, {"name": "Ruth Adams", "day": "2026-06-04", "time": "09:30"}),
    ],
)
def test_booking_keeps_what_was_said(diary: Diary, said: str, offered: dict[str, Any], known: dict[str, Any]) -> None:
    assert BookForm(diary).read(said, "", {}, offered, CALLER) == known


def test_a_list_of_services_is_kept_to(diary: Diary) -> None:
    settings = diary.settings.model_copy(update={"services": ("haircut", "colour")})
    form = BookForm(Diary(settings, diary.hours, diary.store))
    assert form.read("corte de pelo", "", {}, {"service": "haircut"}, CALLER) == {"service": "haircut"}
    assert form.read("a massage", "service", {}, {"service": "massage"}, CALLER) == {}
    ask = form.next({}, CALLER)
    assert ask is not None
    assert ask.text == "What is the appointment for? There is: haircut, colour."


@pytest.mark.parametrize(
    ("said", "offered", "service", "day", "time"),
    [
        (
            "I can't make it on Friday, can we make it Monday at ten?",
            {"when": "on Friday"},
            "haircut",
            "2026-06-08",
            "10:00",
        ),
        ("cambia la cita del viernes al lunes a las 12", {"when": None}, "haircut", "2026-06-08", "12:00"),
        ("¿Se puede mover la cita del 16 a otro día?", {"when": "otro día"}, "eye test", None, None),
        ("move my eye test to 11:30", {"when": "11:30", "appointment": "eye test"}, "eye test", "2026-06-16", "11:30"),
        ("move my haircut", {"when": "tomorrow at ten"}, "haircut", None, None),
    ],
)
def test_moving_tells_the_new_time_from_the_old(
    diary: Diary, said: str, offered: dict[str, Any], service: str, day: str | None, time: str | None
) -> None:
    known = MoveForm(diary).read(said, "", {}, offered, CALLER)
    assert diary.store.get("ana", known["appointment"]).service == service
    assert (known.get("day"), known.get("time")) == (day, time)


@pytest.mark.parametrize(("said", "number"), [("the second one", 1), ("1", 0), ("la última", 1), ("the eye test", 1)])
def test_one_of_several_is_picked(diary: Diary, said: str, number: int) -> None:
    form = PickForm(diary)
    assert form.read("cancel my appointment", "", {}, {}, CALLER) == {}
    ask = form.next({}, CALLER)
    assert ask is not None
    assert "1. haircut, Friday 5 June 2026 at 17:00\n2. eye test, Tuesday 16 June 2026 at 10:00" in ask.text
    ahead = diary.store.upcoming("ana", CALLER.now)
    assert form.read(said, "appointment", {}, {}, CALLER) == {"appointment": ahead[number].id}


@pytest.mark.parametrize(
    ("said", "contact"),
    [("ana@example.org.", "ana@example.org"), ("600 123 456", "600 123 456"), ("on 2026-06-09", ""),
     ("+34 600123456", "+34 600123456"),
     ("at 17:30", ""), ("no phone", "")],
)  # fmt: skip
def test_contacts(said: str, contact: str) -> None:
    assert read_contact(said) == contact


@pytest.mark.parametrize(
    ("said", "asked", "name"),
    [("me llamo Lucía de la Torre y vivo aquí", False, "Lucía de la Torre"), ("soy Marta", False, "Marta"),
     ("ana pérez", True, "ana pérez"),
     ("It's Tom Reed, 600123456", True, "Tom Reed"), ("I'm late", False, ""), ("what for?", True, "")],
)  # fmt: skip
def test_names(said: str, asked: bool, name: str) -> None:
    assert read_name(said, asked=asked) == name


def test_values_keep_the_spelling_of_the_person() -> None:
    assert as_said("revision", "Cita para una revisión, por favor") == "revisión"
    assert as_said("ana perez", "soy Ana Pérez") == "Ana Pérez"
    assert as_said("check-up", "a check-up please") == "check-up"
    assert as_said("something else", "a check-up") == "something else"


def test_a_name_out_of_an_address_was_not_said() -> None:
    assert spoken("tom", "I am Tom")
    assert not spoken("Tom Reed", "write to tom.reed@example.org")
