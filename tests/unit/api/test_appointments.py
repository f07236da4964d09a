"""Calendar files over the web: for the person whose they are."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from fastapi.testclient import TestClient

from assistant.api.app import create_app
from assistant.appointments.store import Appointment, AppointmentStore
from assistant.settings import Settings
from assistant.testing.scripted import ScriptedAssistant

LOCAL = "http://127.0.0.1:7860"


@pytest.fixture
def store(settings: Settings) -> Iterator[AppointmentStore]:
    opened = AppointmentStore.open(settings.conversations_url)
    yield opened
    opened.close()


def _book(store: AppointmentStore, user: str) -> Appointment:
    starts = datetime.now(UTC) + timedelta(days=2)
    return store.book(user, calendar="desk", service="haircut", starts=starts, ends=starts + timedelta(minutes=30),
                      name="Ana", contact="ana@example.org")  # fmt: skip


def test_a_person_gets_their_appointments_and_files(
    assistant: ScriptedAssistant, settings: Settings, store: AppointmentStore
) -> None:
    mine = _book(store, "local")
    app = create_app(assistant, settings, page=False, appointments=lambda: store)
    with TestClient(app, base_url=LOCAL) as client:
        (listed,) = client.get("/api/appointments").json()["appointments"]
        assert (listed["id"], listed["service"]) == (mine.id, "haircut")
        answer = client.get(listed["file"])
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert b"BEGIN:VEVENT" in answer.content


def test_others_appointments_are_not_found(
    assistant: ScriptedAssistant, settings: Settings, store: AppointmentStore
) -> None:
    other = _book(store, "ana")
    app = create_app(assistant, settings, page=False, appointments=lambda: store)
    with TestClient(app, base_url=LOCAL) as client:
        assert client.get(f"/api/appointments/{other.id}.ics").status_code == 404
        assert client.get("/api/appointments").json() == {"appointments": []}
        assert client.get("/api/appointments/..%2Fx.ics").status_code in {404, 422}


def test_without_appointments_there_are_none(assistant: ScriptedAssistant, settings: Settings) -> None:
    app = create_app(assistant, settings, page=False, appointments=lambda: None)
    with TestClient(app, base_url=LOCAL) as client:
        assert client.get("/api/appointments").json() == {"appointments": []}
        assert client.get("/api/appointments/abc.ics").status_code == 404
