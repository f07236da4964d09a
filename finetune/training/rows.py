"""Rows of a dataset as tokens, as each method learns from them: the prompt is masked, the reply with its end is not."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from finetune.doctor.tokens import Tokens, chat_of
from finetune.examples import Example

MASKED = -100
"""The label of a token that is not learnt, as torch's cross entropy has it."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row as tokens. `rejected` is the reply that a pair's other one was preferred to, `good` a verdict."""

    id: str
    prompt: tuple[int, ...]
    reply: tuple[int, ...]
    rejected: tuple[int, ...] = ()
    good: bool | None = None

    @property
    def longest(self) -> int:
        """Tokens that have to fit into the context."""
        return len(self.prompt) + max(len(self.reply), len(self.rejected))

    @property
    def tokens(self) -> int:
        """Tokens that are computed each time it is seen; both replies of a pair come with the prompt."""
        both = len(self.prompt) + len(self.rejected) if self.rejected else 0
        return len(self.prompt) + len(self.reply) + both


def rows_of(examples: Iterable[Example], tokens: Tokens) -> list[Row]:
    """Examples as tokens."""
    found = []
    for each in examples:
        prompt = tuple(tokens.prompt(chat_of(each.messages)))
        reply = tuple(tokens.of(each.completion + tokens.end))
        rejected = tuple(tokens.of(each.rejected + tokens.end)) if each.rejected else ()
        found.append(Row(each.id, prompt, reply, rejected, each.good))
    return found


def columns(stage: str, rows: Sequence[Row], batch: int, seed: int) -> dict[str, list[Any]]:
    """The columns that a stage's trainer reads. Verdicts are shuffled here, since they are seen in their order."""
    if stage == "sft":
        return {
            "input_ids": [[*each.prompt, *each.reply] for each in rows],
            "labels": [[MASKED] * len(each.prompt) + [*each.reply] for each in rows],
        }
    found: dict[str, list[Any]] = {"prompt_ids": [[*each.prompt] for each in rows]}
    if stage == "dpo":
        found["chosen_ids"] = [[*each.reply] for each in rows]
        found["rejected_ids"] = [[*each.rejected] for each in rows]
        return found
    order = Random(seed).sample([*rows], len(rows))  # noqa: S311 - shuffles rows, keeps no secret
    replies = [[*each.reply] for each in order]
    return {
        "prompt_ids": [[*each.prompt] for each in order],
        "completion_ids": replies,
        "KL_completion_ids": _turned(replies, batch),
        "label": [bool(each.good) for each in order],
    }


def _turned(replies: Sequence[list[int]], batch: int) -> list[list[int]]:
    """Each reply beside the prompt of its neighbour in the batch (KTO's estimate of how far the model has moved)."""
    found = []
    for begin in range(0, len(replies), batch):
        piece = [*replies[begin : begin + batch]]
        found += [piece[-1], *piece[:-1]]
    return found
