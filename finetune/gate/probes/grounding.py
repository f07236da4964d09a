"""Grounding and abstention: which of the lines answers, or that none does, on organisations nothing was learnt from.

The lines are named by labels; `right` holds those that answer, none where the documents do not say. A reply counts as
withheld when "0" is likelier than every label together (`LEAST_FOUND`), which is how a turn gives and withholds.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from random import Random
from typing import Any

from finetune.gate.asks import Arm, Chat, Item, Reply, Say, Score
from finetune.gate.probes.scoring import Figures, compared
from finetune.grounded.evidence import EvidenceRow, answering, inserted, joined, single_lines

NAME = "grounding"
MOST_LINES, NONE = 5, "0"
LEAST_FOUND = 0.5


def shortened(row: EvidenceRow, rng: Random, most: int = MOST_LINES) -> EvidenceRow:
    """A row with few lines: those that answer, those that look like it, and some of the others, in another order."""
    whole = single_lines(inserted(row.blocks, row.missing, rng) if row.missing else row.blocks)
    right = [each for each in whole if each.lines[0].answers]
    near = [each for each in whole if each.lines[0].near and not each.lines[0].answers]
    others = [each for each in whole if not each.lines[0].answers and not each.lines[0].near]
    kept = [*right[:2], *near][:most]
    kept += others[: most - len(kept)]
    rng.shuffle(kept)
    headings = [each.heading for each in kept]
    kept.sort(key=lambda each: headings.index(each.heading))
    return EvidenceRow(row.question, row.language, joined(kept), wanted=row.wanted, answer=row.answer)


def item_of(row: EvidenceRow, number: int, chat: Chat, labels: Sequence[str]) -> Item:
    """The item of a row that was worded as `chat`."""
    right = [labels[position] for position, _ in answering(row.blocks)]
    given = {"labels": [*labels], "right": right}
    kind = "answerable" if right else "unanswerable"
    return Item(NAME, f"{number}", (Say(chat, 1),), kind, row.language, given)


def judged(item: Item, replies: Mapping[Arm, tuple[Reply, ...]]) -> Iterator[Score]:
    """Right and wrong lines where something answers, withheld where nothing does."""
    yield from compared(item, replies, lambda found: _figures(item.given, found[0].first))


def _figures(given: Mapping[str, Any], first: Mapping[str, float]) -> Figures:
    label, found = chosen(first, given["labels"])
    answered = found >= LEAST_FOUND
    if not given["right"]:
        return {"withheld": float(not answered), "wrong": float(answered)}
    right = answered and label in given["right"]
    return {"right": float(right), "wrong": float(answered and not right)}


def chosen(first: Mapping[str, float], labels: Sequence[str]) -> tuple[str, float]:
    """The likeliest label and P(any of them) against "0"; what the model may say besides is left out."""
    sure = {label: math.exp(first[label]) if label in first else 0.0 for label in labels}
    none = math.exp(first[NONE]) if NONE in first else 0.0
    total = sum(sure.values()) + none
    if total <= 0:
        return "", 0.0
    return max(labels, key=lambda label: sure[label]), sum(sure.values()) / total
