"""Whether documents back a claim: what is said of one, and who says it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from assistant.grounding.evidence import telling
from knowledge.passage import Passage, Sentence

Verdict = Literal["supported", "contradicted", "not_found"]


@dataclass(frozen=True, slots=True)
class Backing:
    """A sentence of a passage."""

    passage: Passage
    sentence: Sentence


@dataclass(frozen=True, slots=True)
class ClaimVerdict:
    """What the documents say of a claim.

    `score` is P(supported), 0 to 1. `evidence` are the sentences that speak of the same, the nearest first: they back
    the claim, or contradict it; without any that is near the verdict is not_found. `asked` says whether a language
    model was asked, or the cheap check was sure enough.
    """

    claim: str
    verdict: Verdict
    score: float
    evidence: tuple[Backing, ...] = ()
    asked: bool = False


class ChecksClaims(Protocol):
    """Checks claims against documents (`assistant.grounding.support.check.SupportCheck` is one)."""

    def verdicts(
        self, claims: Sequence[str], passages: Sequence[Passage], question: str = ""
    ) -> Sequence[ClaimVerdict]:
        """One verdict per claim, in their order. `question` is what the claims answer, where they do.

        Many claims about the same passages are cheaper together: a model reads the passages once.
        """


def lines_of(passages: Sequence[Passage]) -> list[Backing]:
    """The sentences of passages, each with its passage; headings left out, as every sentence is read under them."""
    return [Backing(passage, passage.sentences[place]) for passage in passages for place in telling(passage)]
