"""Places in a text that hold something private."""

from bisect import bisect, insort
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """`text[start:end]` is private; `kind` says what it is ("email", "secret", ...)."""

    start: int
    end: int
    kind: str


Finder = Callable[[str], Iterable[Span]]
"""Finds private places in a text, beside our own rules (`finetune.privacy.presidio`)."""


def nothing(_: str) -> tuple[Span, ...]:
    """A finder that finds nothing more."""
    return ()


def apart(spans: Iterable[Span]) -> list[Span]:
    """In order and without overlaps: of two that overlap the longer one stays, the first of two of the same length."""
    kept: list[Span] = []
    for each in sorted(spans, key=lambda span: (span.start - span.end, span.start)):
        place = bisect(kept, each)
        after = place == len(kept) or each.end <= kept[place].start
        if after and (place == 0 or kept[place - 1].end <= each.start):
            insort(kept, each)
    return kept


def with_more(taken: Sequence[Span], more: Iterable[Span]) -> list[Span]:
    """The spans of `taken`, which are in order and without overlaps, and what `more` covers beside them.

    So another finder adds to what is found, and can never uncover a part of it.
    """
    kept = [*taken]
    for each in sorted(more, key=lambda span: (span.start - span.end, span.start)):
        for part in [*_left(each, kept)]:
            insort(kept, part)
    return kept


def _left(span: Span, taken: Sequence[Span]) -> Iterator[Span]:
    """What is left of a span outside of those that are taken."""
    start = span.start
    for other in taken:
        if other.end <= start or other.start >= span.end:
            continue
        if other.start > start:
            yield Span(start, other.start, span.kind)
        start = max(start, other.end)
    if start < span.end:
        yield Span(start, span.end, span.kind)
