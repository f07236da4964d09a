"""When a run is due: once in so many days, in the hours after the time that the settings name."""

from datetime import datetime, time, timedelta

from assistant.learning.journal import Run
from assistant.learning.settings import LearnSettings

WINDOW = timedelta(hours=5)


def due(now: datetime, last: Run | None, settings: LearnSettings) -> bool:
    """Whether a run should begin, or the interrupted one go on. `now` is aware, in the zone of this computer."""
    planned = planned_before(now, settings)
    if now - planned > WINDOW:
        return False
    if last is None or not last.ended:
        return True
    return last.began < planned - timedelta(days=settings.every_days - 1)


def next_time(now: datetime, last: Run | None, settings: LearnSettings) -> datetime:
    """When the next run is due; `now` when it is."""
    if due(now, last, settings):
        return now
    planned = planned_before(now, settings) + timedelta(days=1)
    while not due(planned, last, settings):
        planned += timedelta(days=1)
    return planned


def planned_before(now: datetime, settings: LearnSettings) -> datetime:
    """The last time of day that the settings name, at or before `now`."""
    hour, minute = map(int, settings.at.split(":"))
    today = datetime.combine(now.date(), time(hour, minute), now.tzinfo)
    return today if today <= now else today - timedelta(days=1)
