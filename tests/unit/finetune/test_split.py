"""A split separates no conversation and no document, is the same each time, and says when it cannot be made."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finetune.errors import ExamplesInvalid
from finetune.examples import Example, Origin, identified
from finetune.split import crossing, split
from finetune.testing.examples import an_example, many


def _rows(keys: list[tuple[int, tuple[int, ...]]]) -> list[Example]:
    return [
        an_example(
            f"Question {number}?", origin=Origin("upload", "", f"c{talk}", tuple(f"d{each}" for each in documents))
        )
        for number, (talk, documents) in enumerate(keys)
    ]


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 30), st.lists(st.integers(0, 30), max_size=3).map(tuple)), min_size=2, max_size=60
    ),
    st.integers(0, 3),
)
def test_nothing_is_in_both_parts(keys: list[tuple[int, tuple[int, ...]]], seed: int) -> None:
    rows = _rows(keys)
    try:
        found = split(rows, 0.2, seed)
    except ExamplesInvalid:
        return
    assert crossing([found.train, found.held_out], None if found.by == "documents" else 1) == set()
    assert sorted(each.id for each in (*found.train, *found.held_out)) == sorted(each.id for each in rows)
    assert found.train
    assert 1 <= len(found.held_out) <= max(1, 0.4 * len(rows))


def test_the_same_rows_and_seed_are_split_alike_in_any_order() -> None:
    rows = many(100)
    one, other = split(rows, 0.1, 0), split(rows[::-1], 0.1, 0)
    assert {each.id for each in one.held_out} == {each.id for each in other.held_out}
    assert {each.id for each in split(rows, 0.1, 1).held_out} != {each.id for each in one.held_out}
    assert 5 <= len(one.held_out) <= 20
    assert one.by == "documents"


def test_where_documents_join_everything_the_main_one_keeps_rows_together() -> None:
    rows = [
        identified(replace(each, origin=replace(each.origin, documents=(*each.origin.documents, "handbook"))))
        for each in many(100)
    ]
    found = split(rows, 0.1, 0)
    assert found.by == "main document"
    assert crossing([found.train, found.held_out], 1) == set()
    assert crossing([found.train, found.held_out]) == {("document", "handbook")}


def test_what_cannot_be_parted_is_said() -> None:
    rows = _rows([(1, (1,))] * 20)
    with pytest.raises(ExamplesInvalid, match="20 examples cannot be parted"):
        split(rows, 0.1, 0)
