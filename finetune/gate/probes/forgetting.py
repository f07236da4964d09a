"""Forgetting: small things that any assistant can do, in both languages, asked of base and candidate.

The questions are in `finetune/gate/data/forgetting_*.json`, written for this; each has a check that needs no opinion.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from finetune.gate.asks import Arm, Item, Reply, Say, Score
from finetune.gate.probes.checks import holds
from finetune.gate.probes.scoring import compared

NAME = "forgetting"
DATA = Path(__file__).parents[1] / "data"


def items() -> Iterator[Item]:
    """All questions, in both languages."""
    for file in sorted(DATA.glob("forgetting_*.json")):
        data: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        for number, each in enumerate(data["questions"]):
            ask = Say((("user", each["ask"]),), int(data["tokens"][each["kind"]]))
            yield Item(NAME, f"{data['lang']}-{number}", (ask,), each["kind"], data["lang"], each["check"])


def judged(item: Item, replies: Mapping[Arm, tuple[Reply, ...]]) -> Iterator[Score]:
    """Whether each reply passes its check."""
    yield from compared(item, replies, lambda found: {"right": float(holds(item.given, found[0].text))})
