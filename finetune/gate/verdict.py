"""From scores to a verdict. Pure: the same scores and limits give the same word, whoever asks."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from finetune.gate.asks import Floor, Score
from finetune.gate.intervals import Interval, needed, paired
from finetune.gate.limits import LEAST_SLICE, Limit, floor_limits

Status = Literal["pass", "fail", "open", "none"]
"""Held, not held, not enough to tell, and nothing measured of what need not be measured."""
PASS = "pass"  # noqa: S105 - the verdict
FLOORS: Mapping[Floor, str] = {"bare": "beside the base", "first": "beside the first generation"}


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table. `part` is empty for all items; `low` and `high` are of the gain, where there is one.

    `beside` names the floor that `base` is a figure of, as in `Score`.
    """

    metric: str
    title: str
    part: str
    items: int
    status: Status
    said: str
    limit: str
    base: float | None = None
    candidate: float | None = None
    gain: float | None = None
    low: float | None = None
    high: float | None = None
    beside: Floor | Literal[""] = ""


def rows_of(scores: Iterable[Score], limits: Sequence[Limit]) -> list[Row]:
    """A row for each limit, and one for each of its parts; of what the candidate is compared with, not of floors."""
    return _rows_of([each for each in scores if not each.beside], limits)


def rows_beside(scores: Iterable[Score], floor: Floor) -> list[Row]:
    """The rows of a floor; one that was not measured is open."""
    found = [each for each in scores if each.beside == floor]
    if not found:
        said = "not measured; `pilares finetune evaluate` does"
        return [Row("floor", FLOORS[floor], "", 0, "open", said, "measured", beside=floor)]
    return [replace(row, beside=floor) for row in _rows_of(found, floor_limits(floor))]


def _rows_of(scores: Sequence[Score], limits: Sequence[Limit]) -> list[Row]:
    by_metric: dict[str, list[Score]] = {}
    for each in scores:
        by_metric.setdefault(each.metric, []).append(each)
    return [row for limit in limits for row in _rows(limit, by_metric.get(limit.metric, []))]


def verdict_of(rows: Sequence[Row]) -> str:
    """ "pass", or every reason against it."""
    against = [row for row in rows if row.status in ("fail", "open")]
    if not rows:
        return "nothing was measured"
    return "; ".join(f"{named(row)}: {row.said}" for row in against) or PASS


def as_json(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Rows as they stand in files."""
    return [{name: value for name, value in asdict(row).items() if value is not None} for row in rows]


def named(row: Row) -> str:
    """What a row is about, where it does not stand under a heading."""
    floor = f" ({FLOORS[row.beside]})" if row.beside and row.title != FLOORS[row.beside] else ""
    return f"{row.title}{floor} ({row.part})" if row.part else f"{row.title}{floor}"


def _rows(limit: Limit, scores: Sequence[Score]) -> Iterator[Row]:
    yield _row(limit, scores)
    if limit.slices:
        for part in sorted({each.language for each in scores} | {each.kind for each in scores}):
            found = [each for each in scores if part in (each.language, each.kind)]
            if part and LEAST_SLICE <= len(found) < len(scores):
                yield _part(limit, part, found)


def _row(limit: Limit, scores: Sequence[Score]) -> Row:
    if not scores:
        status: Status = "none" if limit.optional else "open"
        return Row(limit.metric, limit.title, "", 0, status, _short_of(limit, 0), limit.words)
    base, candidate, gains = _figures(limit, scores)
    interval = _interval(gains, scores)
    status, said = _judged(limit, candidate, gains, interval)
    if len(scores) < limit.items and status != "fail":
        status, said = "open", _short_of(limit, len(scores))
    return _filled(limit, "", len(scores), status, said, base, candidate, interval)


def _part(limit: Limit, part: str, scores: Sequence[Score]) -> Row:
    """A part by itself: too few to be sure of, so only what surely is worse counts."""
    base, candidate, gains = _figures(limit, scores)
    interval = _interval(gains, scores)
    worse = interval is not None and interval.high < 0
    said = f"surely worse ({_gain(interval)})" if worse and interval else "not surely worse"
    return _filled(limit, part, len(scores), "fail" if worse else "pass", said, base, candidate, interval)


def _filled(
    limit: Limit, part: str, items: int, status: Status, said: str, base: float | None, candidate: float,
    interval: Interval | None,
) -> Row:  # fmt: skip
    ends = (None, None, None) if interval is None else (interval.estimate, interval.low, interval.high)
    words = "not surely worse" if part else limit.words
    return Row(limit.metric, limit.title, part, items, status, said, words, base, candidate, *ends)


def _interval(gains: Sequence[float], scores: Sequence[Score]) -> Interval | None:
    if not gains:
        return None
    return paired(gains, counted=all(value in (0.0, 1.0) for each in scores for value in (each.base, each.candidate)))


def _figures(limit: Limit, scores: Sequence[Score]) -> tuple[float | None, float, list[float]]:
    """Means of base and candidate, and the gain of each item."""
    candidate = sum(each.candidate for each in scores) / len(scores)
    pairs = [(each.base, each.candidate) for each in scores if each.base is not None]
    if len(pairs) < len(scores):
        return None, candidate, []
    sign = -1.0 if limit.lower_is_better else 1.0
    return sum(base for base, _ in pairs) / len(pairs), candidate, [sign * (its - base) for base, its in pairs]


def _judged(
    limit: Limit, candidate: float, gains: Sequence[float], interval: Interval | None
) -> tuple[Status, str]:  # fmt: skip
    if limit.rule == "at least":
        return _own(candidate >= limit.bound, f"{candidate:.3g}, at least {limit.bound:g}")
    if limit.rule == "at most":
        return _own(candidate <= limit.bound, f"{candidate:.3g}, at most {limit.bound:g}")
    if interval is None:
        return "open", "the base was not measured"
    if limit.rule == "not worse":
        return _own(interval.high >= limit.bound, _gain(interval))
    return _better(limit, gains, interval)


def _better(limit: Limit, gains: Sequence[float], interval: Interval) -> tuple[Status, str]:
    said = f"{_gain(interval)}, has to be above {limit.bound:+.3g}"
    if interval.high < limit.bound or interval.estimate < limit.bound:
        return "fail", said
    if limit.least is not None and interval.estimate < limit.least:
        return "fail", f"gain {interval.estimate:+.3g}, at least {limit.least:+.3g}"
    if interval.low > limit.bound:
        return "pass", said
    more = needed(gains, limit.bound)
    if more is None:
        return "open", f"not enough to tell: {said}"
    return "open", f"not enough to tell: {said}; about {max(1, more - len(gains))} more questions are needed"


def _own(held: bool, said: str) -> tuple[Status, str]:
    return ("pass" if held else "fail"), said


def _gain(interval: Interval) -> str:
    return f"gain {interval.estimate:+.3g} ({interval.low:+.3g} to {interval.high:+.3g})"


def _short_of(limit: Limit, items: int) -> str:
    return f"not enough to tell: {items} of at least {limit.items} items"
