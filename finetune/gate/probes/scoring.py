"""From figures of each model to scores of an item."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from finetune.gate.asks import Arm, Item, Reply, Score

Figures = Mapping[str, float]


def compared(
    item: Item, replies: Mapping[Arm, tuple[Reply, ...]], figures: Callable[[Sequence[Reply]], Figures]
) -> Iterator[Score]:
    """Scores of the figures that base and candidate both have, or the candidate where no base was asked."""
    candidate = figures(replies["candidate"])
    base = figures(replies["base"]) if "base" in replies else None
    for name, value in candidate.items():
        if base is None:
            yield Score(f"{item.probe}.{name}", item.id, value, None, item.kind, item.language)
        elif name in base:
            yield Score(f"{item.probe}.{name}", item.id, value, base[name], item.kind, item.language)
