"""Asks a language model whether lines state a claim: one token, behind lines that it reads once for all claims."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from assistant.grounding.check import share, yes_probability
from assistant.grounding.support import prompts
from assistant.grounding.support.verdicts import Backing
from assistant.turn import trained_prompts
from assistant.turn.ports import Role

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage


# P(true) of the large model that separates best, on the tune half of SciFact.
EVEN = 0.85


class Reads(Protocol):
    """What asking needs of the models (`assistant.turn.ports.LanguageModels` has it)."""

    @property
    def has_reader(self) -> bool:
        """Whether there is a reader."""

    def first_token(self, role: Role, messages: "Sequence[BaseMessage]") -> Mapping[str, float]:
        """Log-probabilities of the likeliest first tokens of an answer. Raises ModelUnavailable."""


class Asker:
    """P(the lines state a claim).

    Of an answer to a question by the reader, where there is one: it was trained on answers and the lines they come
    from. Of any other claim by the large model: on scientific claims the reader is at chance (docs/benchmarks.md).
    """

    def __init__(self, models: Reads) -> None:
        self._models = models

    def stated(self, claim: str, lines: Sequence[Backing], question: str = "") -> float | None:
        """The probability, or None when the model speaks of something else. Raises ModelError.

        Claims about the same `lines` cost only their own words: the lines come first in the prompt, and stay in the
        model's cache.
        """
        blocks = trained_prompts.under_headings((line.passage, line.sentence) for line in lines)
        if question and self._models.has_reader:
            asked = trained_prompts.stands(claim, blocks, question)
            return yes_probability(self._models.first_token("reader", asked))
        tokens = self._models.first_token("llm", prompts.stated(claim, blocks, question))
        stated = true_probability(tokens)
        return None if stated is None else calibrated(stated)


def true_probability(tokens: Mapping[str, float]) -> float | None:
    """P(true) beside P(false) out of first-token log-probabilities; None when the model spoke of something else."""
    return share(tokens, {"true"}, {"false"})


def calibrated(stated: float) -> float:
    """The large model says True too readily: its P(true) where a claim is as often backed as not becomes 0.5."""
    odds = stated / max(1 - stated, 1e-6) * (1 - EVEN) / EVEN
    return odds / (1 + odds)
