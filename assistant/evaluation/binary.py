"""Figures of a score that is to tell true from false."""

from collections.abc import Sequence

import numpy as np

from assistant.evaluation.metrics import RESAMPLES

_SEED = 20_260_101


def auroc(truth: Sequence[bool], scores: Sequence[float]) -> float | None:
    """P(a true one has a higher score than a false one), ties counting half (Mann-Whitney); None without both."""
    true, false = (np.array([s for t, s in zip(truth, scores, strict=True) if t is wanted]) for wanted in (True, False))
    if not len(true) or not len(false):
        return None
    higher = (true[:, None] > false).sum() + 0.5 * (true[:, None] == false).sum()
    return float(higher / (len(true) * len(false)))


def balanced_accuracy(truth: Sequence[bool], told: Sequence[bool]) -> float | None:
    """The mean of the shares of the true and of the false ones that were told; None without both."""
    pairs = list(zip(truth, told, strict=True))
    shares = [[t == s for t, s in pairs if t is wanted] for wanted in (True, False)]
    return sum(sum(each) / len(each) for each in shares) / 2 if all(shares) else None


def f1_of_false(truth: Sequence[bool], told: Sequence[bool]) -> float | None:
    """F1 of telling the false ones; None when none is false, and none was told to be."""
    pairs = list(zip(truth, told, strict=True))
    hits = sum(not t and not s for t, s in pairs)
    wrong = sum(t != s for t, s in pairs)
    return 2 * hits / (2 * hits + wrong) if hits or wrong else None


def balanced_interval(truth: Sequence[bool], told: Sequence[bool]) -> tuple[float, float] | None:
    """95 % bootstrap interval of the balanced accuracy (true and false ones drawn apart, seeded); None without both."""
    right = [[t == s for t, s in zip(truth, told, strict=True) if t is wanted] for wanted in (True, False)]
    if not all(right):
        return None
    draw = np.random.default_rng(_SEED).choice
    means = [draw(np.array(each, dtype=float), size=(RESAMPLES, len(each))).mean(axis=1) for each in right]
    low, high = np.percentile((means[0] + means[1]) / 2, [2.5, 97.5])
    return float(low), float(high)


def best_threshold(truth: Sequence[bool], scores: Sequence[float]) -> float:
    """The score from which "true" has the best balanced accuracy, the lowest of equals; 0.5 without both kinds."""
    tried = sorted(set(scores))
    found = [(balanced_accuracy(truth, [score >= each for score in scores]), each) for each in tried]
    known = [(accuracy, -each) for accuracy, each in found if accuracy is not None]
    return -max(known)[1] if known else 0.5
