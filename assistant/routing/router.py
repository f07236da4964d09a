"""Which model answers, decided before anything is generated, with a reason a person understands.

A fitted router (`assistant.routing.fitted`) gives the probability that the small model is enough, and the bands of the
profile decide: below `hard` the large one is asked at once, from `easy` on the small one is trusted, and between the
small one answers, is checked and may be overruled. Inside a conversation the model changes only for a clear reason.

Without one there are rules. They look at the intent, the shape of the question and the retrieval evidence. A small
model copies well and reasons badly, so it gets what one sentence of one document plainly states; everything else is for
the large one. With the adapter that reads documents it also gets what has to be found among look-alikes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.routing.bands import Bands
from assistant.routing.fitted import Judgement
from assistant.turn.answer import Evidence, ModelChoice, Profile, Tier

# Thresholds on the best sentence, chosen on the tune halves of the question sets (docs/benchmarks.md, "Routing").
CLEAR_RELEVANCE = 0.80
CLEAR_LEAD = 0.10
SHORT_QUESTION = 16

REASONING_INTENTS = {"comparison": "comparison", "listing": "several_parts", "summary": "several_parts"}

# Probability by which the threshold has to be passed before a conversation changes its model. Going down costs more
# than going up: a weaker model in the middle of hard work is noticed (docs/routing.md, "Conversations").
MARGIN_UP, MARGIN_DOWN = 0.02, 0.10


@dataclass(frozen=True, slots=True)
class Before:
    """The model that the conversation's last turn was answered with, and whether that turn was kept local."""

    tier: Tier
    lock: str = ""


@dataclass(frozen=True, slots=True)
class Signals:
    """What a decision is made on; `reads` is whether the small model was trained to read documents.

    `judged` and `bands` come from a fitted router. `lock` says what keeps the turn on local models, `remote` which are
    not; `task` names a task that runs in the conversation; `spent` is whether the budget of the period is used up.
    """

    choice: ModelChoice
    intent: str
    small_talk: bool
    question: str
    parts: int
    follow_up: bool
    evidence: Sequence[Evidence]
    reads: bool = False
    profile: Profile = "auto"
    judged: Judgement | None = None
    bands: Bands | None = None
    before: Before | None = None
    task: str = ""
    lock: str = ""
    remote: frozenset[Tier] = frozenset()
    spent: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """The tier and the reason (a key of `assistant.messages.routes`)."""

    tier: Tier
    reason: str


def decide(signals: Signals) -> Decision:
    """Choose a tier; what keeps a turn on local models stands above everything else."""
    decision = _within_budget(_chosen(signals), signals)
    if not signals.lock or decision.tier not in signals.remote:
        return decision
    other: Tier = "llm" if decision.tier == "slm" else "slm"
    return Decision("none", "no_local_model") if other in signals.remote else Decision(other, f"kept_{signals.lock}")


def _chosen(signals: Signals) -> Decision:
    """First what leaves no choice, then what is surely hard, then what is surely easy."""
    if not signals.small_talk and not signals.evidence:
        return Decision("none", "no_evidence")
    if signals.choice != "auto":
        return Decision(signals.choice, f"forced_{signals.choice}")
    if signals.task and signals.before is not None and signals.before.tier != "none":
        return Decision(signals.before.tier, "task_running")
    if signals.small_talk:
        return Decision("slm", "small_talk")
    if signals.judged is not None and signals.bands is not None:
        return _by_bands(signals, signals.judged, signals.bands)
    return _by_rules(_reading(signals))


def _within_budget(decision: Decision, signals: Signals) -> Decision:
    """When the budget is used up, the small model answers, unless the person asked for the large one."""
    if signals.spent and decision.tier == "llm" and signals.choice == "auto":
        return Decision("slm", "budget_spent")
    return decision


def _by_bands(signals: Signals, judged: Judgement, bands: Bands) -> Decision:
    if signals.profile != "auto-cheap" and signals.intent in REASONING_INTENTS:
        return Decision("llm", REASONING_INTENTS[signals.intent])
    wants: Tier = "llm" if judged.p_slm < bands.hard else "slm"
    if _stays(signals, judged, bands, wants):
        assert signals.before is not None
        return Decision(signals.before.tier, "stays")
    if wants == "llm":
        return Decision("llm", "judged_hard")
    return Decision("slm", "judged_easy" if judged.p_slm >= bands.easy else "judged_between")


def _stays(signals: Signals, judged: Judgement, bands: Bands, wants: Tier) -> bool:
    """Whether the conversation keeps its model although this turn alone would change it."""
    if signals.before is None or signals.before.tier in ("none", wants):
        return False
    if wants == "slm":
        return signals.follow_up or judged.p_slm < bands.hard + MARGIN_DOWN
    return judged.p_slm >= bands.hard - MARGIN_UP


def _reading(signals: Signals) -> Signals:
    """Without a fitted router a cheap profile trusts the small model as if it had learnt to read, a careful one not."""
    if signals.profile == "auto-cheap":
        return replace(signals, reads=True)
    return replace(signals, reads=False) if signals.profile == "auto-quality" else signals


def _by_rules(signals: Signals) -> Decision:
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
