"""Whether an answer is good enough to be given, or the documents do not say."""

from collections.abc import Mapping

# Chosen on tune halves (docs/benchmarks.md, "Abstention"). A sentence in another language is never as near as one in
# the question's own, so a line that the model is sure of may be further away.
LEAST_RELEVANCE = 0.4
LEAST_RELEVANCE_WHEN_SURE = 0.2
LEAST_SURE = 0.55
LEAST_CHECK = 0.7
# P(one of the lines answers), as the reader has it.
LEAST_FOUND = 0.25
LEAST_SUPPORT = 0.35


def hopeless(signals: Mapping[str, float]) -> bool:
    """True when nothing a model could say would make an answer: nothing near was found, or a name is unknown."""
    return signals.get("unknown", 0) > 0 or signals.get("relevance", 1.0) < LEAST_RELEVANCE_WHEN_SURE


def must_abstain(signals: Mapping[str, float]) -> bool:
    """True when nothing near the question was found, the model does not stand by its answer, or no source backs it.

    `signals`, all 0 to 1: relevance (of the best sentence), support (mean of the answer's sentences), found (P(a line
    answers), of the reader), sure (P(yes) of the best line) and check (P(yes) of the answer), these where a model was
    asked; and unknown, the number of names with a number that no source knows.
    """
    if "found" in signals:  # trained to tell, so that nearness adds nothing
        return hopeless(signals) or signals["found"] < LEAST_FOUND or signals.get("support", 1.0) < LEAST_SUPPORT
    near = LEAST_RELEVANCE_WHEN_SURE if signals.get("sure", 0.0) >= LEAST_SURE else LEAST_RELEVANCE
    return (
        hopeless(signals)
        or signals.get("relevance", 1.0) < near
        or signals.get("sure", 1.0) < LEAST_SURE
        or signals.get("check", 1.0) < LEAST_CHECK
        or signals.get("support", 1.0) < LEAST_SUPPORT
    )
