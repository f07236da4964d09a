"""The appointment tools: book, move, cancel, list, and what is free."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from assistant.appointments.diary import Diary, said_day, said_moment, said_times
from assistant.appointments.forms import BookForm, DayForm, MoveForm, PickForm, listed
from assistant.appointments.hours import Hours
from assistant.appointments.settings import AppointmentSettings
from assistant.appointments.store import Appointment, AppointmentStore, SlotTaken
from assistant.errors import NotFound
from assistant.messages import message
from assistant.tools.tool import Arguments, Caller, Form, Result, Tool, ToolError

Run = Callable[[Arguments, Caller], Result]
DAYS_TOLD = 3
_WHEN = {"type": "string", "description": "the person's words about day and time, copied"}
_NEW = {"type": "string", "description": "the words about the NEW day and time, copied"}
_WHICH = {"type": "string", "description": "the person's words about which appointment, copied"}
_BOOK = (
    "I'd like to book an appointment", "can I make an appointment for next Tuesday at 5?", "book me in for a haircut",
    "I need an appointment on Friday morning", "schedule a visit for me tomorrow", "reserve a slot for me on Monday",
    "quiero pedir cita", "¿me puedes dar cita para el martes a las cinco?", "resérvame una hora para el viernes",
    "necesito una cita mañana por la mañana", "quisiera reservar hora para una revisión",
    "apúntame el lunes a las diez",
)  # fmt: skip
_MOVE = (
    "move my appointment to Thursday", "can we reschedule my appointment?",
    "I can't make it on Friday, can I come later?",
    "change my booking to 6 pm", "postpone my visit to next week",
    "cambia mi cita al jueves", "¿podemos mover la cita a otro día?", "no puedo ir el viernes, ¿puede ser otro día?",
    "pasa mi cita a las seis", "quiero aplazar mi cita",
)  # fmt: skip
_CANCEL = (
    "cancel my appointment", "I won't come tomorrow, cancel it please", "call off my booking on Friday",
    "anula mi cita", "cancela la cita del viernes", "no voy a ir mañana, anúlala por favor",
)  # fmt: skip
_LIST = (
    "when is my appointment?", "which appointments do I have?", "show my bookings",
    "¿cuándo es mi cita?", "¿qué citas tengo?", "muéstrame mis reservas",
)  # fmt: skip
_FREE = (
    "when do you have a free slot?", "what times are free on Tuesday?", "is anything available tomorrow afternoon?",
    "¿cuándo tenéis hueco?", "¿qué horas hay libres el martes?", "¿hay algo disponible mañana por la tarde?",
)  # fmt: skip


def appointment_tools(settings: AppointmentSettings, store: AppointmentStore) -> list[Tool]:
    """The five tools over one calendar."""
    desk = Desk(Diary(settings, Hours(settings), store))
    service: dict[str, Any] = {"type": "string", "description": "what the appointment is for, in the person's words"}
    if settings.services:
        service = {"type": "string", "enum": list(settings.services), "description": "what the appointment is for"}
    booked = {
        "service": service, "when": _WHEN,
        "name": {"type": "string", "description": "the name it is booked for"},
        "contact": {"type": "string", "description": "e-mail address or telephone number"},
    }  # fmt: skip
    which = {"appointment": _WHICH}

    def made(name: str, description: str, parameters: Mapping[str, Any], run: Run, form: Form | None,
             examples: tuple[str, ...]) -> Tool:  # fmt: skip
        schema = {"type": "object", "properties": parameters}
        changes = name.startswith(("book", "move", "cancel"))
        return Tool(name, description, schema, run, changes, "appointments", examples, form)

    book, pick, move = BookForm(desk.diary), PickForm(desk.diary), MoveForm(desk.diary)
    return [
        made("book_appointment", "Book a new appointment.", booked, desk.book, book, _BOOK),
        made("move_appointment", "Change, move, reschedule or postpone an appointment that the person has already.",
             {**which, "when": _NEW}, desk.move, move, _MOVE),
        made("cancel_appointment", "Cancel an appointment that the person has already.", which, desk.cancel, pick,
             _CANCEL),
        made("list_appointments", "Tell which appointments the person has, and when.", {}, desk.list, None, _LIST),
        made("free_times", "Tell which times are still free.", {"when": _WHEN}, desk.free, DayForm(desk.diary), _FREE),
    ]  # fmt: skip


class Desk:
    """Carries out what the tools say."""

    def __init__(self, diary: Diary) -> None:
        self.diary = diary

    def book(self, arguments: Arguments, caller: Caller) -> Result:
        """Book, if the time is still free."""
        starts = self._free(arguments["starts"], caller)
        try:
            booked = self.diary.store.book(
                caller.user_id, calendar=self.diary.settings.calendar, service=arguments["service"], starts=starts,
                ends=starts + self.diary.hours.length, name=arguments["name"], contact=arguments["contact"],
            )  # fmt: skip
        except SlotTaken:
            raise self._lost(arguments["starts"], caller) from None
        return self._said("appointment_booked", booked, caller, name=booked.name)

    def move(self, arguments: Arguments, caller: Caller) -> Result:
        """Move, if the new time is still free; otherwise it stays."""
        chosen = self._chosen(arguments, caller)
        starts = self._free(arguments["starts"], caller, without=chosen.id, user_id=caller.user_id)
        try:
            ends = starts + (chosen.ends - chosen.starts)
            moved = self.diary.store.move(caller.user_id, chosen.id, starts, ends)
        except SlotTaken:
            raise self._lost(arguments["starts"], caller) from None
        return self._said("appointment_moved", moved, caller)

    def cancel(self, arguments: Arguments, caller: Caller) -> Result:
        """Cancel."""
        chosen = self._chosen(arguments, caller)
        try:
            return self._said("appointment_cancelled", self.diary.store.cancel(caller.user_id, chosen.id), caller)
        except NotFound:
            raise ToolError(message("appointment_gone", caller.language)) from None

    def list(self, arguments: Arguments, caller: Caller) -> Result:
        """The person's appointments."""
        ahead = self.diary.store.upcoming(caller.user_id, caller.now)
        if not ahead:
            return Result(message("appointment_none", caller.language), ours=True)
        lines = listed(self.diary, ahead, caller.language)
        return Result(message("appointment_list", caller.language, appointments=lines), ours=True)

    def free(self, arguments: Arguments, caller: Caller) -> Result:
        """What is free on a day, or on the next days that have something."""
        now, language = caller.now.replace(tzinfo=None), caller.language
        if arguments.get("day"):
            days = [date.fromisoformat(arguments["day"])]
            if wrong := self.diary.objection(days[0], None, now, language):
                return Result(wrong.text, ours=True)
        else:
            ahead = (now.date() + timedelta(days=each) for each in range(self.diary.settings.days_ahead))
            days = [
                day for day, _ in zip((d for d in ahead if self.diary.free(d, now)), range(DAYS_TOLD), strict=False)
            ]
        told = [(day, said_times(self.diary.free(day, now))) for day in days]
        lines = [message("appointment_free", language, day=said_day(day, language), times=times) for day, times in told]
        return Result("\n\n".join(lines), ours=True)

    def _free(self, starts: str, caller: Caller, **moving: str) -> datetime:
        """The moment, if an appointment may begin then. Raises ToolError."""
        local, now = datetime.fromisoformat(starts), caller.now.replace(tzinfo=None)
        wrong = self.diary.objection(local.date(), local.time(), now, caller.language, **moving)
        moment = self.diary.hours.aware(local)
        own = (each.starts == moment for each in self.diary.store.upcoming(caller.user_id, caller.now))
        if wrong is not None and not any(own):  # the store decides whether it is the same appointment once more
            raise ToolError(wrong.text)
        return moment

    def _chosen(self, arguments: Arguments, caller: Caller) -> Appointment:
        ahead = self.diary.store.upcoming(caller.user_id, caller.now)
        chosen = next((each for each in ahead if each.id == arguments.get("appointment")), None)
        if chosen is None:
            key = "appointment_gone" if ahead else "appointment_none"
            raise ToolError(message(key, caller.language))
        return chosen

    def _lost(self, starts: str, caller: Caller) -> ToolError:
        when = said_moment(datetime.fromisoformat(starts), caller.language)
        return ToolError(message("appointment_lost", caller.language, when=when))

    def _said(self, key: str, appointment: Appointment, caller: Caller, **values: str) -> Result:
        when = self.diary.moment(appointment, caller.language)
        text = message(key, caller.language, service=appointment.service, when=when, **values)
        return Result(text, ours=True, file=f"/api/v1/appointments/{appointment.id}.ics")
