"""The three bands of a profile: surely easy, surely hard, and between.

A profile says how much of the large model's advantage it wants to keep. Where its bands lie is read from rows the
weights have not seen: questions go to the large model at once, the most promising first, until that much is kept; and a
question is surely easy when few of those like it need the large model.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from assistant.routing.calibration import Array
from assistant.turn.answer import Profile

PROFILES: tuple[Profile, ...] = ("auto", "auto-cheap", "auto-quality", "local-only")

# Part of the large model's advantage that is kept by sending questions to it at once, and the share of questions in the
# easy band that may need it all the same.
WANTED: Mapping[Profile, tuple[float, float]] = {
    "auto": (0.80, 0.05),
    "auto-cheap": (0.50, 0.10),
    "auto-quality": (0.95, 0.02),
    "local-only": (0.80, 0.05),
}


@dataclass(frozen=True, slots=True)
class Bands:
    """Probabilities that the small model is enough: `easy` and above it is trusted, below `hard` it is not asked."""

    easy: float
    hard: float


def bands_of(p_slm: Array, gain: Array) -> dict[str, tuple[float, float]]:
    """(easy, hard) for every profile, from held-out probabilities and what the large model added."""
    return {profile: _bands(p_slm, gain, *WANTED[profile]) for profile in PROFILES}


def _bands(p_slm: Array, gain: Array, kept: float, needed: float) -> tuple[float, float]:
    order = np.argsort(p_slm, kind="stable")
    ranked = p_slm[order]
    hard = float(ranked[0])
    recovered = np.cumsum(gain[order])
    if recovered[-1] > 0:
        at = int(np.flatnonzero(recovered >= kept * recovered[-1])[0])
        hard = float(ranked[min(at + 1, len(ranked) - 1)])
    needs = (gain > 0).astype(float)[order][::-1]
    shares = np.cumsum(needs) / np.arange(1, len(needs) + 1)
    below = np.flatnonzero(shares <= needed)
    easy = float(ranked[::-1][below[-1]]) if len(below) else 1.0
    return max(easy, hard), hard
