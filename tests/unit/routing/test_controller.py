"""A share that holds, whatever is asked, and conversations in which nothing unsafe happens."""

from dataclasses import dataclass

import numpy as np
import pytest

from assistant.routing.bands import Bands
from assistant.routing.controller import ShareHolder
from assistant.routing.fitted import Judgement
from assistant.routing.router import Before, decide

TURNS = 1_000


@dataclass(frozen=True)
class Asked:
    """A turn of a simulated conversation."""

    p: float
    first: bool
    follow_up: bool
    task: str
    private: bool


def _traffic(seed: int, shift: float) -> list[Asked]:
    """Conversations of one to nine turns; the probabilities are those of other questions than were fitted on."""
    generator, turns = np.random.default_rng(seed), list[Asked]()
    while len(turns) < TURNS:
        mood, length = generator.normal(shift, 0.8), int(generator.integers(1, 10))
        task_from = int(generator.integers(0, 12))
        for number in range(length):
            p = 1 / (1 + np.exp(-(mood + generator.normal(0, 0.7))))
            turns.append(
                Asked(
                    float(p), number == 0, number > 0 and generator.random() < 0.4,
                    "booking" if task_from <= number < task_from + 3 else "", bool(generator.random() < 0.1),
                )
            )  # fmt: skip
    return turns[:TURNS]


def _simulated(make, turns: list[Asked], holder: ShareHolder) -> list[str]:
    tiers, before = list[str](), None
    for turn in turns:
        before = None if turn.first else before
        hard = holder.threshold()
        signals = make(
            judged=Judgement(0.0, turn.p, turn.p), bands=Bands(max(0.95, hard), hard), before=before, task=turn.task,
            follow_up=turn.follow_up, lock="restricted" if turn.private else "", remote=frozenset({"llm"}),
        )  # fmt: skip
        tier = decide(signals).tier
        holder.record(large=tier == "llm")
        tiers.append(tier)
        before = Before(tier)
    return tiers


def _grid() -> np.ndarray:
    return np.quantile(1 / (1 + np.exp(-np.random.default_rng(0).normal(0.5, 1.0, 5_000))), np.linspace(0, 1, 201))


@pytest.mark.parametrize("target", [0.1, 0.3, 0.6])
@pytest.mark.parametrize("shift", [0.5, 1.5, -0.5])
@pytest.mark.parametrize("seed", range(3))
def test_a_thousand_turns_hold_the_share_within_two_points(signals, target: float, shift: float, seed: int) -> None:
    holder = ShareHolder(target, _grid())
    tiers = _simulated(signals, _traffic(seed, shift), holder)
    assert tiers.count("llm") / TURNS == pytest.approx(target, abs=0.02)
    assert holder.share == pytest.approx(target, abs=0.02)


@pytest.mark.parametrize("seed", range(5))
def test_no_unsafe_switch_in_a_thousand_turns(signals, seed: int) -> None:
    """Unsafe: down in the middle of a task or on a turn that leans on the one before, and private turns sent out."""
    turns = _traffic(seed, 0.5)
    tiers = _simulated(signals, turns, ShareHolder(0.4, _grid()))
    pairs = [(now, turns[n].first, tiers[n - 1], tiers[n]) for n, now in enumerate(turns) if n]
    down = [now for now, first, before, tier in pairs if not first and (before, tier) == ("llm", "slm")]
    assert [now for now in down if (now.task or now.follow_up) and not now.private] == []
    assert [tier for turn, tier in zip(turns, tiers, strict=True) if turn.private and tier == "llm"] == []
    switched = [before != tier for now, first, before, tier in pairs if not first and not now.private]
    assert sum(switched) / len(switched) < 0.25
    assert any(before != tier for _, first, before, tier in pairs if not first)  # it does change at times


def test_what_was_used_before_a_restart_counts() -> None:
    fresh, after = ShareHolder(0.3, _grid()), ShareHolder(0.3, _grid(), [True] * 20)
    assert after.threshold() < fresh.threshold()
    assert after.share == 1.0


def test_a_long_quiet_time_is_not_made_up_for_at_once() -> None:
    holder = ShareHolder(0.5, _grid(), [False] * 900)
    made_up = 0
    for _ in range(100):
        large = holder.threshold() > 0.5
        holder.record(large=large)
        made_up += large
    assert made_up < 85
