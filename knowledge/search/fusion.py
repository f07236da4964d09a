"""Brings the scores of the two legs onto one scale and adds them up.

Convex combination of per-query normalised scores (Bruch et al. 2023, "An Analysis of Fusion Functions for Hybrid
Retrieval"): it keeps the distances between scores, which reciprocal ranks throw away.
"""

from collections.abc import Iterable, Mapping

Scores = Mapping[str, float]


def fuse(dense: Scores, lexical: Scores, dense_weight: float) -> dict[str, float]:
    """Weighted sum of both legs' scores, each scaled to 0..1; a hit missing from a leg gets 0 from it.

    Dense scores are scaled between the lowest and the highest of this query (cosines of one model fill only a narrow
    band); lexical ones by the highest alone, since 0 already means that no word matched.
    """
    if not dense or not lexical:
        dense_weight = 1.0 if dense else 0.0
    scaled_dense, scaled_lexical = _between(dense), _below_top(lexical)
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


def _between(scores: Scores) -> dict[str, float]:
    if not scores:
        return {}
    low, high = min(scores.values()), max(scores.values())
    width = high - low
    return {key: (score - low) / width if width > 0 else 1.0 for key, score in scores.items()}


def _below_top(scores: Scores) -> dict[str, float]:
    high = max(scores.values(), default=0.0)
    return {key: score / high if high > 0 else 1.0 for key, score in scores.items()}
