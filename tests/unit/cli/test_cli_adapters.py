"""`pilares finetune list|show|promote|rollback|export|import` as an operator runs them."""

import json
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from safetensors.numpy import load_file, save_file
from typer.testing import CliRunner

from assistant.cli import adapters as commands
from assistant.cli import app
from assistant.finetuning.watch import SERVED
from assistant.models.adapters import registry_of
from assistant.settings import load_settings
from finetune.gate.record import Run, record_of
from finetune.lora import CARD, GGUF, WEIGHTS
from finetune.registry import Registry
from finetune.registry.marks import mark
from finetune.testing.adapters import QWEN_05B, SMALL, SMOLLM2, Base, random_adapter, write_card
from finetune.testing.gate import let_pass

TINY = Base(QWEN_05B.name, QWEN_05B.sha256)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PILARES_HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


@pytest.fixture
def registry(home: Path, tmp_path: Path) -> Registry:
    found = registry_of(load_settings())
    for seed in (1, 2):
        found.add(random_adapter(tmp_path / f"trained-{seed}", TINY, seed=seed), "help")
    let_pass(found)
    return found


def _run(*arguments: object, status: int = 0) -> str:
    done = CliRunner().invoke(app, ["finetune", *(str(each) for each in arguments)])
    assert done.exit_code == status, done.output
    return done.output


def test_an_empty_registry_says_what_serves_and_where_versions_come_from(home: Path) -> None:
    said = _run("list")
    assert "There are no versions yet" in said
    assert "reader -> shipped" in said
    for name in ("reader", "shipped"):
        shown = _run("show", name)
        assert "the adapter that Pilares ships with, for qwen2.5-coder-0.5b" in shown
        for part in ("base_sha256: 1d961463", "licence: Apache-2.0", "rank: 16", "AUROC, answerable or not: 0.924"):
            assert part in shown
    (home / "pilares.toml").write_text('slm = "smollm2-135m"\n', encoding="utf-8")
    assert "shipped serves nobody: it is not for the small model, smollm2-135m" in _run("list")
    (home / "pilares.toml").write_text('grounded_adapter = "none"\n', encoding="utf-8")
    assert "not the name of a version" in _run("show", "reader", status=2)


def test_a_version_that_is_damaged_does_not_hide_the_others(registry: Registry) -> None:
    file = registry.version("help@v1").folder / "gate.json"
    file.write_text("{", encoding="utf-8")
    said = _run("list")
    assert "help@v1  cannot be used: gate.json cannot be read as JSON" in said
    assert "help@v2  for qwen2.5-coder-0.5b, gate: pass" in said


def test_of_many_reasons_against_a_version_the_list_says_the_first(registry: Registry) -> None:
    registry.judge("help@v2", record_of(Run("help@v2", "base", {}, {}, 0, "now"), [])[0])
    listed = next(line for line in _run("list").splitlines() if line.startswith("help@v2"))
    assert "own: right: not enough to tell: 0 of at least 50 items (and 11 more reasons)" in listed
    assert "forgetting" in _run("show", "help@v2")


def test_a_version_that_was_not_at_the_gate_is_listed_as_such(registry: Registry, tmp_path: Path) -> None:
    registry.add(random_adapter(tmp_path / "new", TINY), "new")
    assert "new@v1  for qwen2.5-coder-0.5b, gate: not been through, groups: everyone" in _run("list")


