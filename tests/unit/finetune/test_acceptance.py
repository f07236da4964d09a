"""What may not enter is refused with one sentence, and nothing of it is run or loaded."""

import json
import pickle
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from finetune.acceptance import accept
from finetune.errors import AdapterInvalid
from finetune.lora import CARD, CONFIGURATION, GGUF, WEIGHTS
from finetune.testing.adapters import SMALL, random_adapter, write_card, write_configuration

BASES = {SMALL.sha256: SMALL.name}
Change = Callable[[Path], None]


@pytest.fixture
def adapter(tmp_path: Path) -> Path:
    return random_adapter(tmp_path / "adapter")


def _refused(folder: Path) -> str:
    with pytest.raises(AdapterInvalid) as refused:
        accept(folder, BASES)
    said = str(refused.value)
    assert "\n" not in said
    assert len(said) < 400
    return said


def test_a_whole_one_is_accepted_and_described(adapter: Path) -> None:
    found = accept(adapter, BASES)
    assert (found.base, found.configuration.rank, found.configuration.scale, found.notes) == ("tiny", 4, 2.0, ())
    assert set(found.files) == {WEIGHTS, CONFIGURATION, GGUF, CARD}


# Files


class _Runs:
    def __init__(self, file: Path) -> None:
        self._file = file

    def __reduce__(self) -> Any:
        return (self._file.touch, ())


@pytest.mark.parametrize("name", ["adapter_model.bin", "training_args.bin", "optimizer.pt", "x.pkl", "x.PICKLE"])
def test_pickles_are_refused_unread(adapter: Path, name: str, tmp_path: Path) -> None:
    (adapter / name).write_bytes(pickle.dumps(_Runs(tmp_path / "made")))
    assert "may be a pickle" in _refused(adapter)
    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize("name", ["modeling_qwen.py", "tokenizer.json", "chat_template.jinja", ".hidden", "x.svg"])
def test_files_that_are_not_on_the_list_are_refused(adapter: Path, name: str) -> None:
    (adapter / name).write_text("x")
    assert f"{name} is no file of an adapter" in _refused(adapter)


def test_links_folders_and_nothing_are_refused(adapter: Path, tmp_path: Path) -> None:
    assert "cannot be read as a folder" in _refused(tmp_path / "nowhere")
    (adapter / "README.md").symlink_to("/etc/hostname")
    assert "a link" in _refused(adapter)
    (adapter / "README.md").unlink()
    (adapter / "README.md").mkdir()
    assert "not a plain file" in _refused(adapter)


@pytest.mark.parametrize("name", [WEIGHTS, CONFIGURATION, GGUF, CARD])
def test_a_missing_or_empty_file_is_named(adapter: Path, name: str) -> None:
    (adapter / name).write_bytes(b"")
    assert f"{name} is empty" in _refused(adapter)
    (adapter / name).unlink()
    assert f"{name} is missing" in _refused(adapter)


def test_a_file_too_large_is_refused_by_its_size_alone(adapter: Path) -> None:
    with (adapter / WEIGHTS).open("r+b") as stream:
        stream.truncate(600 * 1024 * 1024)  # sparse
    assert "at most" in _refused(adapter)


# Card


def test_another_base_model_is_refused_by_name(adapter: Path) -> None:
    write_card(adapter, base="llama-9", base_sha256="cd" * 32)
    assert "another base model (llama-9, cdcdcdcd). Served are: tiny" in _refused(adapter)


@pytest.mark.parametrize(("name", "key"), [(WEIGHTS, "sha256"), (GGUF, "gguf_sha256")])
def test_a_card_of_other_files_is_refused(adapter: Path, name: str, key: str) -> None:
    write_card(adapter, **{key: "00" * 32})
    assert f"{name} is not the file that its card names" in _refused(adapter)


@pytest.mark.parametrize("text", ["", "[1]", "{", "[" * 100_000])
def test_a_card_that_is_none_is_refused(adapter: Path, text: str) -> None:
    (adapter / CARD).write_text(text or "\0")
    assert "card.json" in _refused(adapter)


