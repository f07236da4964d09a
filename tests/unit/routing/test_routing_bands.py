"""Decisions with a fitted router: three bands, conversations that keep their model, locks above everything."""

from collections.abc import Callable

import numpy as np
import pytest

from assistant.routing.bands import PROFILES, Bands, bands_of
from assistant.routing.fitted import Judgement
from assistant.routing.router import Before, Signals, decide

BANDS = Bands(easy=0.9, hard=0.6)


@pytest.fixture
def judged(signals) -> Callable[..., Signals]:
    """Signals with a judgement."""
    return lambda p, **given: signals(judged=Judgement(0.1, p, p), bands=BANDS, **given)


@pytest.mark.parametrize(
    ("p", "given", "tier", "reason"),
    [
        (0.95, {}, "slm", "judged_easy"),
        (0.75, {}, "slm", "judged_between"),
        (0.5, {}, "llm", "judged_hard"),
        (0.95, {"intent": "comparison"}, "llm", "comparison"),
        (0.95, {"intent": "comparison", "profile": "auto-cheap"}, "slm", "judged_easy"),
        (0.95, {"choice": "llm"}, "llm", "forced_llm"),
        (0.5, {"small_talk": True, "intent": "greeting"}, "slm", "small_talk"),
        (0.5, {"evidence": []}, "none", "no_evidence"),
        (0.5, {"spent": True}, "slm", "budget_spent"),
        (0.5, {"spent": True, "choice": "llm"}, "llm", "forced_llm"),
    ],
)
def test_bands(judged, p: float, given: dict[str, object], tier: str, reason: str) -> None:
    decision = decide(judged(p, **given))
    assert (decision.tier, decision.reason) == (tier, reason)


@pytest.mark.parametrize(
    ("p", "before", "given", "tier"),
    [
        (0.65, "llm", {}, "llm"),  # not clearly enough above to go down
        (0.71, "llm", {}, "slm"),
        (0.95, "llm", {"follow_up": True}, "llm"),  # what leans on hard work is not handed down
        (0.59, "slm", {}, "slm"),  # hardly below
        (0.57, "slm", {}, "llm"),  # going up takes less
        (0.57, "none", {}, "llm"),
        (0.2, "slm", {"task": "booking"}, "slm"),
        (0.95, "llm", {"task": "booking"}, "llm"),
    ],
)
def test_a_conversation_keeps_its_model(judged, p: float, before: str, given: dict[str, object], tier: str) -> None:
    assert decide(judged(p, before=Before(before), **given)).tier == tier  # type: ignore[arg-type]


@pytest.mark.parametrize("choice", ["auto", "slm", "llm"])
@pytest.mark.parametrize("p", [0.1, 0.95])
@pytest.mark.parametrize("task", ["", "booking"])
def test_a_lock_stands_above_everything(judged, choice: str, p: float, task: str) -> None:
    locked = judged(p, choice=choice, task=task, before=Before("llm"), lock="restricted", remote=frozenset({"llm"}))
    assert decide(locked).tier == "slm"


def test_with_both_models_elsewhere_a_locked_turn_has_none(judged) -> None:
    decision = decide(judged(0.5, lock="personal_data", remote=frozenset({"slm", "llm"})))
    assert (decision.tier, decision.reason) == ("none", "no_local_model")


def test_a_lock_changes_nothing_where_all_models_are_local(judged) -> None:
    assert decide(judged(0.5, lock="restricted")).reason == "judged_hard"


@pytest.mark.parametrize(
    ("profile", "reads", "reason"),
    [
        ("auto", True, "one_line"), ("auto", False, "hard_question"), ("local-only", True, "one_line"),
        ("auto-cheap", False, "one_line"), ("auto-quality", True, "hard_question"),
    ],
)  # fmt: skip
def test_profiles_without_a_fitted_router(signals, profile: str, reads: bool, reason: str) -> None:
    assert decide(signals(profile=profile, reads=reads, question="word " * 30)).reason == reason


def test_every_reason_has_words_in_both_languages() -> None:
    from assistant.messages.routes import ROUTES

    reasons = {
        "judged_easy", "judged_between", "judged_hard", "stays", "task_running", "budget_spent", "no_local_model",
        *(f"kept_{lock}" for lock in ("restricted", "personal_data", "local_only", "conversation")),
    }  # fmt: skip
    assert reasons <= set(ROUTES)


def test_a_careful_profile_asks_the_large_model_more_often() -> None:
    generator = np.random.default_rng(1)
    p = generator.uniform(0.3, 1, 2_000)
    gain = (generator.uniform(0, 1, 2_000) > p).astype(float)
    bands = bands_of(p, gain)
    assert set(bands) == set(PROFILES)
    assert bands["auto-cheap"][1] < bands["auto"][1] < bands["auto-quality"][1]
    assert all(easy >= hard for easy, hard in bands.values())
    kept = gain[p < bands["auto"][1]].sum() / gain.sum()
    assert kept == pytest.approx(0.8, abs=0.01)
