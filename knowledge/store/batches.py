"""Long lists in portions."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

_AT_ONCE = 500
T = TypeVar("T")


def batched(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """The values in portions that fit one statement's bound parameters."""
    for start in range(0, len(values), _AT_ONCE):
        yield values[start : start + _AT_ONCE]
