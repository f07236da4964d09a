"""Versions are taken elsewhere and in from elsewhere, and archives that lead out of their folder are refused."""

import stat
import zipfile
from pathlib import Path
from typing import Any

import pytest

from finetune.errors import AdapterInvalid, RegistryUnusable
from finetune.lora import CARD, GGUF
from finetune.registry import Registry
from finetune.registry.page import page
from finetune.testing.adapters import SMALL, random_adapter, write_card
from finetune.testing.gate import let_pass

BASES = {SMALL.sha256: SMALL.name}


@pytest.mark.parametrize("out", ["out", "out.zip"])
def test_what_is_exported_can_be_taken_in_elsewhere(three: Registry, tmp_path: Path, out: str) -> None:
    target = three.export("help@v2", tmp_path / out)
    elsewhere = Registry(tmp_path / "elsewhere", BASES)
    version = elsewhere.bring(target, "reader")
    assert version.name == "reader@v1"
    assert version.card["sha256"] == three.version("help@v2").card["sha256"]
    assert version.gate == {}  # what a gate said elsewhere does not count here
    claiming = elsewhere.bring(random_adapter(tmp_path / "claiming", gate={"verdict": "pass"}), "reader")
    assert (claiming.verdict, "gate" in claiming.card) == ("", False)
    assert claiming.card["imported"]["gate"] == {"verdict": "pass"}
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
    source = random_adapter(tmp_path / "a")
    write_card(
        source, dataset={"name": "corrections", "version": "v3", "sha256": "ef" * 32}, approver="ana",
        curves={"loss": [2.0, 1.5, 1.2, 1.1, 1.0, 0.9, 0.8]},
    )  # fmt: skip
    version = registry.add(source, "help")
    let_pass(registry)
    shown = page(version, "reader")
    for part in ("help@v1", "Serves: reader", "corrections v3", "Approved by: ana", "Gate: pass", "against: base",
                 "everyone", "2.0 ... 0.8 (7 values)", "Licence: Apache-2.0"):  # fmt: skip
        assert part in shown
