"""What one's own traffic teaches: answers with a verdict, and drafts that did not hold."""

from collections.abc import Callable, Iterable

from assistant.routing.features import situation_of
from assistant.routing.samples import Sample
from assistant.storage.traffic import Answered
from assistant.turn.answer import Evidence

LONGEST_HISTORY = 3
"""Turns that a conversation's position counts up to: further back no model is shown."""


def samples_of(answered: Iterable[Answered], evidence_of: Callable[[str], tuple[Evidence, ...]]) -> list[Sample]:
    """A sample for each answer that says something of a model.

    A verdict is the outcome of the model that answered (people disagree: the more frequent one counts, a tie says
    nothing). An escalated turn is one that the small model failed. The other model's outcome stays unknown.
    """
    samples = []
    for each in answered:
        verdict = None if each.up == each.down else each.up > each.down
        small, large = _outcomes(each, verdict)
        if (small is None and large is None) or each.route.tier == "none":
            continue
        position = min(each.position - 1, LONGEST_HISTORY)
        situation = situation_of(evidence_of(each.id), follow_up=each.understanding.rewritten, position=position)
        samples.append(Sample(each.id, each.understanding.question, small, large, situation))
    return samples


def _outcomes(each: Answered, verdict: bool | None) -> tuple[bool | None, bool | None]:
    if each.route.escalated:
        return False, verdict
    return (verdict, None) if each.route.tier == "slm" else (None, verdict)
