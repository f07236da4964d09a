"""Parts a dataset into rows to learn from and rows to measure on, which share no conversation and no document."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal

from finetune.errors import ExamplesInvalid
from finetune.examples import Example
from finetune.minhash import Joined

By = Literal["documents", "main document"]
# Held out is at least this part, and at most that multiple, of the share asked for.
FEWEST, MOST = 0.5, 2.0


@dataclass(frozen=True, slots=True)
class Split:
    """The two parts, and by what rows were kept together."""

    train: tuple[Example, ...]
    held_out: tuple[Example, ...]
    by: By


def split(rows: Sequence[Example], share: float, seed: int) -> Split:
    """Hold out about `share` of the rows, the same for the same rows and seed.

    Rows that share a conversation or any document stay together. Where that joins so many that nothing can be held out
    (in a small organisation most prompts show passages of the same few documents), rows are kept together by
    conversation and by the document that the reply rests on, their first. Raises ExamplesInvalid when that joins
    nearly all rows, too.
    """
    ways: Mapping[By, int | None] = {"documents": None, "main document": 1}
    for by, documents in ways.items():
        held = _chosen(_together(rows, documents), share, seed, rows)
        if held is not None:
            train = tuple(each for place, each in enumerate(rows) if place not in held)
            return Split(train, tuple(rows[place] for place in sorted(held)), by)
    raise ExamplesInvalid(
        f"{len(rows)} examples cannot be parted into learning and measuring: nearly all of them share a conversation "
        "or document. Add examples about other documents."
    )


def _together(rows: Sequence[Example], documents: int | None) -> list[list[int]]:
    joined, first = Joined(len(rows)), dict[tuple[str, str], int]()
    for place, each in enumerate(rows):
        for key in _keys(each, documents):
            joined.join(first.setdefault(key, place), place)
    return joined.groups()


def _keys(each: Example, documents: int | None) -> Iterable[tuple[str, str]]:
    yield "row", each.id
    if each.origin.conversation:
        yield "conversation", each.origin.conversation
    for document in each.origin.documents[:documents]:
        yield "document", document


def _chosen(groups: Sequence[Sequence[int]], share: float, seed: int, rows: Sequence[Example]) -> set[int] | None:
    """Groups drawn by their hash until the share is reached, without those that would go far past it."""
    wanted, most = max(1.0, share * len(rows)), max(1.0, MOST * share * len(rows))
    held: set[int] = set()
    for group in sorted(groups, key=lambda each: _draw(each, seed, rows)):
        if len(held) >= wanted:
            break
        if len(held) + len(group) <= most:
            held.update(group)
    return held if len(held) >= FEWEST * wanted and len(held) < len(rows) else None


def _draw(group: Sequence[int], seed: int, rows: Sequence[Example]) -> str:
    name = min(rows[place].id for place in group)
    return sha256(f"{seed}:{name}".encode()).hexdigest()


def crossing(parts: Sequence[Sequence[Example]], documents: int | None = None) -> set[tuple[str, str]]:
    """Conversations and documents that are in more than one part; none, if the split holds."""
    seen: defaultdict[tuple[str, str], set[int]] = defaultdict(set)
    for number, part in enumerate(parts):
        for each in part:
            for key in _keys(each, documents):
                seen[key].add(number)
    return {key for key, numbers in seen.items() if len(numbers) > 1}
