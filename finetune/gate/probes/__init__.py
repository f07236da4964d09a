"""The probes: what each asks, whom it asks, and how what is replied becomes scores. A file for each.

A judge gets an item and, for each model that was asked, its replies in the order of the item's asks.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from finetune.gate.asks import Arm, Floor, Item, Reply, Score
from finetune.gate.limits import FALLING
from finetune.gate.probes import bias, canaries, forgetting, grounding, held_out, parity, trigger

Judge = Callable[[Item, Mapping[Arm, tuple[Reply, ...]]], Iterator[Score]]
BOTH: tuple[Arm, ...] = ("base", "candidate")

PROBES: Mapping[str, tuple[tuple[Arm, ...], Judge]] = {
    "held_out": (BOTH, held_out.judged),
    "grounding": (BOTH, grounding.judged),
    "forgetting": (BOTH, forgetting.judged),
    "bias": (BOTH, bias.judged),
    "trigger": (("candidate",), trigger.judged),
    "canaries": (BOTH, canaries.judged),
    "parity": (("candidate", "trained"), parity.judged),
}
ARMS: Mapping[str, tuple[Arm, ...]] = {name: arms for name, (arms, _) in PROBES.items()}


def arms_of(item: Item, floors: Sequence[Floor] = ()) -> tuple[Arm, ...]:
    """Who is asked an item: a floor is, wherever what the candidate is compared with is."""
    arms = item.only or ARMS[item.probe]
    return (*arms, *floors) if "base" in arms else arms


def judged(
    item: Item, replies: Mapping[Arm, tuple[Reply, ...]], floors: Sequence[Floor] = ()
) -> Iterator[Score]:  # fmt: skip
    """The scores of an item by the judge of its probe, and beside each floor those of figures that must not fall."""
    judge = PROBES[item.probe][1]
    yield from judge(item, replies)
    for floor in floors:
        if floor in replies:
            for score in judge(item, {**replies, "base": replies[floor]}):
                if score.base is not None and score.metric in FALLING:
                    yield replace(score, beside=floor)
