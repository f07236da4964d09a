"""What answers cost in a period, and what they would have cost if the large model had written every one of them.

The comparison is an estimate. Money: the same tokens at the large model's prices. Energy: what its own answers took in
the period, on average; while there are too few of them, what the answers took times how much larger its file is, since
decoding is bound by reading the weights. Answers that no model wrote would have needed none.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from assistant.settings import Settings
from assistant.storage.traffic import Answered
from assistant.turn.energy import GRAMS_PER_KWH, Meter

LEAST_COMPARED = 5
"""Answers of the large model whose mean energy is taken for all."""


@dataclass(slots=True)
class Sums:
    """Sums over answers."""

    answers: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost: float = 0.0
    wh: float = 0.0
    gco2e: float = 0.0

    def add(self, each: Answered) -> None:
        """Add an answer."""
        self.answers += 1
        for name in ("input_tokens", "output_tokens", "cost", "wh", "gco2e"):
            setattr(self, name, getattr(self, name) + getattr(each.usage, name))

    def as_json(self) -> dict[str, Any]:
        """Rounded, as it is shown."""
        return {
            "answers": self.answers,
            "input_tokens": self.input_tokens,
            "output_tokens": self.output_tokens,
            "cost": round(self.cost, 6),
            "wh": round(self.wh, 4),
            "gco2e": round(self.gco2e, 4),
        }


@dataclass(slots=True)
class Ledger:
    """The sums of a period: all, by tier and by day (UTC); `methods` counts how energy was found."""

    total: Sums = field(default_factory=Sums)
    by_tier: defaultdict[str, Sums] = field(default_factory=lambda: defaultdict(Sums))
    by_day: defaultdict[str, Sums] = field(default_factory=lambda: defaultdict(Sums))
    methods: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    escalated: int = 0

    @classmethod
    def of(cls, answered: Iterable[Answered]) -> "Ledger":
        """Add up answers."""
        ledger = cls()
        for each in answered:
            for sums in (ledger.total, ledger.by_tier[each.route.tier], ledger.by_day[f"{each.created:%Y-%m-%d}"]):
                sums.add(each)
            ledger.methods[each.usage.method] += 1
            ledger.escalated += each.route.escalated
        return ledger

    def as_json(self, settings: Settings) -> dict[str, Any]:
        """The whole, beside what the large model alone would have cost."""
        other, how = self.always_llm(settings)
        saved = {name: round(other[name] - getattr(self.total, name), 6) for name in ("cost", "wh", "gco2e")}
        return {
            **self.total.as_json(),
            "escalated": self.escalated,
            "by_tier": {tier: sums.as_json() for tier, sums in sorted(self.by_tier.items())},
            "by_day": {day: sums.as_json() for day, sums in sorted(self.by_day.items())},
            "methods": dict(self.methods),
            "always_llm": {**{name: round(value, 6) for name, value in other.items()}, "method": how},
            "saved": saved,
        }

    def always_llm(self, settings: Settings) -> tuple[Mapping[str, float], str]:
        """Cost, Wh and gCO2e if the large model had written every answer that a model wrote; and how that was found."""
        meter, large = Meter.of(settings, None), self.by_tier["llm"]
        small = self.by_tier["slm"]
        cost = large.cost + meter.price_of(settings.llm.name, small.input_tokens, small.output_tokens)
        if large.answers >= LEAST_COMPARED:
            wh, how = large.wh / large.answers * (large.answers + small.answers), "estimate: mean of its own answers"
        else:
            ratio = _size_ratio(settings)
            wh, how = large.wh + small.wh * ratio, f"estimate: {ratio:.2f} times the small model, by their sizes"
        return {"cost": cost, "wh": wh, "gco2e": wh * GRAMS_PER_KWH / 1000}, how


def _size_ratio(settings: Settings) -> float:
    """How much larger the large model's file is; 1 where a model is not in the catalogue."""
    from assistant.models.catalogue import CATALOGUE

    sizes = {model.name: model.bytes for model in CATALOGUE}
    small, large = sizes.get(settings.slm.name), sizes.get(settings.llm.name)
    return large / small if small and large else 1.0
