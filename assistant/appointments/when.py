"""Day and time of what a person says, given the opening hours: "at 5" is 17:00 where nobody opens at five."""

from dataclasses import dataclass
from datetime import date, datetime, time

from assistant.appointments.clock import Clock, Part, read_time
from assistant.appointments.days import read_day
from assistant.appointments.hours import Hours
from assistant.storage.folding import folded

# "At eight" without more is in the morning, "at five" in the afternoon, unless the opening hours say otherwise.
EARLIEST = 8


@dataclass(frozen=True, slots=True)
class When:
    """What was said of day and time; either may be missing."""

    day: date | None = None
    at: time | None = None


def read_when(said: str, now: datetime, hours: Hours, *, asked: bool = False, day: date | None = None) -> When:
    """Read day and time out of a person's words. `now` is local; `day` is known already; `asked`: one was asked for."""
    text = " ".join(folded(said).split())
    spoken = read_time(text, asked=asked)
    found = read_day(spoken.rest, now.date())
    if spoken.clock is None:
        return When(found, None)
    return When(found, _resolved(spoken.clock, spoken.part, found or day, hours))


def _resolved(clock: Clock, part: Part | None, day: date | None, hours: Hours) -> time:
    early = time(clock.hour, clock.minute)
    if clock.sure or clock.hour == 0:
        return early
    late = time(clock.hour % 12 + 12, clock.minute)
    if clock.hour == 12:
        early = time(0, clock.minute)
    if part is not None:
        return early if part == "morning" and clock.hour != 12 else late
    either = [at for at in (early, late) if hours.open_at(day, at)]
    if len(either) == 1:
        return either[0]
    return early if EARLIEST <= clock.hour < 12 else late
