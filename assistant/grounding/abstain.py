"""Whether an answer is good enough to be given, or the documents do not say."""

from collections.abc import Mapping

# Chosen on the tune half of the demo organisation's questions (docs/benchmarks.md, "Abstention"): the similarity of the
# best sentence tells answerable from unanswerable best (AUROC 0.79), the model's own verdict adds little.
LEAST_RELEVANCE = 0.64
LEAST_CHECK = 0.7
LEAST_SUPPORT = 0.35


def must_abstain(signals: Mapping[str, float]) -> bool:
    """True when nothing near the question was found, the model does not stand by its answer, or no source backs it.

    `signals`: relevance (of the best sentence), support (mean of the sentences), both 0 to 1, and check (P(yes), absent
    when the model was not asked).
    """
    return (
        signals.get("relevance", 1.0) < LEAST_RELEVANCE
        or signals.get("check", 1.0) < LEAST_CHECK
        or signals.get("support", 1.0) < LEAST_SUPPORT
    )
