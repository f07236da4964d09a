"""Asks the model that answered whether the sources really state the answer, and reads how sure it is.

The verdict is the probability of "yes" among "yes" and "no" in the first token: one token after a prompt that is
already in the cache. Measured on the 1.5B default it separates true from false claims; the untrained 0.5B does not, so
its answers are not asked about.
"""

import math
from collections.abc import Mapping

_YES = frozenset({"yes", "sí", "si", "y", "s", "sÃ"})
_NO = frozenset({"no", "n"})


def yes_probability(tokens: Mapping[str, float]) -> float | None:
    """P(yes) out of first-token log-probabilities; None when the model spoke of something else altogether."""
    yes = sum(math.exp(p) for token, p in tokens.items() if token.strip().casefold() in _YES)
    no = sum(math.exp(p) for token, p in tokens.items() if token.strip().casefold() in _NO)
    return yes / (yes + no) if yes + no > 0.05 else None
