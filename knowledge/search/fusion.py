"""Brings the scores of the two legs onto one scale and adds them up.

Convex combination of per-query normalised scores (Bruch et al. 2023, "An Analysis of Fusion Functions for Hybrid
Retrieval"): it keeps the distances between scores, which reciprocal ranks throw away. A dense score counts from what
an unrelated passage has, a lexical one up to what lies between the best hit and a passage that would be full of every
word. So a question whose words hardly match, because it is in another language or speaks in other words, is ranked
mostly by meaning, without a rule that says so.
"""

from collections.abc import Iterable, Mapping
from math import sqrt

Scores = Mapping[str, float]
_JUST_ABOVE = 1e-6


def fuse(dense: Scores, lexical: Scores, dense_weight: float, best_lexical: float = 0.0) -> dict[str, float]:
    """Weighted sum of both legs' scores, each scaled to 0..1; a hit missing from a leg gets 0 from it.

    Dense scores are cosines above what is typical of unrelated passages (`knowledge.search.typical`), scaled by the
    highest; below 0 they are 0. Lexical ones are scaled by the geometric mean of the highest there is and of
    `best_lexical`, the highest that any passage could have.
    """
    if not dense or not lexical:
        dense_weight = 1.0 if dense else 0.0
    top = max(lexical.values(), default=0.0)
    scaled_dense, scaled_lexical = _scaled(dense), _scaled(lexical, sqrt(top * max(top, best_lexical)))
    return {
        key: dense_weight * scaled_dense.get(key, 0.0) + (1 - dense_weight) * scaled_lexical.get(key, 0.0)
        for key in dict.fromkeys((*dense, *lexical))
    }


def best_of(scores: Iterable[Scores]) -> dict[str, float]:
    """The highest score each key has in any of the mappings: several wordings of one question."""
    best: dict[str, float] = {}
    for each in scores:
        for key, score in each.items():
            best[key] = max(score, best.get(key, score))
    return best


def ranked(scores: Scores) -> list[str]:
    """Keys by falling score; equal scores in the keys' own order, so that results never depend on chance."""
    return sorted(scores, key=lambda key: (-scores[key], key))


def _scaled(scores: Scores, best: float = 0.0) -> dict[str, float]:
    """Between 0 and 1; what lies below 0 keeps its order just above it."""
    if not scores:
        return {}
    low, high = min(0.0, *scores.values()), max(best, *scores.values())
    if high <= 0:
        return {key: 1.0 + score - max(scores.values()) for key, score in scores.items()}
    return {
        key: max(score / high, _JUST_ABOVE * (1 - score / low) if low < 0 else 0.0) for key, score in scores.items()
    }
