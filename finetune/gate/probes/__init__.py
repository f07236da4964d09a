"""The probes: what each asks, whom it asks, and how what is replied becomes scores. A file for each.

A judge gets an item and, for each model that was asked, its replies in the order of the item's asks.
"""

from collections.abc import Callable, Iterator, Mapping

from finetune.gate.asks import Arm, Item, Reply, Score
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


def judged(item: Item, replies: Mapping[Arm, tuple[Reply, ...]]) -> Iterator[Score]:
    """The scores of an item, by the judge of its probe."""
    yield from PROBES[item.probe][1](item, replies)
