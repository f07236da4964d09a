"""Figures of merit against values worked out by hand, and against the definition written out again."""

import random
from math import log2

import pytest

from assistant.evaluation.metrics import interval, mean, ndcg, percentile, recall, reciprocal_rank, share


def reference_ndcg(ranked: list[str], relevance: dict[str, float], k: int) -> float:
    """trec_eval's ndcg_cut in its plainest form."""
    dcg = 0.0
    for position in range(min(k, len(ranked))):
        dcg += max(relevance.get(ranked[position], 0.0), 0.0) / log2(position + 2)
    ideal = 0.0
    for position, gain in enumerate(sorted((g for g in relevance.values() if g > 0), reverse=True)[:k]):
        ideal += gain / log2(position + 2)
    return dcg / ideal if ideal else 0.0


def test_ndcg_of_a_perfect_ranking_is_one() -> None:
    assert ndcg(["a", "b", "c"], {"a": 2, "b": 1}) == 1.0


def test_ndcg_takes_the_relevance_itself_as_gain() -> None:
    # DCG 1/log2(2) + 3/log2(3), ideal 3/log2(2) + 1/log2(3); with the gain 2^rel - 1 it would be 0.71
    assert ndcg(["b", "a"], {"a": 3, "b": 1}) == pytest.approx((1 + 3 / log2(3)) / (3 + 1 / log2(3)))
    assert ndcg(["b", "a"], {"a": 3, "b": 1}) == pytest.approx(0.7967, abs=1e-4)


def test_ndcg_discounts_by_rank() -> None:
    assert ndcg(["x", "a"], {"a": 1}) == pytest.approx(1 / log2(3))
    assert ndcg(["x"] * 9 + ["a"], {"a": 1}) == pytest.approx(1 / log2(11))
    assert ndcg(["x"] * 10 + ["a"], {"a": 1}) == 0.0


def test_ndcg_counts_relevant_documents_that_were_not_found() -> None:
    assert ndcg(["a"], {"a": 1, "b": 1}) == pytest.approx(1 / (1 + 1 / log2(3)))


def test_ndcg_ideal_has_no_more_than_k_documents() -> None:
    assert ndcg(list("abcdefghij"), dict.fromkeys("abcdefghijkl", 1.0)) == pytest.approx(1.0)


def test_ndcg_takes_a_negative_relevance_as_none() -> None:
    assert ndcg(["a", "b"], {"a": -1, "b": 1}) == pytest.approx(1 / log2(3))


def test_ndcg_is_the_definition() -> None:
    chance = random.Random(5)
    for _ in range(300):
        documents = [f"d{number}" for number in range(chance.randint(1, 25))]
        relevance = {each: float(chance.randint(-1, 3)) for each in documents if chance.random() < 0.4}
        ranked = chance.sample(documents, chance.randint(0, len(documents)))
        for k in (1, 5, 10):
            assert ndcg(ranked, relevance, k) == pytest.approx(reference_ndcg(ranked, relevance, k))


def test_recall_is_the_share_of_relevant_documents_found() -> None:
    relevance = {"a": 1, "b": 2, "c": 0}
    assert recall(["a", "c", "x", "b"], relevance, 1) == 0.5
    assert recall(["a", "c", "x", "b"], relevance, 3) == 0.5
    assert recall(["a", "c", "x", "b"], relevance, 4) == 1.0
    assert recall(["c"], relevance, 5) == 0.0


def test_reciprocal_rank_is_that_of_the_first_relevant_document() -> None:
    assert reciprocal_rank(["x", "c", "a", "b"], {"a": 1, "b": 1, "c": 0}) == pytest.approx(1 / 3)
    assert reciprocal_rank(["x"] * 10 + ["a"], {"a": 1}) == 0.0


@pytest.mark.parametrize("metric", [lambda: ndcg([], {}), lambda: recall([], {}, 5), lambda: reciprocal_rank([], {})])
def test_nothing_relevant_gives_zero(metric) -> None:
    assert metric() == 0.0


def test_percentiles_are_interpolated() -> None:
    assert percentile([4.0, 1.0, 3.0, 2.0], 50) == 2.5
    assert percentile([float(n) for n in range(101)], 95) == 95.0
    assert percentile([7.0], 95) == 7.0


@pytest.mark.parametrize("empty", [mean([]), percentile([], 50), share([]), interval([])])
def test_nothing_has_no_figures(empty) -> None:
    assert empty is None


def test_share_and_mean() -> None:
    assert share([True, False, True, True]) == 0.75
    assert mean([1.0, 2.0]) == 1.5


def test_interval_is_that_of_a_proportion() -> None:
    low, high = interval([True] * 60 + [False] * 40)
    # normal approximation: 0.6 +- 1.96 * sqrt(0.6 * 0.4 / 100)
    assert low == pytest.approx(0.504, abs=0.012)
    assert high == pytest.approx(0.696, abs=0.012)


def test_interval_is_the_same_every_time() -> None:
    hits = [True, False, False] * 11
    assert interval(hits) == interval(hits)


def test_interval_without_variation_is_a_point() -> None:
    assert interval([True] * 5) == (1.0, 1.0)
