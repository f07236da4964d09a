"""Places in a text that hold something private."""

from bisect import bisect, insort
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """`text[start:end]` is private; `kind` says what it is ("email", "secret", ...)."""

    start: int
    end: int
    kind: str


def apart(spans: Iterable[Span]) -> list[Span]:
    """In order and without overlaps: of two that overlap the longer one stays, the first of two of the same length."""
    kept: list[Span] = []
    for each in sorted(spans, key=lambda span: (span.start - span.end, span.start)):
        place = bisect(kept, each)
        after = place == len(kept) or each.end <= kept[place].start
        if after and (place == 0 or kept[place - 1].end <= each.start):
            insort(kept, each)
    return kept
