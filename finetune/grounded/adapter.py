"""What a training leaves, as it is kept and served: in float16, for `peft` and for llama.cpp."""

import json
from pathlib import Path

from finetune.errors import AdapterInvalid
from finetune.gguf import write_adapter
from finetune.lora import CONFIGURATION, GGUF, WEIGHTS

# What of peft's settings says how the matrices are meant; the rest are its defaults.
_KEPT = (
    "peft_type",
    "task_type",
    "r",
    "lora_alpha",
    "lora_dropout",
    "target_modules",
    "bias",
    "use_rslora",
    "use_dora",
)


def write(trained: Path, out: Path, name: str, base: str) -> None:
    """Write the adapter in `trained`, as `peft` saved it, to `out`. Raises AdapterInvalid when training went astray."""
    import torch
    from safetensors.torch import load_file, save_file

    tensors = {key: each.to(torch.float16).contiguous() for key, each in load_file(trained / WEIGHTS).items()}
    if not all(bool(torch.isfinite(each).all()) for each in tensors.values()):
        raise AdapterInvalid("The training ended in numbers that are none. Train again with fewer epochs.")
    found = json.loads((trained / CONFIGURATION).read_text(encoding="utf-8"))
    configuration = {key: found[key] for key in _KEPT if key in found}
    configuration["target_modules"] = sorted(configuration["target_modules"])
    configuration["base_model_name_or_path"] = base
    save_file(tensors, out / WEIGHTS, metadata={"format": "pt"})
    (out / CONFIGURATION).write_text(json.dumps(configuration, indent=2) + "\n", encoding="utf-8")
    write_adapter(tensors, float(configuration["lora_alpha"]), name, out / GGUF)
