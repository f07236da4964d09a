"""Versions never change, aliases move by one write, and whatever goes wrong leaves all as it was."""

import errno
import json
import os
import shutil
import stat
import threading
from pathlib import Path
from typing import Any

import pytest

from finetune.errors import AdapterInvalid, AdapterUnknown, FinetuneError, PromotionRefused, RegistryUnusable
from finetune.lora import CARD, GGUF, WEIGHTS
from finetune.registry import Registry
from finetune.registry import writing as registry_writing
from finetune.registry.aliases import ALIASES, HISTORY
from finetune.testing.adapters import SMALL, random_adapter

BASES = {SMALL.sha256: SMALL.name}


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
