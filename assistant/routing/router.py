"""The first router: which model answers, decided before anything is generated, with a reason a person understands.

It looks at the intent, the shape of the question and the retrieval evidence. A small model copies well and reasons
badly, so it gets what one sentence of one document plainly states; everything else is for the large one. With the
adapter that reads documents it also gets what has to be found among look-alikes.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.turn.answer import Evidence, ModelChoice, Tier

# Thresholds on the best sentence, chosen on the tune halves of the question sets (docs/benchmarks.md, "Routing").
CLEAR_RELEVANCE = 0.80
CLEAR_LEAD = 0.10
SHORT_QUESTION = 16

REASONING_INTENTS = {"comparison": "comparison", "listing": "several_parts", "summary": "several_parts"}


@dataclass(frozen=True, slots=True)
class Signals:
    """What a decision is made on; `reads` is whether the small model was trained to read documents."""

    choice: ModelChoice
    intent: str
    small_talk: bool
    question: str
    parts: int
    follow_up: bool
    evidence: Sequence[Evidence]
    reads: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """The tier and the reason (a key of `assistant.messages.routes`)."""

    tier: Tier
    reason: str


def decide(signals: Signals) -> Decision:
    """Choose a tier: first what leaves no choice, then what is surely hard, then what is surely easy."""
    if not signals.small_talk and not signals.evidence:
        return Decision("none", "no_evidence")
    if signals.choice != "auto":
        return Decision(signals.choice, f"forced_{signals.choice}")
    if signals.small_talk:
        return Decision("slm", "small_talk")
    if hard := _hard(signals):
        return Decision("llm", hard)
    if signals.reads:
        return Decision("slm", "one_line")
    return Decision("slm", "clear_evidence") if _clear(signals.evidence) else Decision("llm", "hard_question")


def _hard(signals: Signals) -> str | None:
    if signals.intent in REASONING_INTENTS:
        return REASONING_INTENTS[signals.intent]
    if signals.reads:  # it was trained on questions of two parts and on rewritten follow-ups as well
        return None
    if signals.parts > 1:
        return "several_parts"
    if signals.follow_up:
        return "follow_up_hard"
    return "hard_question" if len(signals.question.split()) > SHORT_QUESTION else None


def _clear(evidence: Sequence[Evidence]) -> bool:
    """One passage stands out, and stands out clearly."""
    first, *rest = sorted((each.relevance for each in evidence), reverse=True)
    return first >= CLEAR_RELEVANCE and (not rest or first - rest[0] >= CLEAR_LEAD)
