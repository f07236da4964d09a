"""Intervals cover what they should, and say how many more questions would decide."""

import random

import pytest

from finetune.gate.intervals import needed, paired


def test_where_nothing_differs_a_few_questions_still_say_little() -> None:
    few, many = paired([0.0] * 10, counted=True), paired([0.0] * 400, counted=True)
    assert few.estimate == many.estimate == 0.0
    assert few.low < -0.15
    assert -0.01 < many.low < 0.0
    assert few.high == -few.low


def test_a_plain_gain_is_sure_and_a_small_one_is_not() -> None:
    assert paired([1.0] * 30 + [0.0] * 30, counted=True).low > 0.3
    small = paired([1.0] * 4 + [-1.0] * 2 + [0.0] * 54, counted=True)
    assert small.low < 0 < small.high
    assert small.estimate == pytest.approx(2 / 60)


def test_figures_that_are_no_counts_are_drawn_again_and_always_alike() -> None:
    rng = random.Random(1)
    values = [rng.gauss(0.2, 1.0) for _ in range(300)]
    first, again = paired(values, counted=False), paired(values, counted=False)
    assert first == again
    assert first.low < first.estimate < first.high
    assert 0.15 < first.high - first.low < 0.30  # 2 * 1.96 / sqrt(300) = 0.226


@pytest.mark.parametrize("differs", [0.1, 0.4])
def test_nineteen_of_twenty_intervals_hold_the_truth(differs: float) -> None:
    """Drawn again and again from a world in which the gain is known."""
    rng, held = random.Random(2), 0
    gain = 0.5 * differs
    for _ in range(400):
        drawn = rng.choices([1.0, -1.0, 0.0], [0.75 * differs, 0.25 * differs, 1 - differs], k=80)
        found = paired(drawn, counted=True)
        held += found.low <= gain <= found.high
    assert held / 400 >= 0.93


def test_more_questions_are_needed_the_nearer_the_limit() -> None:
    differences = [1.0] * 6 + [-1.0] * 4 + [0.0] * 50
    near, far = needed(differences, 0.0), needed(differences, -0.10)
    assert near is not None
    assert far is not None
    assert far < near
    assert needed(differences, 0.5) is None  # no number of questions makes 0.03 more than 0.5


def test_nothing_is_no_interval() -> None:
    with pytest.raises(ValueError, match="nothing was measured"):
        paired([], counted=True)
