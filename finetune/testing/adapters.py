"""Adapters with random weights, as training would leave them: for peft, for llama.cpp, and with a card."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from finetune.gguf import write_matrices
from finetune.lora import CARD, CONFIGURATION, GGUF, WEIGHTS


@dataclass(frozen=True, slots=True)
class Base:
    """The shape of a base model, as far as an adapter follows it; its file by hash."""

    name: str
    sha256: str
    architecture: str = "qwen2"
    layers: int = 2
    hidden: int = 16
    inner: int = 24


SMALL = Base("tiny", "ab" * 32)
SMOLLM2 = Base(
    "smollm2-135m", "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53", "llama", 30, 576, 1536
)
QWEN_05B = Base(
    "qwen2.5-coder-0.5b", "1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32", "qwen2", 24, 896, 4864
)


def random_adapter(
    folder: Path, base: Base = SMALL, *, seed: int = 0, strength: float = 0.06, rank: int = 4, **card: Any
) -> Path:
    """Write an adapter of `down_proj` and `gate_proj` to a new folder; `card` adds to its card.

    `strength` is the standard deviation of its matrices: from about 0.06 on, a small model says something else with it.
    """
    import numpy as np
    from safetensors.numpy import save_file

    folder.mkdir(parents=True)
    random = np.random.default_rng(seed)
    tensors = {}
    for layer in range(base.layers):
        for module, out, into in (("down_proj", base.hidden, base.inner), ("gate_proj", base.inner, base.hidden)):
            name = f"base_model.model.model.layers.{layer}.mlp.{module}"
            for half, shape in (("A", (rank, into)), ("B", (out, rank))):
                values = random.standard_normal(shape) * strength
                tensors[f"{name}.lora_{half}.weight"] = values.astype(np.float16)
    save_file(tensors, folder / WEIGHTS)
    write_configuration(folder, r=rank, lora_alpha=2 * rank, base_model_name_or_path=base.name)
    write_matrices(tensors, 2.0 * rank, folder.name, folder / GGUF, base.architecture)
    write_card(folder, base, **card)
    return folder


def write_configuration(folder: Path, **fields: Any) -> None:
    """Write `adapter_config.json`: a plain LoRA, but for these fields."""
    plain = {"peft_type": "LORA", "task_type": "CAUSAL_LM", "bias": "none", "r": 4, "lora_alpha": 8}
    content = {**plain, "target_modules": ["down_proj", "gate_proj"], **fields}
    (folder / CONFIGURATION).write_text(json.dumps(content), encoding="utf-8")


def write_card(folder: Path, of: Base = SMALL, **fields: Any) -> None:
    """Write a card that names the files that are there; everyone may read its data."""
    content = {
        "name": "random", "base": of.name, "base_sha256": of.sha256,
        "sha256": _digest(folder / WEIGHTS), "gguf_sha256": _digest(folder / GGUF),
        "groups": ["everyone"], "licence": "Apache-2.0", **fields,
    }  # fmt: skip
    (folder / CARD).write_text(json.dumps(content), encoding="utf-8")


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest() if file.exists() else ""
