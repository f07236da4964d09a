"""The calendar as a task needs it: what is free, and why a wish cannot be met."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from assistant.appointments.hours import Hours
from assistant.appointments.settings import AppointmentSettings
from assistant.appointments.store import Appointment, AppointmentStore
from assistant.messages import message
from assistant.tools.tool import Ask

OFFERED = 6


@dataclass(frozen=True, slots=True)
class Diary:
    """Opening hours and bookings of one calendar. Days and times are local; `now` is, too."""

    settings: AppointmentSettings
    hours: Hours
    store: AppointmentStore

    def free(self, day: date, now: datetime, without: str = "", user_id: str = "") -> list[time]:
        """The beginnings of free slots on a day; the appointment `without` (of `user_id`) counts as free."""
        begins = self.hours.aware(datetime.combine(day, time.min))
        taken = list(self.store.busy(self.settings.calendar, begins, begins + timedelta(days=1)))
        if without:
            own = self.store.get(user_id, without)
            taken = [each for each in taken if each != (own.starts, own.ends)]
        free = []
        for start in self.hours.starts(day):
            begin, end = self.hours.aware(start), self.hours.aware(start + self.hours.length)
            if start > now and not any(begin < ended and end > began for began, ended in taken):
                free.append(start.time())
        return free

    def objection(self, day: date, at: time | None, now: datetime, language: str, **moving: str) -> Ask | None:
        """What is wrong with a day, or with a time on it, as the next question; None when it can be had."""
        limit = now.date() + timedelta(days=self.settings.days_ahead)
        said = said_day(day, language)
        if day < now.date():
            return Ask("when", message("appointment_past", language, day=said))
        if day > limit:
            return Ask("when", message("appointment_far", language, day=said, limit=said_day(limit, language)))
        if not self.hours.open_on(day):
            return Ask("when", message("appointment_closed", language, day=said))
        free = self.free(day, now, **moving)
        if not free:
            return Ask("when", message("appointment_full", language, day=said))
        if at is None or at in free:
            return None
        offered, start = said_times(nearest(free, at)), datetime.combine(day, at)
        if start in self.hours.starts(day) and start > now:
            return Ask("time", message("appointment_taken", language, when=said_moment(start, language), times=offered))
        values = {"day": said, "time": f"{at:%H:%M}", "times": offered}
        return Ask("time", message("appointment_no_slot", language, **values))

    def moment(self, appointment: Appointment, language: str) -> str:
        """When an appointment is, in words."""
        return said_moment(self.hours.local(appointment.starts), language)


def nearest(free: Sequence[time], at: time) -> list[time]:
    """The free times around one, in order."""
    distance = {each: abs(each.hour * 60 + each.minute - at.hour * 60 - at.minute) for each in free}
    return sorted(sorted(free, key=distance.__getitem__)[:OFFERED])


def said_times(times: Sequence[time]) -> str:
    """10:00, 10:30."""
    return ", ".join(f"{each:%H:%M}" for each in times)


def said_day(day: date, language: str) -> str:
    """Tuesday 9 June 2026."""
    weekday = message("weekdays", language).split()[day.weekday()]
    month = message("months", language).split()[day.month - 1]
    return message("whole_day", language, weekday=weekday, day=day.day, month=month, year=day.year)


def said_moment(start: datetime, language: str) -> str:
    """Tuesday 9 June 2026 at 17:00."""
    return message("appointment_moment", language, day=said_day(start.date(), language), time=f"{start:%H:%M}")
