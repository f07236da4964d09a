import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.search.fusion import best_of, fuse, ranked

scores = st.dictionaries(st.sampled_from("abcdefgh"), st.floats(0.01, 50), max_size=8)


def test_both_legs_count() -> None:
    fused = fuse({"a": 0.4, "b": 0.3, "c": 0.2}, {"b": 10.0, "c": 1.0}, 0.5)
    assert ranked(fused) == ["b", "a", "c"]
    assert fused["b"] == pytest.approx(0.5 * 0.75 + 0.5 * 1.0)


def test_words_that_match_little_of_the_question_count_little() -> None:
    dense, lexical = {"a": 0.4, "b": 0.3}, {"b": 2.0}
    assert ranked(fuse(dense, lexical, 0.5, best_lexical=2.0)) == ["b", "a"]
    assert ranked(fuse(dense, lexical, 0.5, best_lexical=2_000.0)) == ["a", "b"]


def test_what_is_less_near_than_the_unrelated_keeps_its_order() -> None:
    assert ranked(fuse({"a": -0.3, "b": -0.1, "c": 0.2, "d": 0.0}, {}, 0.5)) == ["c", "d", "b", "a"]
    assert ranked(fuse({"a": -0.3, "b": -0.1}, {}, 0.5)) == ["b", "a"]


def test_one_leg_alone_keeps_its_order_whatever_its_weight() -> None:
    assert ranked(fuse({"a": 0.9, "b": 0.8}, {}, 0.0)) == ["a", "b"]
    assert ranked(fuse({}, {"a": 9.0, "b": 8.0}, 1.0)) == ["a", "b"]


def test_nothing_found() -> None:
    assert fuse({}, {}, 0.5) == {}


def test_the_best_wording_counts() -> None:
    assert best_of([{"a": 0.2, "b": 0.5}, {"a": 0.9}]) == {"a": 0.9, "b": 0.5}


def test_equal_scores_have_a_fixed_order() -> None:
    assert ranked({"b": 1.0, "a": 1.0}) == ["a", "b"]


@given(scores, scores, st.floats(0, 1))
def test_scores_stay_between_0_and_1(dense: dict[str, float], lexical: dict[str, float], weight: float) -> None:
    fused = fuse(dense, lexical, weight)
    assert set(fused) == set(dense) | set(lexical)
    assert all(-1e-9 <= score <= 1 + 1e-9 for score in fused.values())