def test_the_way_of_a_version(registry: Registry, tmp_path: Path) -> None:
    assert "reader: shipped -> help@v1" in _run("promote", "reader", "help@v1", "--by", "ana", "--why", "better")
    assert "help@v1 -> help@v2 for 10 %" in _run("promote", "reader", "help@v2", "--canary", 10)
    said = _run("list")
    assert "help@v1  for qwen2.5-coder-0.5b, gate: pass, groups: everyone" in said
    assert "reader -> help@v1 since" in said
    assert "help@v2 for 10 % of the conversations" in said
    assert "Serves: reader\n" in _run("show", "reader")
    assert "Serves: reader (10 %)" in (second := _run("show", "help@v2"))
    assert "Approved by: ana for reader, 2" in (first := _run("show", "help@v1"))
    assert ": better\n" in first
    assert "for reader (10 % of the conversations), 2" in second
    assert "reader: help@v2 -> help@v1" in _run("rollback", "reader")
    assert "reader: help@v1 -> shipped" in _run("rollback", "reader")
    assert "Written" in _run("export", "help@v1", tmp_path / "out.zip")
    assert "Added: help@v3" in _run("import", tmp_path / "out.zip", "help")


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["promote", "reader", "help@v9"], 2, "There is no help@v9. There are: help@v1, help@v2"),
        (["promote", "reader", "help"], 2, "not the name of a version"),
        (["promote", "Re ader", "help@v1"], 2, "cannot be an alias"),
        (["promote", "reader", "help@v1", "--canary", "80"], 1, "1 to 50 percent"),
        (["rollback", "reader"], 2, "Nothing served reader before"),
        (["show", "nothing"], 2, "not the name of a version"),
        (["export", "help@v1", "."], 1, "is there already"),
        (["import", "nowhere", "help"], 2, "There is no nowhere. Name a folder as peft saves it, or a .zip of one."),
        (["export", "help@v1", "no-folder/out.zip"], 1, "There is no folder no-folder to write out.zip to. Make it"),
        (["show", "other@v1"], 2, "There is no other@v1. No version of other was added. See `pilares finetune list`."),
        (["import", "nowhere", "../help"], 2, "cannot be a topic"),
        (["import", "nowhere", "help", "--base", "gpt-9"], 2, "There is no model called 'gpt-9'"),
    ],
)
def test_what_cannot_be_done_is_one_sentence_and_changes_nothing(
    registry: Registry, arguments: list[str], status: int, said: str
) -> None:
    output = _run(*arguments, status=status)
    assert said in output.replace("\n", " ")
    assert len(output.strip().splitlines()) == 1
    assert (registry.aliases(), len(registry.versions()), registry.history()) == ({}, 2, [])


def test_an_adapter_for_another_base_is_refused_by_name(registry: Registry, tmp_path: Path) -> None:
    registry.add(random_adapter(tmp_path / "other", Base(SMOLLM2.name, SMOLLM2.sha256)), "other")
    said = _run("promote", "reader", "other@v1", status=2)
    assert "trained for smollm2-135m, and the small model is qwen2.5-coder-0.5b" in said
    assert registry.aliases() == {}


def _with_pickle(folder: Path) -> None:
    (folder / "optimizer.pt").write_bytes(b"\x80\x04.")


def _with_nan(folder: Path) -> None:
    tensors = load_file(folder / WEIGHTS)
    next(iter(tensors.values()))[0, 0] = float("nan")
    save_file(tensors, folder / WEIGHTS)
    write_card(folder, TINY)


@pytest.mark.parametrize(
    ("base", "spoil", "said"),
    [
        (TINY, _with_pickle, "optimizer.pt may be a pickle, which can run any program when read"),
        (TINY, _with_nan, "holds numbers that are none (NaN or infinity)"),
        (SMALL, lambda folder: None, "It was trained for another base model (tiny, abababab)"),
    ],
    ids=["pickle", "nan", "other base"],
)
def test_what_may_not_enter_is_one_sentence(
    home: Path, tmp_path: Path, base: Base, spoil: Callable[[Path], None], said: str
) -> None:
    source = random_adapter(tmp_path / "from-elsewhere", base)
    spoil(source)
    output = _run("import", source, "help", status=2)
    assert said in output
    assert len(output.strip().splitlines()) == 1
    assert "There are no versions yet" in _run("list")


