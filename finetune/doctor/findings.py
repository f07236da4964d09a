"""What a check says."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from finetune.examples import Example

Level = Literal["note", "drops", "holds"]
"""A note changes nothing; what drops rows leaves them out; what holds rows back keeps them out until somebody has
looked at them."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found, with the ids of the rows it is about; `figures` are its numbers by name."""

    check: str
    level: Level
    message: str
    rows: tuple[str, ...] = ()
    figures: Mapping[str, Any] = field(default_factory=dict)


class Check(Protocol):
    """Looks at examples for one thing."""

    name: str

    def look(self, rows: Sequence[Example]) -> Iterable[Finding]:
        """What is found in the rows."""


@dataclass(frozen=True, slots=True)
class Report:
    """All findings on some rows."""

    rows: int
    findings: tuple[Finding, ...]

    def of(self, level: Level) -> Iterator[Finding]:
        """The findings of a level."""
        return (each for each in self.findings if each.level == level)

    def ids(self, level: Level) -> frozenset[str]:
        """The rows that findings of a level are about."""
        return frozenset(row for each in self.of(level) for row in each.rows)

    def why(self, row: str) -> list[Finding]:
        """What was found on one row."""
        return [each for each in self.findings if row in each.rows]

    def asdict(self) -> dict[str, Any]:
        """For the card: messages, figures, and how many rows each is about."""
        return {
            "rows": self.rows,
            "findings": [
                {
                    "check": e.check,
                    "level": e.level,
                    "message": e.message,
                    "rows": len(e.rows),
                    "figures": dict(e.figures),
                }
                for e in self.findings
            ],
        }


def examine(rows: Sequence[Example], checks: Sequence[Check]) -> Report:
    """Run the checks on the rows."""
    return Report(len(rows), tuple(finding for check in checks for finding in check.look(rows)))


def rows_in_words(number: int, what: str = "row") -> str:
    """ "1 row", "2 rows"."""
    return f"1 {what}" if number == 1 else f"{number:,} {what}s"
