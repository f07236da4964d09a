"""Figures of merit, as BEIR and pytrec_eval compute them, and what is needed to report them honestly."""

from collections.abc import Mapping, Sequence
from math import log2

import numpy as np

RESAMPLES = 1_000
_SEED = 20_260_101


def ndcg(ranked: Sequence[str], relevance: Mapping[str, float], k: int = 10) -> float:
    """Normalised discounted cumulative gain: the gain is the relevance itself, the discount log2(rank + 1).

    The ideal ranking is that of all judged documents, found or not (trec_eval's `ndcg_cut`); 0 when none is relevant.
    """
    ideal = _discounted(sorted(relevance.values(), reverse=True)[:k])
    return _discounted([relevance.get(each, 0.0) for each in ranked[:k]]) / ideal if ideal else 0.0


def recall(ranked: Sequence[str], relevance: Mapping[str, float], k: int) -> float:
    """Share of the relevant documents among the first `k`; 0 when none is relevant."""
    relevant = {each for each, gain in relevance.items() if gain > 0}
    return len(relevant & set(ranked[:k])) / len(relevant) if relevant else 0.0


def reciprocal_rank(ranked: Sequence[str], relevance: Mapping[str, float], k: int = 10) -> float:
    """1 / rank of the first relevant document; 0 when none is among the first `k`."""
    ranks = (rank for rank, each in enumerate(ranked[:k], start=1) if relevance.get(each, 0.0) > 0)
    return 1 / next(ranks, float("inf"))


def mean(values: Sequence[float]) -> float | None:
    """The mean; None of nothing."""
    return float(np.mean(values)) if values else None


def percentile(values: Sequence[float], share: float) -> float | None:
    """The value below which `share` percent lie, interpolated between neighbours; None of nothing."""
    return float(np.percentile(values, share)) if values else None


def share(hits: Sequence[bool]) -> float | None:
    """The share of true ones; None of nothing."""
    return sum(hits) / len(hits) if hits else None


def interval(hits: Sequence[bool]) -> tuple[float, float] | None:
    """95 % bootstrap interval of `share` (percentile method, seeded, 1,000 resamples); None of nothing."""
    if not hits:
        return None
    drawn = np.random.default_rng(_SEED).choice(np.asarray(hits, dtype=float), size=(RESAMPLES, len(hits)))
    low, high = np.percentile(drawn.mean(axis=1), [2.5, 97.5])
    return float(low), float(high)


def _discounted(gains: Sequence[float]) -> float:
    return sum(max(gain, 0.0) / log2(rank + 1) for rank, gain in enumerate(gains, start=1))
