"""Opening hours, and the slots in them."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from assistant.appointments.settings import AppointmentSettings

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class Hours:
    """When appointments may begin. Times are local to the calendar's time zone, without one written to them."""

    def __init__(self, settings: AppointmentSettings) -> None:
        self.zone = ZoneInfo(settings.timezone)
        self.length = timedelta(minutes=settings.slot_minutes)
        self._days = [
            [(time.fromisoformat(each[:5]), time.fromisoformat(each[6:])) for each in getattr(settings.hours, day)]
            for day in _DAYS
        ]

    def starts(self, day: date) -> Iterator[datetime]:
        """Every beginning of a slot on a day, in order."""
        for opens, closes in self._days[day.weekday()]:
            start, end = datetime.combine(day, opens), datetime.combine(day, closes)
            while start + self.length <= end:
                yield start
                start += self.length

    def open_at(self, day: date | None, at: time) -> bool:
        """Whether a slot could contain a time, on a day or, without one, on any."""
        days = [self._days[day.weekday()]] if day is not None else self._days
        return any(opens <= at < closes for stretches in days for opens, closes in stretches)

    def open_on(self, day: date) -> bool:
        """Whether there is a slot on a day."""
        return next(self.starts(day), None) is not None

    def aware(self, local: datetime) -> datetime:
        """A local time with its zone. In the hour that occurs twice, the first."""
        return local.replace(tzinfo=self.zone)

    def local(self, moment: datetime) -> datetime:
        """A moment in local time, without its zone."""
        return moment.astimezone(self.zone).replace(tzinfo=None)
