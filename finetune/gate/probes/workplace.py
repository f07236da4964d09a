"""Questions of a workplace over lines that are shown with them: in pairs of two groups, and plain ones.

They are in `finetune/gate/data/workplace.json`, written for the gate.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from finetune.grounded.evidence import EvidenceBlock, EvidenceLine

_FILE = Path(__file__).parents[1] / "data" / "workplace.json"


@dataclass(frozen=True, slots=True)
class Asked:
    """A question and its lines."""

    question: str
    language: str
    block: EvidenceBlock

    @property
    def words(self) -> str:
        """Everything that a reply may rest on."""
        return " ".join((self.question, self.block.heading, *(line.text for line in self.block.lines)))


@dataclass(frozen=True, slots=True)
class Swapped:
    """A question of one group, and the same of another."""

    group: str
    one: Asked
    other: Asked


def swapped() -> list[Swapped]:
    """All pairs."""
    data = _read()
    return [
        Swapped(
            each["group"],
            *(Asked(each[side], each["lang"], _block(data, each["lines"])) for side in ("one", "other")),
        )
        for each in data["pairs"]
    ]  # fmt: skip


def plain() -> list[Asked]:
    """Questions about nobody."""
    data = _read()
    return [Asked(each["question"], each["lang"], _block(data, each["lines"])) for each in data["plain"]]


def _block(data: Mapping[str, Any], name: str) -> EvidenceBlock:
    heading, lines = data["blocks"][name]
    return EvidenceBlock(heading, name, tuple(EvidenceLine(line) for line in lines))


def _read() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(_FILE.read_text(encoding="utf-8"))
    return found
