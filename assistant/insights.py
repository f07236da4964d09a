"""How a period of answers was, in numbers alone: what was asked for, what was withheld, how people judged it."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import ceil
from typing import Any

from assistant.storage.traffic import Answered


@dataclass(slots=True)
class Group:
    """Answers that have something in common."""

    answers: int = 0
    withheld: int = 0
    up: int = 0
    down: int = 0

    def add(self, each: Answered) -> None:
        """Count an answer, and the thumbs it has."""
        self.answers += 1
        self.withheld += each.abstained
        self.up += each.up
        self.down += each.down

    def as_json(self) -> dict[str, int]:
        """As it is shown."""
        return {"answers": self.answers, "withheld": self.withheld, "up": self.up, "down": self.down}


@dataclass(slots=True)
class Insights:
    """All answers of a period, and the same by what was wanted, language, tier, mood and day (UTC)."""

    total: Group = field(default_factory=Group)
    by: Mapping[str, dict[str, Group]] = field(
        default_factory=lambda: {each: {} for each in ("intent", "language", "tier", "sentiment", "urgency", "day")}
    )
    reasons: Counter[str] = field(default_factory=Counter)
    escalated: int = 0
    seconds: list[float] = field(default_factory=list)

    @classmethod
    def of(cls, answered: Iterable[Answered]) -> "Insights":
        """Count answers."""
        found = cls()
        for each in answered:
            understood = each.understanding
            found.total.add(each)
            for kind, value in (
                ("intent", understood.intent), ("language", understood.language), ("tier", each.route.tier),
                ("sentiment", understood.sentiment), ("urgency", understood.urgency),
                ("day", f"{each.created:%Y-%m-%d}"),
            ):  # fmt: skip
                found.by[kind].setdefault(value or "unknown", Group()).add(each)
            found.reasons[each.route.reason] += 1
            found.escalated += each.route.escalated
            found.seconds.append(each.seconds)
        return found

    def as_json(self) -> dict[str, Any]:
        """The whole; `seconds` are None while there is no answer."""
        return {
            **self.total.as_json(),
            "escalated": self.escalated,
            "seconds": {"median": self._quantile(0.5), "p95": self._quantile(0.95)},
            "routes": dict(sorted(self.reasons.items())),
            **{
                f"by_{kind}": {value: group.as_json() for value, group in sorted(groups.items())}
                for kind, groups in self.by.items()
            },
        }

    def _quantile(self, share: float) -> float | None:
        """The nearest rank."""
        if not self.seconds:
            return None
        return round(sorted(self.seconds)[ceil(share * len(self.seconds)) - 1], 3)
