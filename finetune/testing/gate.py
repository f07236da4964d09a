"""Models at the gate that reply what a test tells them to, and versions that have been through it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from finetune.gate.asks import Arm, Ask, Floor, Reply, Say, Score, Weigh
from finetune.gate.limits import LIMITS, Limit, floor_limits
from finetune.gate.record import BASE, Run, record_of
from finetune.registry import Registry


@dataclass
class ScriptedAnswers:
    """`Answers` by script: what each arm says to a chat, and how likely it finds a text.

    `asked` counts who was asked what; after `most` asks it raises KeyboardInterrupt, as if it was ended.
    """

    says: Callable[[Arm, Say], Reply] = field(default=lambda arm, ask: Reply("I am sorry, no."))
    weighs: Callable[[Arm, Weigh], float] = field(default=lambda arm, ask: -1.0)
    most: int | None = None
    asked: list[tuple[Arm, Ask]] = field(default_factory=list)

    def answer(self, arm: Arm, ask: Ask) -> Reply:
        """The reply of the script."""
        if self.most is not None and len(self.asked) >= self.most:
            raise KeyboardInterrupt
        self.asked.append((arm, ask))
        if isinstance(ask, Say):
            return self.says(arm, ask)
        return Reply("", {}, self.weighs(arm, ask), max(1, len(ask.text.split())))


def scores(metric: str, pairs: Mapping[tuple[float | None, float], int]) -> list[Score]:
    """So many scores of each (base, candidate)."""
    found = [pair for pair, count in pairs.items() for _ in range(count)]
    return [Score(metric, str(number), candidate, base) for number, (base, candidate) in enumerate(found)]


def good_scores(floors: Sequence[Floor] = ()) -> list[Score]:
    """Scores with which every limit holds, and those of floors."""
    beside = [
        replace(score, beside=floor) for floor in floors for limit in floor_limits(floor) for score in _good(limit)
    ]
    return [*(score for limit in LIMITS for score in _good(limit)), *beside]


def let_pass(registry: Registry, *names: str, against: str = "base") -> None:
    """Write down of versions (`topic@vN`; of none: all) that they passed the gate, with scores that say so."""
    for name in names or [each.name for each in registry.versions()]:
        run = Run(name, against, {}, {}, 0, "2026-01-01T00:00:00+00:00")
        registry.judge(name, record_of(run, good_scores([] if against == BASE else ["bare"]))[0])


def _good(limit: Limit) -> list[Score]:
    good, bad = (0.0, 1.0) if limit.lower_is_better else (1.0, 0.0)
    if limit.rule in ("at least", "at most"):
        return scores(limit.metric, {(None, good): 60})
    return scores(limit.metric, {(bad, good): 60, (good, good): 60})
