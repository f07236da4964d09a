"""Texts are put together by length, under a budget of tokens."""

from hypothesis import given
from hypothesis import strategies as st

from assistant.models.embedder import batches


@given(st.lists(st.integers(1, 512), max_size=200), st.integers(1, 4096))
def test_every_text_is_in_one_batch_within_the_budget(lengths: list[int], budget: int) -> None:
    found = batches(lengths, budget)
    assert sorted(int(index) for batch in found for index in batch) == list(range(len(lengths)))
    for batch in found:
        padded = len(batch) * max(lengths[index] for index in batch)
        assert padded <= budget or len(batch) == 1


def test_like_lengths_share_a_batch() -> None:
    assert [sorted(batch.tolist()) for batch in batches([5, 500, 6, 480], 1000)] == [[0, 2], [1, 3]]


def test_nothing_makes_no_batch() -> None:
    assert batches([], 100) == []
