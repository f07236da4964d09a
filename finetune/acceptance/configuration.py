"""`adapter_config.json`: what may stand in it.

peft writes every field of its `LoraConfig`, most of them at their defaults. A field that would change how the matrices
are meant, or load something besides them, must be at its default; one that is not known is refused, since a later peft
may give it a meaning.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from finetune.errors import AdapterInvalid

MOST_RANK = 512
_MODULES = {"q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"}
_TASKS = (None, "CAUSAL_LM")
# What llama.cpp's form of an adapter has no room for: it knows alpha / r, and a matrix for each weight.
_NOT_CONVERTIBLE = {"use_rslora", "use_dora", "use_qalora", "alpha_pattern", "rank_pattern", "lora_bias"}
_AT_DEFAULT = _NOT_CONVERTIBLE | {
    "alora_invocation_tokens", "arrow_config", "corda_config", "ensure_weight_tying", "eva_config", "exclude_modules",
    "fan_in_fan_out", "kasa_config", "layer_replication", "layers_pattern", "layers_to_transform", "loftq_config",
    "lora_ga_config", "megatron_config", "modules_to_save", "monteclora_config", "revision", "target_parameters",
    "trainable_token_indices", "use_bdlora", "velora_config",
}  # fmt: skip
_READ = {"peft_type", "task_type", "r", "lora_alpha", "bias", "target_modules"}
_WITHOUT_EFFECT = {
    "base_model_name_or_path", "inference_mode", "init_lora_weights", "lora_dropout", "megatron_core", "peft_version",
    "qalora_group_size",
}  # fmt: skip
_DANGEROUS = {"auto_mapping", "trust_remote_code"}


@dataclass(frozen=True, slots=True)
class Configuration:
    """What of it says how the matrices are meant."""

    rank: int
    alpha: float
    modules: tuple[str, ...]

    @property
    def scale(self) -> float:
        """What B A is multiplied by."""
        return self.alpha / self.rank


def configuration_of(found: Mapping[str, Any]) -> Configuration:
    """Check a configuration. Raises AdapterInvalid."""
    for name in sorted(_DANGEROUS):
        if found.get(name):
            raise AdapterInvalid(f"{name} in adapter_config.json would run code that came with the adapter. Remove it.")
    known = _READ | _AT_DEFAULT | _WITHOUT_EFFECT | _DANGEROUS
    if unknown := sorted(str(name) for name in found if name not in known):
        raise AdapterInvalid(
            f"{unknown[0][:80]!r} in adapter_config.json is not known. Remove it, or train without it."
        )
    for name in sorted(_AT_DEFAULT):
        if found.get(name):
            why = "has no form in llama.cpp" if name in _NOT_CONVERTIBLE else "is not supported"
            raise AdapterInvalid(f"{name} in adapter_config.json {why}. Train without it.")
    if found.get("peft_type") != "LORA" or found.get("task_type") not in _TASKS or found.get("bias", "none") != "none":
        raise AdapterInvalid("adapter_config.json is not that of a plain LoRA (peft_type, task_type, bias).")
    return Configuration(_rank(found.get("r")), _alpha(found.get("lora_alpha")), _modules(found.get("target_modules")))


def _rank(value: Any) -> int:
    if type(value) is not int or not 1 <= value <= MOST_RANK:
        raise AdapterInvalid(f"r in adapter_config.json is {str(value)[:40]}, and not a number from 1 to {MOST_RANK}.")
    return value


def _alpha(value: Any) -> float:
    if type(value) not in (int, float) or not math.isfinite(value) or value <= 0:
        raise AdapterInvalid(f"lora_alpha in adapter_config.json is {str(value)[:40]}, and not a positive number.")
    return float(value)


def _modules(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not value or not all(isinstance(each, str) for each in value):
        raise AdapterInvalid("target_modules in adapter_config.json is not a list of names.")
    if other := sorted(set(value) - _MODULES):
        raise AdapterInvalid(
            f"{other[0][:80]!r} in target_modules cannot be served: an adapter changes {', '.join(sorted(_MODULES))}."
        )
    return tuple(sorted(value))
