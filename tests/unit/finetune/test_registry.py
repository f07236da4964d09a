"""Versions never change, aliases move by one write, and whatever goes wrong leaves all as it was."""

import errno
import json
import os
import shutil
import stat
import threading
import zipfile
from pathlib import Path
from typing import Any

import pytest

from finetune.errors import AdapterInvalid, AdapterUnknown, FinetuneError, PromotionRefused, RegistryUnusable
from finetune.lora import CARD, GGUF, WEIGHTS
from finetune.registry import Registry
from finetune.registry import writing as registry_writing
from finetune.registry.aliases import ALIASES, HISTORY
from finetune.registry.page import page
from finetune.testing.adapters import SMALL, random_adapter, write_card

BASES = {SMALL.sha256: SMALL.name}


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    return Registry(tmp_path / "adapters", BASES)


@pytest.fixture
def three(registry: Registry, tmp_path: Path) -> Registry:
    """With help@v1, help@v2 and help@v3."""
    for seed in range(3):
        registry.add(random_adapter(tmp_path / f"trained-{seed}", seed=seed), "help")
    return registry


def _state(registry: Registry) -> tuple[Any, ...]:
    return dict(registry.aliases()), registry.canaries(), [each.name for each in registry.versions()]


# Versions


def test_versions_are_counted_and_complete(three: Registry, tmp_path: Path) -> None:
    assert [each.name for each in three.versions()] == ["help@v1", "help@v2", "help@v3"]
    added = three.version("help@v2").whole()
    assert (added.card["topic"], added.card["version"]) == ("help", "v2")
    assert (added.folder / WEIGHTS).read_bytes() == (tmp_path / "trained-1" / WEIGHTS).read_bytes()


def test_numbers_are_not_used_twice_though_a_version_was_removed_by_hand(three: Registry, tmp_path: Path) -> None:
    three.promote("reader", "help@v3", who="ana")
    shutil.rmtree(three.folder / "help" / "v3")
    assert three.add(tmp_path / "trained-0", "help").name == "help@v4"


def test_what_was_added_does_not_change_with_its_source(registry: Registry, tmp_path: Path) -> None:
    source = random_adapter(tmp_path / "trained")
    added = registry.add(source, "help")
    (source / WEIGHTS).write_bytes(b"other")
    added.whole()
    assert not stat.S_IMODE((added.folder / WEIGHTS).stat().st_mode) & 0o222


@pytest.mark.parametrize("name", [WEIGHTS, GGUF, CARD, "adapter_config.json"])
def test_a_file_changed_afterwards_is_noticed_before_it_serves(three: Registry, name: str) -> None:
    file = three.version("help@v1").folder / name
    file.chmod(0o644)
    file.write_bytes(file.read_bytes() + b" ")
    with pytest.raises(AdapterInvalid, match="no longer the file that was added"):
        three.promote("reader", "help@v1", who="ana")
    assert three.aliases() == {}


def test_a_refused_folder_leaves_nothing(registry: Registry, tmp_path: Path) -> None:
    source = random_adapter(tmp_path / "trained")
    (source / "evil.pkl").write_bytes(b"x")
    with pytest.raises(AdapterInvalid):
        registry.add(source, "help")
    assert [each.name for each in registry.folder.iterdir() if each.name != ".lock"] == []


def test_what_a_crash_left_is_cleared_away(registry: Registry, tmp_path: Path) -> None:
    left = registry.folder / ".incoming-12345678"
    left.mkdir(parents=True)
    (left / WEIGHTS).write_bytes(b"half")
    registry.add(random_adapter(tmp_path / "trained"), "help")
    assert not left.exists()
    assert [each.name for each in registry.versions()] == ["help@v1"]


@pytest.mark.parametrize("topic", ["", "../x", "A", "a b", "x" * 65, "a@v1", "con/x"])
def test_topics_that_are_no_names_are_refused(registry: Registry, tmp_path: Path, topic: str) -> None:
    with pytest.raises(AdapterUnknown):
        registry.add(tmp_path, topic)


@pytest.mark.parametrize("name", ["help", "help@v0", "help@v01", "../help@v1", "help@v4", "other@v1", "help@vx"])
def test_names_that_are_no_versions_are_refused(three: Registry, name: str) -> None:
    with pytest.raises(AdapterUnknown):
        three.promote("reader", name, who="ana")
    assert three.aliases() == {}


# Aliases


