"""Settings of appointments: when, for how long and for what they may be."""

import re
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, field_validator


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


_HOURS = ("09:00-18:00",)


class OpeningHours(_Frozen):
    """When appointments may be, by weekday: any number of stretches such as "09:00-14:00"."""

    monday: tuple[str, ...] = _HOURS
    tuesday: tuple[str, ...] = _HOURS
    wednesday: tuple[str, ...] = _HOURS
    thursday: tuple[str, ...] = _HOURS
    friday: tuple[str, ...] = _HOURS
    saturday: tuple[str, ...] = ()
    sunday: tuple[str, ...] = ()

    @field_validator("*")
    @classmethod
    def _stretches(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for stretch in value:
            found = re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d", stretch)
            if not found or stretch[:5] >= stretch[6:]:
                raise ValueError(f'{stretch!r} is no stretch of time like "09:00-14:00"')
        return value


class AppointmentSettings(_Frozen):
    """Appointments that people book, move and cancel in the chat."""

    enabled: bool = False
    calendar: str = Field(default="Appointments", min_length=1, max_length=100)
    services: tuple[str, ...] = Field(default=(), description="what can be booked; default: anything people name")
    hours: OpeningHours = OpeningHours()
    slot_minutes: int = Field(default=30, ge=5, le=480)
    days_ahead: int = Field(default=120, ge=1, le=730)
    timezone: str = Field(default="UTC", description='of the calendar, such as "Europe/Madrid"')

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ValueError, OSError) as error:
            raise ValueError(f'{value!r} is no time zone; write one like "Europe/Madrid"') from error
        return value
