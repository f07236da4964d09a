"""Whether people like a candidate less than its champion: a sequential test on thumbs.

Wald's sequential probability ratio test (1945, https://doi.org/10.1214/aoms/1177731118): after every vote, how much
likelier the candidate's thumbs are if its share of thumbs down is WORSE higher than the champion's, than if it is the
same. Looking after every vote is what the test is made for: both errors stay below 5 %.
"""

import math
from dataclasses import dataclass
from typing import Literal

WORSE = 0.15
"""By how much the share of thumbs down has to be higher to count as worse."""
LEAST_VOTES = 20
"""Conversations with a thumb that each of the two needs before anything is decided."""
ERROR = 0.05
Verdict = Literal["worse", "not worse", "open"]


@dataclass(frozen=True, slots=True)
class Votes:
    """Conversations whose thumbs were up, and down. One with both counts as down."""

    up: int = 0
    down: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.up + self.down


def judged(champion: Votes, candidate: Votes) -> Verdict:
    """Whether the candidate is worse by WORSE, not worse, or whether votes are missing to say so."""
    if min(champion.total, candidate.total) < LEAST_VOTES:
        return "open"
    same = (champion.down + 1) / (champion.total + 2)  # Laplace's rule, so that none is 0 or 1
    worse = min(same + WORSE, 0.99)
    same = min(same, worse - 0.01)
    ratio = candidate.down * math.log(worse / same) + candidate.up * math.log((1 - worse) / (1 - same))
    bound = math.log((1 - ERROR) / ERROR)
    return "worse" if ratio >= bound else "not worse" if ratio <= -bound else "open"