# Configuration


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"auto_mapping": {"base_model_class": "Evil", "parent_library": "evil"}}, "auto_mapping"),
        ({"trust_remote_code": True}, "trust_remote_code"),
        ({"surprise": 1}, "'surprise' in adapter_config.json is not known"),
        ({"use_rslora": True}, "use_rslora in adapter_config.json has no form in llama.cpp"),
        ({"use_dora": True}, "use_dora"),
        ({"alpha_pattern": {"q_proj": 4}}, "alpha_pattern"),
        ({"rank_pattern": {"q_proj": 4}}, "rank_pattern"),
        ({"lora_bias": True}, "lora_bias"),
        ({"modules_to_save": ["lm_head"]}, "modules_to_save"),
        ({"trainable_token_indices": [1]}, "trainable_token_indices"),
        ({"layer_replication": [[0, 1]]}, "layer_replication"),
        ({"peft_type": "IA3"}, "plain LoRA"),
        ({"bias": "all"}, "plain LoRA"),
        ({"r": 0}, "r in adapter_config.json"),
        ({"r": True}, "r in adapter_config.json"),
        ({"r": 10**9}, "r in adapter_config.json"),
        ({"lora_alpha": "8"}, "lora_alpha"),
        ({"lora_alpha": -1}, "lora_alpha"),
        ({"target_modules": "(a+)+$"}, "target_modules"),
        ({"target_modules": ["embed_tokens"]}, "'embed_tokens' in target_modules"),
        ({"target_modules": ["q_proj"]}, "none of the configured target_modules"),
        ({"r": 8}, "not of the rank 8"),
    ],
)
def test_configurations_that_are_not_a_plain_lora_are_refused(adapter: Path, fields: dict[str, Any], said: str) -> None:
    write_configuration(adapter, **fields)
    assert said in _refused(adapter)


def test_what_peft_writes_is_accepted(adapter: Path) -> None:
    from peft import LoraConfig

    written = LoraConfig(r=4, lora_alpha=8, target_modules=["down_proj", "gate_proj"], task_type="CAUSAL_LM").to_dict()
    plain = {name: sorted(value) if isinstance(value, set) else value for name, value in written.items()}
    (adapter / CONFIGURATION).write_text(json.dumps(plain))
    assert accept(adapter, BASES).configuration.rank == 4


# Weights


def _headed(length: int, header: bytes = b"") -> Change:
    def change(folder: Path) -> None:
        (folder / WEIGHTS).write_bytes(length.to_bytes(8, "little") + header + b"\0" * 64)

    return change


def _resaved(**tensors: "np.ndarray[Any, Any]") -> Change:
    def change(folder: Path) -> None:
        save_file({**load_file(folder / WEIGHTS), **tensors}, folder / WEIGHTS)

    return change


def _with_value(value: float) -> Change:
    def change(folder: Path) -> None:
        tensors = load_file(folder / WEIGHTS)
        first = next(name for name in sorted(tensors) if ".lora_B" in name)
        tensors[first] = tensors[first].copy()
        tensors[first][0, 0] = value
        save_file(tensors, folder / WEIGHTS)

    return change


def _without_half(folder: Path) -> None:
    tensors = load_file(folder / WEIGHTS)
    del tensors[sorted(tensors)[0]]
    save_file(tensors, folder / WEIGHTS)


def _longer(folder: Path) -> None:
    with (folder / WEIGHTS).open("ab") as stream:
        stream.write(b"#!/bin/sh")


NAME = "base_model.model.model.layers.0.mlp.down_proj"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_headed(100 * 1024 * 1024), "claims 104,857,600 bytes"),
        (_headed(2**63), "claims"),
        (_headed(4, b"nope"), "not JSON"),
        (_headed(2, b"{}"), "0 tensors"),
        (_headed(2, b"[]"), "not JSON of tensors"),
        (_resaved(**{"lm_head.weight": np.zeros((2, 2), np.float16)}), "'lm_head.weight'"),
        (_resaved(**{f"{NAME}.lora_magnitude_vector": np.zeros((2, 2), np.float16)}), "is not a LoRA matrix"),
        (_resaved(**{f"{NAME}.lora_A.weight": np.zeros((2, 2, 2), np.float16)}), "is not a matrix"),
        (_resaved(**{f"{NAME}.lora_A.weight": np.zeros((4, 24), np.int32)}), "is not a matrix"),
        (_with_value(float("nan")), "numbers that are none"),
        (_with_value(float("inf")), "numbers that are none"),
        (_with_value(9.0), "is not what adapter_model.safetensors holds"),
        (_without_half, "one half is missing"),
        (_longer, "more than its tensors"),
    ],
)  # fmt: skip
def test_weights_that_are_not_an_adapters_are_refused(adapter: Path, change: Change, said: str) -> None:
    change(adapter)
    write_card(adapter)
    assert said in _refused(adapter)


