"""Models at the gate that reply what a test tells them to."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from finetune.gate.asks import Arm, Ask, Reply, Say, Score, Weigh


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