def test_promotions_and_rollbacks(three: Registry) -> None:
    for name in ("help@v1", "help@v2", "help@v3"):
        three.promote("reader", name, who="ana", why="better")
    assert three.rollback("reader", who="ben").after == "help@v2"
    three.promote("reader", "help@v3", who="ana")
    assert [three.rollback("reader", who="ben").after for _ in range(3)] == ["help@v2", "help@v1", ""]
    with pytest.raises(AdapterUnknown, match="Nothing served reader before"):
        three.rollback("reader", who="ben")
    assert three.aliases() == {}
    moves = three.history("reader")
    assert [(each.action, each.who) for each in moves[:4]] == [("promote", "ana")] * 3 + [("rollback", "ben")]
    assert all(each.when and each.alias == "reader" for each in moves)


def test_aliases_are_apart(three: Registry) -> None:
    three.promote("reader", "help@v1", who="ana")
    three.promote("team:sales", "help@v2", who="ana")
    three.rollback("team:sales", who="ana")
    assert three.aliases() == {"reader": "help@v1"}
    assert json.loads((three.folder / ALIASES).read_text()) == {"reader": "help@v1"}


def test_promoting_what_serves_already_is_refused(three: Registry) -> None:
    three.promote("reader", "help@v1", who="ana")
    with pytest.raises(PromotionRefused, match="serves reader already"):
        three.promote("reader", "help@v1", who="ana")


def test_a_crash_between_history_and_alias_leaves_the_state_of_before(three: Registry, monkeypatch: Any) -> None:
    three.promote("reader", "help@v1", who="ana")
    replace = os.replace

    def crash(source: Any, target: Any) -> None:
        if Path(target).name == ALIASES:
            raise KeyboardInterrupt
        replace(source, target)

    monkeypatch.setattr(os, "replace", crash)
    with pytest.raises(KeyboardInterrupt):
        three.promote("reader", "help@v2", who="ana")
    monkeypatch.undo()
    assert three.aliases() == {"reader": "help@v1"}
    assert [each.after for each in three.history()] == ["help@v1"]
    three.promote("reader", "help@v3", who="ana")
    assert [each.after for each in three.history()] == ["help@v1", "help@v3"]
    assert three.rollback("reader", who="ana").after == "help@v1"


def test_half_a_line_of_history_is_passed_over(three: Registry) -> None:
    three.promote("reader", "help@v1", who="ana")
    with (three.folder / HISTORY).open("a") as stream:
        stream.write('{"when": "2026-')
    three.promote("reader", "help@v2", who="ana")
    assert [each.after for each in three.history()] == ["help@v1", "help@v2"]


@pytest.mark.parametrize("failing", ["fsync", "replace"])
def test_a_full_disk_changes_nothing_and_says_so(
    three: Registry, monkeypatch: Any, failing: str, tmp_path: Path
) -> None:
    three.promote("reader", "help@v1", who="ana")
    before, history = _state(three), (three.folder / HISTORY).read_text()

    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, failing, full)
    with pytest.raises(RegistryUnusable, match=r"No space left on device.* has not changed"):
        three.promote("reader", "help@v2", who="ana")
    with pytest.raises(RegistryUnusable):
        three.add(tmp_path / "trained-0", "help")
    monkeypatch.undo()
    assert _state(three) == before
    assert len(three.history()) == 1
    assert failing == "replace" or (three.folder / HISTORY).read_text() == history
    assert not [each for each in three.folder.iterdir() if each.name.startswith((".incoming", ".aliases"))]