def test_overlapping_tensors_are_refused(adapter: Path) -> None:
    raw = (adapter / WEIGHTS).read_bytes()
    length = int.from_bytes(raw[:8], "little")
    header = json.loads(raw[8 : 8 + length])
    names = [name for name in header if name != "__metadata__"]
    header[names[1]]["data_offsets"] = header[names[0]]["data_offsets"]
    header[names[1]]["shape"] = header[names[0]]["shape"]
    new = json.dumps(header).encode()
    (adapter / WEIGHTS).write_bytes(len(new).to_bytes(8, "little") + new + raw[8 + length :])
    write_card(adapter)
    assert "overlap" in _refused(adapter)


def test_a_layer_changed_far_more_than_others_is_told_not_refused(tmp_path: Path) -> None:
    from dataclasses import replace

    from finetune.gguf import write_matrices

    adapter = random_adapter(tmp_path / "a", replace(SMALL, layers=6))
    tensors = load_file(adapter / WEIGHTS)
    name = f"{NAME}.lora_B.weight"
    tensors[name] = (tensors[name] * 50).astype(np.float16)
    save_file(tensors, adapter / WEIGHTS)
    write_matrices(tensors, 8.0, "a", adapter / GGUF)
    write_card(adapter)
    (note,) = accept(adapter, BASES).notes
    assert "model.layers.0.mlp.down_proj is changed" in note


# GGUF


def _text(value: str) -> bytes:
    return struct.pack("<Q", len(value)) + value.encode()


def _gguf(*keys: bytes, tensors: int = 0, count: int | None = None, magic: bytes = b"GGUF", version: int = 3) -> Change:
    def change(folder: Path) -> None:
        head = magic + struct.pack("<IQQ", version, tensors, len(keys) if count is None else count)
        (folder / GGUF).write_bytes(head + b"".join(keys) + b"\0" * 64)

    return change


def _key(name: str, value: str) -> bytes:
    return _text(name) + struct.pack("<I", 8) + _text(value)


KIND = (_key("general.architecture", "qwen2"), _key("general.type", "adapter"), _key("adapter.type", "lora"))
ALPHA = _text("adapter.lora.alpha") + struct.pack("<If", 6, 8.0)
HUGE_LIST = _text("general.tags") + struct.pack("<IIQ", 9, 8, 2**40)
TENSOR = _text("token_embd.weight") + struct.pack("<IQQIQ", 2, 4, 4, 1, 0)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_gguf(magic=b"PK\3\4"), "not a GGUF file"),
        (_gguf(version=1), "not a GGUF file"),
        (_gguf(count=2**60), "keys"),
        (_gguf(tensors=2**60), "tensors"),
        (_gguf(struct.pack("<Q", 2**50)), "a text in its header claims"),
        (_gguf(HUGE_LIST), "a list in its header claims"),
        (_gguf(_key("tokenizer.chat_template", "{{ cycler.__init__.__globals__ }}")), "no tokenizer or chat template"),
        (_gguf(_key("adapter.alora.invocation_tokens", "x")), "is not known in a plain LoRA"),
        (_gguf(_key("general.type", "model"), KIND[0], KIND[2], ALPHA), "does not say that it is a LoRA"),
        (_gguf(*KIND), "alpha is not a positive number"),
        (_gguf(*KIND, ALPHA), "there are none"),
        (_gguf(*KIND, ALPHA, TENSOR, tensors=1, count=4), "'token_embd.weight' in adapter.gguf is not a LoRA matrix"),
        (_gguf(*KIND, ALPHA[:-2]), "adapter.gguf"),
    ],
)  # fmt: skip
def test_gguf_files_that_are_not_an_adapters_are_refused(adapter: Path, change: Change, said: str) -> None:
    change(adapter)
    write_card(adapter)
    assert said in _refused(adapter)


def test_a_gguf_of_other_matrices_is_refused(adapter: Path, tmp_path: Path) -> None:
    other = random_adapter(tmp_path / "other", seed=1)
    (adapter / GGUF).write_bytes((other / GGUF).read_bytes())
    write_card(adapter)
    assert "is not what adapter_model.safetensors holds" in _refused(adapter)


def test_a_gguf_cut_short_is_refused_wherever_it_is_cut(adapter: Path) -> None:
    whole = (adapter / GGUF).read_bytes()
    for length in range(1, len(whole), max(1, len(whole) // 60)):
        (adapter / GGUF).write_bytes(whole[:length])
        write_card(adapter)
        assert GGUF in _refused(adapter)
