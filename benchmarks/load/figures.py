"""What came of many requests, in figures."""

from collections import Counter
from collections.abc import Sequence
from math import ceil

from benchmarks.load.client import Asked


def quantile(values: Sequence[float], share: float) -> float | None:
    """The smallest value that at least this share of all does not exceed; None of nothing."""
    return sorted(values)[max(0, ceil(share * len(values)) - 1)] if values else None


def first_tokens(every: Sequence[Asked]) -> list[float]:
    """Seconds until the first word, of those that got one."""
    return [each.first_s for each in every if each.first_s is not None]


def added(every: Sequence[Asked], bare: Sequence[Asked], share: float) -> float | None:
    """Milliseconds that stand before the first word beside what the model itself takes, its median under the same load.

    So whatever holds the model up while both share a machine counts as added.
    """
    usual, found = quantile(first_tokens(bare), 0.5), quantile(first_tokens(every), share)
    return None if usual is None or found is None else 1000 * (found - usual)


def statuses(every: Sequence[Asked]) -> str:
    """How often each status was answered, `200: 120, 503: 80`; 0 is a connection that failed."""
    return ", ".join(f"{status}: {number}" for status, number in sorted(Counter(each.status for each in every).items()))


def troubles(every: Sequence[Asked]) -> dict[str, int]:
    """What went wrong, and how often, the most frequent first."""
    return dict(Counter(each.trouble for each in every if each.trouble).most_common())
