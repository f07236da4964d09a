"""Adapters are merged as peft merges them, and refused when they do not fit."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from finetune.errors import AdapterInvalid
from finetune.lora import CARD, CONFIGURATION, WEIGHTS, Adapter

BASE = "ab" * 32


class Small(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.query = nn.Linear(6, 4)
        self.other = nn.Linear(4, 6)


@pytest.fixture
def tensors() -> dict[str, torch.Tensor]:
    return {"base_model.model.query.lora_A.weight": torch.randn(2, 6),
            "base_model.model.query.lora_B.weight": torch.randn(4, 2)}  # fmt: skip


@pytest.fixture
def adapter(tmp_path: Path, tensors: dict[str, torch.Tensor]) -> Adapter:
    return _written(tmp_path, tensors)


def _written(folder: Path, tensors: dict[str, torch.Tensor], **card: Any) -> Adapter:
    save_file(tensors, folder / WEIGHTS)
    (folder / CONFIGURATION).write_text(json.dumps({"r": 2, "lora_alpha": 4}))
    _card(folder, **card)
    return Adapter(folder)


def _card(folder: Path, **card: Any) -> None:
    digest = hashlib.sha256((folder / WEIGHTS).read_bytes()).hexdigest()
    (folder / CARD).write_text(json.dumps({"base_sha256": BASE, "sha256": digest, **card}))


def test_the_weights_become_w_plus_scaled_b_a(adapter: Adapter, tensors: dict[str, torch.Tensor]) -> None:
    model = Small()
    query, other = model.query.weight.clone(), model.other.weight.clone()
    adapter.merge_into(model, BASE)
    low, high = tensors.values()
    assert torch.allclose(model.query.weight, query + 2 * high @ low, atol=1e-6)
    assert torch.equal(model.other.weight, other)


def test_it_merges_what_peft_merges(tmp_path: Path) -> None:
    from peft import LoraConfig, get_peft_model

    model, plain = Small(), Small()
    plain.load_state_dict(model.state_dict())
    tuned = get_peft_model(model, LoraConfig(r=2, lora_alpha=8, target_modules=["query"], init_lora_weights=False))
    tuned.save_pretrained(tmp_path)
    _card(tmp_path)
    Adapter(tmp_path).merge_into(plain, BASE)
    merged = tuned.merge_and_unload()
    assert torch.allclose(plain.query.weight, merged.query.weight, atol=1e-6)


def test_half_precision_stays_half_precision(adapter: Adapter) -> None:
    model = Small().to(torch.bfloat16)
    adapter.merge_into(model, BASE)
    assert model.query.weight.dtype == torch.bfloat16


def test_an_adapter_of_another_base_is_refused(adapter: Adapter) -> None:
    with pytest.raises(AdapterInvalid, match="another base model"):
        adapter.merge_into(Small(), "cd" * 32)


def _nan(tensors: dict[str, torch.Tensor]) -> None:
    tensors["base_model.model.query.lora_A.weight"][0, 0] = float("nan")


def _half(tensors: dict[str, torch.Tensor]) -> None:
    del tensors["base_model.model.query.lora_B.weight"]


def _unknown(tensors: dict[str, torch.Tensor]) -> None:
    for end in ("A", "B"):
        tensors[f"base_model.model.unknown.lora_{end}.weight"] = tensors[
            f"base_model.model.query.lora_{end}.weight"
        ].clone()


def _shape(tensors: dict[str, torch.Tensor]) -> None:
    tensors["base_model.model.query.lora_A.weight"] = torch.randn(2, 5)


def test_weights_that_are_not_those_of_the_card_are_refused(adapter: Adapter) -> None:
    _card(adapter.folder, sha256="ab" * 32)
    with pytest.raises(AdapterInvalid, match="is not the file of its card"):
        adapter.merge_into(Small(), BASE)


@pytest.mark.parametrize("configuration", [{"r": 0, "lora_alpha": 4}, {"r": 2, "lora_alpha": None}, [1], {},
                                           {"r": 2, "lora_alpha": 4, "use_rslora": True}])  # fmt: skip
def test_a_configuration_that_cannot_be_meant_is_refused(adapter: Adapter, configuration: Any) -> None:
    (adapter.folder / CONFIGURATION).write_text(json.dumps(configuration))
    with pytest.raises(AdapterInvalid, match="cannot be used"):
        adapter.merge_into(Small(), BASE)


@pytest.mark.parametrize("card", [None, [1], "text"])
def test_a_card_that_is_none_is_refused(adapter: Adapter, card: Any) -> None:
    (adapter.folder / CARD).write_text(json.dumps(card))
    with pytest.raises(AdapterInvalid, match="cannot be used"):
        adapter.merge_into(Small(), BASE)


@pytest.mark.parametrize("spoil", [_nan, _half, _unknown, _shape])
def test_what_does_not_fit_is_refused_and_nothing_is_changed(
    tmp_path: Path, tensors: dict[str, torch.Tensor], spoil: Any
) -> None:
    tensors["base_model.model.other.lora_A.weight"] = torch.randn(2, 4)  # fits, and is looked at before the bad one
    tensors["base_model.model.other.lora_B.weight"] = torch.randn(6, 2)
    spoil(tensors)
    model = Small()
    before = {name: each.clone() for name, each in model.state_dict().items()}
    with pytest.raises(AdapterInvalid, match="cannot be used"):
        _written(tmp_path, tensors).merge_into(model, BASE)
    assert all(torch.equal(each, before[name]) for name, each in model.state_dict().items())


@pytest.mark.parametrize("name", [WEIGHTS, CONFIGURATION, CARD])
def test_a_damaged_or_missing_file_is_said(adapter: Adapter, name: str) -> None:
    (adapter.folder / name).write_bytes(b"\x80\x04 a pickle, say")
    with pytest.raises(AdapterInvalid, match="cannot be used"):
        adapter.merge_into(Small(), BASE)
    (adapter.folder / name).unlink()
    with pytest.raises(AdapterInvalid, match="cannot be used"):
        adapter.merge_into(Small(), BASE)


def test_the_version_is_the_beginning_of_the_hash(adapter: Adapter) -> None:
    assert adapter.version == adapter.card["sha256"][:8]
