"""Asks what the probes want to know, one model after the other, and keeps each reply as soon as it is there."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from finetune.gate.asks import Answers, Arm, Ask, Floor, Item, Reply, Say
from finetune.gate.kept import Kept
from finetune.gate.probes import arms_of

# A token that is written takes as long as some that are read; characters are tokens by this many.
WRITTEN, CHARACTERS = 3, 4
Replies = Mapping[Arm, tuple[Reply, ...]]


class OnStep(Protocol):
    """Called with how much of the work is done, in tokens read."""

    def __call__(self, done: int, total: int, /) -> None: ...


@dataclass(frozen=True, slots=True)
class Measured:
    """An item and what each model replied to it."""

    item: Item
    replies: Replies


def measure(
    items: Sequence[Item], model: Answers, kept: Kept, on_step: OnStep, floors: Sequence[Floor] = ()
) -> list[Measured]:  # fmt: skip
    """Ask everything that no reply is kept of. What a model raises ends it; the next run goes on from there."""
    wanted = list(dict.fromkeys(_wanted(items, floors)))
    missing = [(arm, ask) for arm, ask in wanted if kept.get(arm, ask) is None]
    total, done = sum(work(ask) for _, ask in wanted), 0
    done = total - sum(work(ask) for _, ask in missing)
    on_step(done, total)
    of = _origins(items)
    for arm, ask in missing:
        kept.put(arm, ask, model.answer(arm, ask), of[ask])
        done += work(ask)
        on_step(done, total)
    return [Measured(item, {arm: _replies(kept, arm, item) for arm in arms_of(item, floors)}) for item in items]


def _wanted(items: Sequence[Item], floors: Sequence[Floor]) -> Iterator[tuple[Arm, Ask]]:
    """One model after the other: what it has read of a prompt is lost when another one is asked."""
    order: tuple[Arm, ...] = ("base", *floors, "candidate", "trained")
    for arm in order:
        for item in items:
            if arm in arms_of(item, floors):
                yield from ((arm, ask) for ask in item.asks)


def _origins(items: Sequence[Item]) -> Mapping[Ask, frozenset[str]]:
    """The rows of which each ask was made."""
    found = dict[Ask, frozenset[str]]()
    for item in items:
        for ask in item.asks:
            found[ask] = found.get(ask, frozenset()) | set(item.of)
    return found


def _replies(kept: Kept, arm: Arm, item: Item) -> tuple[Reply, ...]:
    found = (kept.get(arm, ask) for ask in item.asks)
    return tuple(reply for reply in found if reply is not None)


def work(ask: Ask) -> int:
    """About how much work an ask is, in tokens read."""
    read = sum(len(content) for _, content in ask.chat) // CHARACTERS
    return read + WRITTEN * (ask.most if isinstance(ask, Say) else 1 + len(ask.text) // CHARACTERS)
