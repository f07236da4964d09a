"""When something is to be said that nobody asked for."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

LATE_S = 600.0
"""What could not be said within this time was missed."""

# Minute, hour, day, month, weekday: a sixth would be seconds.
FIELDS = 5


@dataclass(frozen=True, slots=True)
class Due:
    """A time of a schedule that has not been dealt with, in seconds since 1970."""

    at: float
    do: Literal["say", "skip"]


def check_times(times: str, timezone: str) -> None:
    """Raises ValueError for what is no cron expression, or no time zone."""
    from cronsim import CronSim, CronSimError

    try:
        if len(times.split()) != FIELDS:
            raise CronSimError(f"it has {len(times.split())} fields, not {FIELDS}")
        CronSim(times, datetime(2026, 1, 1))
    except CronSimError as error:
        raise ValueError(
            f"{times!r} says no times ({error}): minute, hour, day, month, weekday, like '30 8 * * MON-FRI'"
        ) from None
    if timezone:
        try:
            ZoneInfo(timezone)
        except (KeyError, ValueError, OSError):
            raise ValueError(f"there is no time zone {timezone!r}: one like 'Europe/Madrid'") from None


def last_time(times: str, timezone: str, now: float) -> float:
    """The last time of a cron expression at or before `now`; without a time zone in that of this computer."""
    from cronsim import CronSim

    zone = ZoneInfo(timezone) if timezone else None
    return next(CronSim(times, datetime.fromtimestamp(int(now) + 1, zone), reverse=True)).timestamp()


def due(last: float, done: float, now: float, missed: Literal["say", "skip"]) -> Due | None:
    """Whether the `last` time of a schedule is to be dealt with; `done` is up to when everything is.

    Of several that were missed only the last counts.
    """
    if last <= done:
        return None
    return Due(last, missed if now - last > LATE_S else "say")