def test_a_second_promotion_at_once_waits_for_the_first(three: Registry) -> None:
    errors: list[FinetuneError] = []

    def promote(name: str) -> None:
        try:
            Registry(three.folder, BASES).promote("reader", name, who=name)
        except FinetuneError as error:
            errors.append(error)

    threads = [threading.Thread(target=promote, args=(f"help@v{1 + n % 3}",)) for n in range(9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    moves = three.history("reader")
    assert all(isinstance(each, PromotionRefused) for each in errors)
    assert len(moves) + len(errors) == 9
    assert [each.before for each in moves] == ["", *(each.after for each in moves[:-1])]
    assert three.aliases() == {"reader": moves[-1].after}


def test_a_lock_that_is_not_given_back_is_said(three: Registry, monkeypatch: Any) -> None:
    monkeypatch.setattr(registry_writing, "LOCK_SECONDS", 0.1)
    held = threading.Event()
    over = threading.Event()

    def hold() -> None:
        with registry_writing.alone(three.folder):
            held.set()
            over.wait(5)

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait(5)
    with pytest.raises(RegistryUnusable, match="Another process has been writing"):
        three.promote("reader", "help@v1", who="ana")
    over.set()
    thread.join()


def test_damaged_aliases_are_said_and_not_written_over(three: Registry) -> None:
    (three.folder / ALIASES).write_text("{")
    with pytest.raises(RegistryUnusable, match=r"aliases\.json cannot be read"):
        three.promote("reader", "help@v1", who="ana")
    assert (three.folder / ALIASES).read_text() == "{"


def test_the_stamp_changes_with_every_move(three: Registry) -> None:
    seen = [three.stamp]
    three.promote("reader", "help@v1", who="ana")
    seen.append(three.stamp)
    three.promote("reader", "help@v2", who="ana", canary=10)
    seen.append(three.stamp)
    three.rollback("reader", who="ana")
    seen.append(three.stamp)
    assert len(set(seen)) == 4
    assert three.stamp == seen[-1]


# What may be promoted


def test_what_the_gate_refused_cannot_be_promoted_at_all(registry: Registry, tmp_path: Path) -> None:
    registry.add(random_adapter(tmp_path / "a", gate={"verdict": "worse on abstention"}), "help")
    for ungated in (False, True):
        with pytest.raises(PromotionRefused, match=r"refused help@v1 \(worse on abstention\)"):
            registry.promote("reader", "help@v1", who="ana", ungated=ungated, why="please")


def test_without_a_gate_a_reason_is_needed(registry: Registry, tmp_path: Path) -> None:
    registry.add(random_adapter(tmp_path / "a", gate=None), "help")
    for ungated, why in ((False, "please"), (True, " ")):
        with pytest.raises(PromotionRefused, match="not been through the gate"):
            registry.promote("reader", "help@v1", who="ana", ungated=ungated, why=why)
    assert registry.promote("reader", "help@v1", who="ana", ungated=True, why="measured by hand").why


def test_a_gate_may_come_later_and_counts_for_these_weights_only(registry: Registry, tmp_path: Path) -> None:
    version = registry.add(random_adapter(tmp_path / "a", gate=None), "help")
    registry.judge("help@v1", {"verdict": "worse"})
    assert version.gate["verdict"] == "worse"
    registry.judge("help@v1", {"verdict": "pass", "tables": {}})
    registry.promote("reader", "help@v1", who="ana")
    (version.folder / "gate.json").write_text(json.dumps({"verdict": "pass", "sha256": "other"}))
    assert version.gate == {}


def test_an_adapter_serves_only_those_who_may_read_what_it_learnt_from(registry: Registry, tmp_path: Path) -> None:
    registry.add(random_adapter(tmp_path / "a", groups=["sales", "board"]), "help")
    registry.promote("team:sales", "help@v1", who="ana", serves=["sales"])
    with pytest.raises(PromotionRefused, match="trained on what board, sales may read, and reader serves everyone"):
        registry.promote("reader", "help@v1", who="ana")
    with pytest.raises(PromotionRefused, match="serves support"):
        registry.promote("both", "help@v1", who="ana", serves=["sales", "support"])


@pytest.mark.parametrize("groups", [None, [], "everyone"])
def test_without_groups_it_serves_nobody(registry: Registry, tmp_path: Path, groups: Any) -> None:
    registry.add(random_adapter(tmp_path / "a", groups=groups), "help")
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


# Export and import


@pytest.mark.parametrize("out", ["out", "out.zip"])
def test_what_is_exported_can_be_taken_in_elsewhere(three: Registry, tmp_path: Path, out: str) -> None:
    target = three.export("help@v2", tmp_path / out)
    elsewhere = Registry(tmp_path / "elsewhere", BASES)
    version = elsewhere.bring(target, "reader")
    assert version.name == "reader@v1"
    assert version.card["sha256"] == three.version("help@v2").card["sha256"]
    assert version.gate == {}  # what a gate said elsewhere does not count here
    assert version.card["imported"]["gate"] == {"verdict": "pass"}
    with pytest.raises(RegistryUnusable, match="is there already"):
        three.export("help@v2", target)


def test_an_export_is_always_the_same_bytes(three: Registry, tmp_path: Path) -> None:
    first, second = three.export("help@v1", tmp_path / "a.zip"), three.export("help@v1", tmp_path / "b.zip")
    assert first.read_bytes() == second.read_bytes()


def test_a_file_changed_on_the_way_is_noticed(three: Registry, tmp_path: Path) -> None:
    folder = three.export("help@v1", tmp_path / "out")
    (folder / "adapter_config.json").write_text((folder / "adapter_config.json").read_text() + " ")
    with pytest.raises(AdapterInvalid, match=r"adapter_config\.json is not the file that its manifest names"):
        three.bring(folder, "help")


def test_what_peft_saved_gets_a_card_and_its_form_for_llama_cpp(tmp_path: Path) -> None:
    from dataclasses import replace

    qwen = replace(SMALL, name="qwen2.5-tiny")
    registry = Registry(tmp_path / "adapters", {qwen.sha256: qwen.name})
    source = random_adapter(tmp_path / "trained", qwen)
    (source / CARD).unlink()
    (source / GGUF).unlink()
    with pytest.raises(AdapterInvalid, match="--base"):
        registry.bring(source, "help")
    with pytest.raises(AdapterInvalid, match="--group"):
        registry.bring(source, "help", card={"base_sha256": qwen.sha256})
    version = registry.bring(source, "help", card={"base_sha256": qwen.sha256, "groups": ["sales"]})
    assert version.groups == {"sales"}
    assert version.gguf.is_file()


def _zip(file: Path, *members: tuple[zipfile.ZipInfo | str, bytes]) -> Path:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return file


def _link(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ([("../card.json", b"{}")], "leads out of its folder"),
        ([("/etc/card.json", b"{}")], "leads out of its folder"),
        ([("a/../../card.json", b"{}")], "leads out of its folder"),
        ([("a\\..\\card.json", b"{}")], "leads out of its folder"),
        ([("C:card.json", b"{}")], "leads out of its folder"),
        ([("a/b/card.json", b"{}")], "leads out of its folder, or deeper"),
        ([(_link("card.json"), b"/etc/passwd")], "is a link"),
        ([("a/card.json", b"{}"), ("b/README.md", b"x")], "several folders"),
        ([("adapter_model.bin", b"x")], "may be a pickle"),
        ([("run.sh", b"x")], "is no file of an adapter"),
        ([("README.md", b"0" * 2_000_000)], "at most"),
        ([("README.md", b"")], "is empty"),
        ([("README.md", b"x")], "is missing"),
    ],
)
def test_archives_that_lead_elsewhere_or_hold_something_else_are_refused(
    registry: Registry, tmp_path: Path, members: Any, said: str
) -> None:
    with pytest.raises(AdapterInvalid, match=said):
        registry.bring(_zip(tmp_path / "x.zip", *members), "help")
    assert registry.versions() == []
    assert not (tmp_path / "card.json").exists()


def test_a_member_larger_than_its_header_says_is_cut_off(registry: Registry, tmp_path: Path) -> None:
    file = _zip(tmp_path / "bomb.zip", ("README.md", b"0" * 3_000_000))
    raw = bytearray(file.read_bytes())
    size = (3_000_000).to_bytes(4, "little")
    while (at := raw.find(size)) >= 0:
        raw[at : at + 4] = (1000).to_bytes(4, "little")
    file.write_bytes(raw)
    with pytest.raises(AdapterInvalid):
        registry.bring(file, "help")


@pytest.mark.parametrize("content", [b"", b"PK", b"PK\3\4" + b"\0" * 100])
def test_what_is_no_archive_is_said(registry: Registry, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "x.zip"
    file.write_bytes(content)
    with pytest.raises(AdapterInvalid, match=r"cannot be read as a \.zip"):
        registry.bring(file, "help")


def test_the_page_says_what_a_person_wants_to_know(registry: Registry, tmp_path: Path) -> None:
    source = random_adapter(tmp_path / "a", gate={"verdict": "pass", "tables": {"grounded": {"base": 0.5}}})
    write_card(
        source, dataset={"name": "corrections", "version": "v3", "sha256": "ef" * 32}, approver="ana",
        curves={"loss": [2.0, 1.5, 1.2, 1.1, 1.0, 0.9, 0.8]}, gate={"verdict": "pass", "tables": {"grounded": 0.9}},
    )  # fmt: skip
    shown = page(registry.add(source, "help"), "reader")
    for part in ("help@v1", "Serves: reader", "corrections v3", "Approved by: ana", "Gate: pass", "grounded: 0.9",
                 "everyone", "2.0 ... 0.8 (7 values)", "Licence: Apache-2.0"):  # fmt: skip
        assert part in shown
