"""Whether an answer is good enough to be given, or the documents do not say."""

from collections.abc import Mapping

# Chosen on tune halves (docs/benchmarks.md, "Abstention").
LEAST_RELEVANCE = 0.4
LEAST_SURE = 0.2
LEAST_CHECK = 0.7
LEAST_SUPPORT = 0.35


def must_abstain(signals: Mapping[str, float]) -> bool:
    """True when nothing near the question was found, the model does not stand by its answer, or no source backs it.

    `signals`, all 0 to 1: relevance (of the best sentence), support (mean of the answer's sentences), sure (P(yes) of
    the best line) and check (P(yes) of the answer), these where the model was asked; and unknown, the number of names
    with a number that no source knows.
    """
    return (
        signals.get("unknown", 0) > 0
        or signals.get("relevance", 1.0) < LEAST_RELEVANCE
        or signals.get("sure", 1.0) < LEAST_SURE
        or signals.get("check", 1.0) < LEAST_CHECK
        or signals.get("support", 1.0) < LEAST_SUPPORT
    )
