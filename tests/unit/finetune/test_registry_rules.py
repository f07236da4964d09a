"""What may be promoted, and for whom; a candidate that serves a part."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from finetune.errors import PromotionRefused
from finetune.registry import Registry
from finetune.registry.page import page
from finetune.testing.adapters import random_adapter
from finetune.testing.gate import let_pass


def test_what_the_gate_refused_cannot_be_promoted_at_all(registry: Registry, tmp_path: Path) -> None:
    registry.add(random_adapter(tmp_path / "a"), "help")
    registry.judge("help@v1", {"verdict": "worse on abstention"})
    for ungated in (False, True):
        with pytest.raises(PromotionRefused, match=r"refused help@v1 \(worse on abstention\)"):
            registry.promote("reader", "help@v1", who="ana", ungated=ungated, why="please")


def test_without_a_gate_a_reason_is_needed(registry: Registry, tmp_path: Path) -> None:
    registry.add(random_adapter(tmp_path / "a"), "help")
    for ungated, why in ((False, "please"), (True, " ")):
        with pytest.raises(PromotionRefused, match="not been through the gate"):
            registry.promote("reader", "help@v1", who="ana", ungated=ungated, why=why)
    assert registry.promote("reader", "help@v1", who="ana", ungated=True, why="measured by hand").why


def test_a_gate_may_come_later_and_counts_for_these_weights_only(registry: Registry, tmp_path: Path) -> None:
    version = registry.add(random_adapter(tmp_path / "a"), "help")
    registry.judge("help@v1", {"verdict": "worse"})
    assert version.verdict == "worse"
    let_pass(registry, "help@v1")
    registry.promote("reader", "help@v1", who="ana")
    record = {**version.gate, "sha256": "other"}
    (version.folder / "gate.json").write_text(json.dumps(record), encoding="utf-8")
    assert (version.gate, version.verdict) == ({}, "")


@pytest.mark.parametrize("verdict", ["pass", "passed"])
def test_what_a_card_says_of_its_gate_does_not_count(registry: Registry, tmp_path: Path, verdict: str) -> None:
    """Neither the word in the card of a folder that is added, nor one that is given with it, nor a gate.json in it."""
    source = random_adapter(tmp_path / "a", gate={"verdict": verdict})
    version = registry.add(source, "help", card={"gate": {"verdict": verdict}})
    with pytest.raises(PromotionRefused, match="not been through the gate"):
        registry.promote("reader", "help@v1", who="ana")
    assert (version.gate, version.verdict, "gate" in version.card) == ({}, "", False)
    let_pass(registry, "help@v1")
    shutil.copyfile(version.folder / "gate.json", source / "gate.json")  # with its scores, and of these very weights
    assert registry.add(source, "help").verdict == ""
    with pytest.raises(PromotionRefused, match="not been through the gate"):
        registry.promote("reader", "help@v2", who="ana")


@pytest.mark.parametrize("scores", [{}, {"scores": []}, {"scores": None}])
def test_a_pass_without_scores_is_none(registry: Registry, tmp_path: Path, scores: dict[str, Any]) -> None:
    version = registry.add(random_adapter(tmp_path / "a"), "help")
    registry.judge("help@v1", {"verdict": "pass", **scores})
    assert version.verdict == ""
    with pytest.raises(PromotionRefused, match="not been through the gate"):
        registry.promote("reader", "help@v1", who="ana")
    assert "Gate: it has not been through one" in page(version, "")
    assert registry.promote("reader", "help@v1", who="ana", ungated=True, why="measured by hand").why


def test_an_adapter_serves_only_those_who_may_read_what_it_learnt_from(registry: Registry, tmp_path: Path) -> None:
    registry.add(random_adapter(tmp_path / "a", groups=["sales", "board"]), "help")
    let_pass(registry)
    registry.promote("team:sales", "help@v1", who="ana", serves=["sales"])
    with pytest.raises(PromotionRefused, match="trained on what board, sales may read, and reader serves everyone"):
        registry.promote("reader", "help@v1", who="ana")
    with pytest.raises(PromotionRefused, match="serves support"):
        registry.promote("both", "help@v1", who="ana", serves=["sales", "support"])


@pytest.mark.parametrize("groups", [None, [], "everyone"])
def test_without_groups_it_serves_nobody(registry: Registry, tmp_path: Path, groups: Any) -> None:
    registry.add(random_adapter(tmp_path / "a", groups=groups), "help")
    let_pass(registry)
    with pytest.raises(PromotionRefused, match="what nobody may read"):
        registry.promote("reader", "help@v1", who="ana")


# Canaries


def test_a_canary_takes_its_part_of_the_conversations_always_the_same(three: Registry) -> None:
    three.promote("reader", "help@v1", who="ana")
    three.promote("reader", "help@v2", who="ana", canary=10)
    canary = three.canaries()["reader"]
    taken = [canary.takes(f"conversation-{n}") for n in range(5000)]
    assert 0.08 < sum(taken) / len(taken) < 0.12
    assert taken == [canary.takes(f"conversation-{n}") for n in range(5000)]
    assert three.aliases() == {"reader": "help@v1"}


def test_a_canary_is_stopped_by_a_rollback_and_ended_by_a_promotion(three: Registry) -> None:
    three.promote("reader", "help@v1", who="ana")
    three.promote("reader", "help@v2", who="ana", canary=10)
    assert three.rollback("reader", who="ana").action == "canary_stopped"
    assert (three.canaries(), dict(three.aliases())) == ({}, {"reader": "help@v1"})
    three.promote("reader", "help@v2", who="ana", canary=10)
    three.promote("reader", "help@v2", who="ana")
    assert (three.canaries(), dict(three.aliases())) == ({}, {"reader": "help@v2"})


def test_a_canary_does_not_come_back_with_its_champion(three: Registry) -> None:
    three.promote("reader", "help@v1", who="ana")
    three.promote("reader", "help@v2", who="ana", canary=10)
    three.promote("reader", "help@v3", who="ana")
    three.rollback("reader", who="ana")
    assert (three.canaries(), dict(three.aliases())) == ({}, {"reader": "help@v1"})


@pytest.mark.parametrize("percent", [-1, 51, 100])
def test_a_canary_of_another_size_is_refused(three: Registry, percent: int) -> None:
    with pytest.raises(PromotionRefused, match="1 to 50 percent"):
        three.promote("reader", "help@v1", who="ana", canary=percent)
