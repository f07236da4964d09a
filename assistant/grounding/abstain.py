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
# The confidence below which nothing is answered. What it is does not matter: every signal is measured against its own
# least value, which lies here.
LEAST_CONFIDENCE = 0.25


def hopeless(signals: Mapping[str, float]) -> bool:
    """True when nothing a model could say would make an answer: nothing near was found, or a name is unknown."""
    return signals.get("unknown", 0) > 0 or signals.get("relevance", 1.0) < LEAST_RELEVANCE_WHEN_SURE


def must_abstain(signals: Mapping[str, float], least: float = LEAST_CONFIDENCE) -> bool:
    """True when nothing near the question was found, the model does not stand by its answer, or no source backs it.

    `signals` are those of `confidence`. A `least` above the usual one withholds more.
    """
    return confidence(signals) < max(least, LEAST_CONFIDENCE)


def confidence(signals: Mapping[str, float]) -> float:
    """The one score, 0 to 1, on which an answer is given or withheld: that of its weakest signal.

    `signals`, all 0 to 1: relevance (of the best sentence), support (mean of the answer's sentences), found (P(a line
    answers), of the reader), sure (P(yes) of the best line) and check (P(yes) of the answer), these where a model was
    asked; and unknown, the number of names with a number that no source knows.
    """
    if hopeless(signals):
        return 0.0
    support = _place(signals.get("support", 1.0), LEAST_SUPPORT)
    if "found" in signals:  # trained to tell, so that nearness adds nothing
        return min(_place(signals["found"], LEAST_FOUND), support)
    near = LEAST_RELEVANCE_WHEN_SURE if signals.get("sure", 0.0) >= LEAST_SURE else LEAST_RELEVANCE
    return min(
        support,
        _place(signals.get("relevance", 1.0), near),
        _place(signals.get("sure", 1.0), LEAST_SURE),
        _place(signals.get("check", 1.0), LEAST_CHECK),
    )


def _place(value: float, least: float) -> float:
    """A value on the common scale: `least` lies at LEAST_CONFIDENCE, 0 at 0 and 1 at 1, straight in between."""
    if value < least:
        return LEAST_CONFIDENCE * value / least
    return LEAST_CONFIDENCE + (1 - LEAST_CONFIDENCE) * (min(value, 1.0) - least) / (1 - least)
