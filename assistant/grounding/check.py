"""Asks the model that answered whether the sources really state the answer, and reads how sure it is.

The verdict is the probability of "yes" among "yes" and "no" in the first token: one token after a prompt that is
already in the cache. Measured on the 1.5B default it separates true from false claims; the untrained 0.5B does not, so
its answers are not asked about.
"""

import math
from collections.abc import Collection, Mapping

_YES = frozenset({"yes", "sí", "si", "y", "s", "sÃ"})
_NO = frozenset({"no", "n"})
# A model that says neither word with this probability speaks of something else.
_LEAST_SAID = 0.05


def yes_probability(tokens: Mapping[str, float]) -> float | None:
    """P(yes) out of first-token log-probabilities; None when the model spoke of something else altogether."""
    return share(tokens, _YES, _NO)


def share(tokens: Mapping[str, float], these: Collection[str], those: Collection[str]) -> float | None:
    """P(one of `these`) beside P(one of `those`), whatever their case; None when neither is likely at all."""
    one, other = (
        sum(math.exp(p) for token, p in tokens.items() if token.strip().casefold() in words) for words in (these, those)
    )
    return one / (one + other) if one + other > _LEAST_SAID else None
