"""When a source is synced next by its schedule."""

import random

_MINUTE = 60.0
_DAY = 24 * 60 * _MINUTE
_SPREAD = 0.1  # so that sources with the same interval do not all run in the same second
_FIRST_S = 30.0


def first(now: float, every_minutes: float) -> float:
    """When a source runs for the first time: soon."""
    return now + random.uniform(0, min(_FIRST_S, _SPREAD * every_minutes * _MINUTE))  # noqa: S311


def following(now: float, every_minutes: float, failures: int) -> float:
    """When it runs after a sync that ended now; each failure in a row doubles the wait, up to a day."""
    wait = every_minutes * _MINUTE
    if failures:
        wait = max(wait, min(wait * 2 ** min(failures, 20), _DAY))
    return now + wait * random.uniform(1 - _SPREAD, 1 + _SPREAD)  # noqa: S311