def test_what_peft_saved_is_taken_in_with_what_it_does_not_say(home: Path, tmp_path: Path) -> None:
    source = random_adapter(tmp_path / "from-elsewhere", TINY)
    (source / CARD).unlink()
    (source / GGUF).unlink()
    assert "Name it with --base" in _run("import", source, "help", status=2)
    given = ["--base", "qwen2.5-coder-0.5b", "--group", "sales", "--licence", "MIT"]
    assert "Added: help@v1" in _run("import", source, "help", *given)
    said = _run("show", "help@v1")
    assert "Licence: MIT" in said
    assert "Trained on what these may read: sales" in said
    assert "serves everyone" in _run("promote", "reader", "help@v1", "--ungated", "--why", "x", status=1)


def test_groups_are_served_by_the_alias_that_the_settings_name(home: Path, registry: Registry, tmp_path: Path) -> None:
    (home / "pilares.toml").write_text('[adapters]\nsales = "team:sales"\n', encoding="utf-8")
    registry.add(random_adapter(tmp_path / "sales", TINY, groups=["sales"]), "sales")
    let_pass(registry, "sales@v1")
    _run("promote", "team:sales", "sales@v1")
    assert "No group is served by team:nobody yet" in _run("promote", "team:nobody", "sales@v1")
    assert "reader serves everyone" in _run("promote", "reader", "sales@v1", status=1).replace("\n", " ")


def test_a_version_that_was_trained_on_withdrawn_rows_says_so(registry: Registry) -> None:
    mark(registry.folder, {"help@v2": 3})
    assert "groups: everyone\n    trained on 3 rows that are withdrawn: train it again\nreader" in _run("list")
    assert "Look at this: 3 of the rows that it was trained on are withdrawn." in _run("show", "help@v2")
    assert "withdrawn" not in _run("show", "help@v1")
    assert "help@v2 was trained on 3 rows that are withdrawn: train it again." in _run("promote", "reader", "help@v2")


def test_who_promotes_is_told_that_the_gate_has_not_seen_it_beside_what_serves(registry: Registry) -> None:
    said = _run("promote", "reader", "help@v1")
    assert "Its gate compared it with base; shipped served until now." in said
    assert "pilares finetune evaluate help@v1 --against shipped" in said
    let_pass(registry, "help@v2", against="help@v1")
    assert "Its gate" not in _run("promote", "reader", "help@v2")


def _note(registry: Registry, **said: object) -> None:
    (registry.folder / SERVED).write_text(json.dumps({"process": os.getpid(), **said}))


def _server(registry: Registry, **said: object) -> threading.Thread:
    """A server that follows a promotion."""
    _note(registry, at="before", problems=[])
    before = registry.stamp

    def follow() -> None:
        ends = time.monotonic() + 20
        while registry.stamp == before and time.monotonic() < ends:
            time.sleep(0.02)
        _note(registry, at="after", **said)

    thread = threading.Thread(target=follow)
    thread.start()
    return thread


def test_the_command_waits_for_the_running_server(registry: Registry) -> None:
    server = _server(registry, problems=[], serving={"": "help@v1"})
    assert "Served after " in _run("promote", "reader", "help@v1")
    server.join()


def test_what_the_running_server_says_against_it_is_shown(registry: Registry) -> None:
    server = _server(registry, problems=["no memory for a second copy."])
    assert "The server says: no memory for a second copy." in _run("promote", "reader", "help@v1", status=1)
    server.join()
    assert "no memory" in _run("list")


def test_a_server_that_says_nothing_is_not_waited_for_long(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "SERVED_WITHIN_SECONDS", 0.2)
    _note(registry, at="before", problems=[])
    assert "has not taken it up yet" in _run("promote", "reader", "help@v1")


def test_a_server_that_is_gone_is_not_waited_for(registry: Registry) -> None:
    (registry.folder / SERVED).write_text(json.dumps({"process": 2**22 + 1, "problems": ["old"]}))
    assert "No server is running" in _run("promote", "reader", "help@v1")
    assert "old" not in _run("list")
