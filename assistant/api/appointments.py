"""A person's appointments, and their calendar files."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response

from assistant.api.contract.routes import gives, shows
from assistant.api.contract.shapes import AppointmentList
from assistant.api.identity import user_of
from assistant.api.ports import OpenAppointments
from assistant.api.wire import appointment_json
from assistant.errors import NotFound

Id = Annotated[str, Path(max_length=64, pattern="^[0-9a-f]+$")]


class CalendarFile(Response):
    """An iCalendar file."""

    media_type = "text/calendar"


def appointment_routes(opened: OpenAppointments) -> APIRouter:
    """The routes; `opened` gives the store, or None where appointments are switched off."""
    router = APIRouter(prefix="/api/appointments")

    @router.get("", **shows(AppointmentList))
    def list_appointments(request: Request) -> dict[str, Any]:
        from datetime import UTC, datetime

        store = opened()
        found = [] if store is None else store.upcoming(user_of(request), datetime.now(UTC))
        return {"appointments": [appointment_json(each) for each in found]}

    @router.get("/{appointment_id}.ics", response_class=CalendarFile, **gives("text/calendar"))
    def calendar(request: Request, appointment_id: Id) -> Response:
        from assistant.appointments.ics import calendar_file

        store = opened()
        if store is None:
            raise NotFound("There are no appointments here. Switch them on with `enabled` under [appointments].")
        file = calendar_file(store.get(user_of(request), appointment_id))
        headers = {"Content-Disposition": f'attachment; filename="appointment-{appointment_id[:8]}.ics"'}
        return CalendarFile(file, headers=headers)

    return router
