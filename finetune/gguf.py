"""GGUF, the file format of llama.cpp: base models are read from it, and trained adapters written to it.

What is served is quantised; training on the same dequantised weights, an adapter learns to live with their rounding.
Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md; the package `gguf` is llama.cpp's own.
"""

import struct
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from finetune.errors import AdapterInvalid, TrainingUnavailable

if TYPE_CHECKING:
    import numpy as np
    import torch

ARCHITECTURE = "qwen2"
_TEXT, _LONGEST = 8, 4096
_LAYER = {
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
    "attn_norm": "input_layernorm",
    "ffn_norm": "post_attention_layernorm",
}
_TOP = {"token_embd": "model.embed_tokens", "output_norm": "model.norm", "output": "lm_head"}
_SHORT = {long: short for short, long in _LAYER.items()}


def architecture_of(file: Path) -> str:
    """The architecture that a model's header names, without reading the rest; empty for what is no GGUF file."""
    try:
        with file.open("rb") as stream:
            magic, _, _, fields = struct.unpack("<4sIQQ", stream.read(24))
            for _ in range(fields if magic == b"GGUF" else 0):
                name, kind = _text(stream), struct.unpack("<I", stream.read(4))[0]
                if kind != _TEXT:  # it comes first, among texts
                    break
                value = _text(stream)
                if name == "general.architecture":
                    return value
    except (OSError, struct.error, UnicodeDecodeError):
        pass
    return ""


def _text(stream: BinaryIO) -> str:
    length = struct.unpack("<Q", stream.read(8))[0]
    return stream.read(min(length, _LONGEST)).decode("utf-8")


def load_base(file: Path) -> Any:
    """The language model of a GGUF file as a transformers model in bfloat16, ready to be trained on.

    Raises TrainingUnavailable without the extra `finetune`, AdapterInvalid for an architecture other than Qwen 2.
    """
    try:
        from gguf import GGUFReader
    except ImportError as error:
        raise TrainingUnavailable("Training needs the extra `finetune`: pip install 'pilares[finetune]'.") from error
    from gguf.quants import dequantize

    reader = GGUFReader(file)
    fields = {name: field.contents() for name, field in reader.fields.items() if not name.startswith("tokenizer.ggml")}
    if fields.get("general.architecture") != ARCHITECTURE:
        raise AdapterInvalid(f"{file} is a {fields.get('general.architecture')} model; only Qwen 2 can be trained.")
    tensors = ((tensor.name, lambda t=tensor: dequantize(t.data, t.tensor_type)) for tensor in reader.tensors)
    return build(fields, tensors)


def build(fields: Mapping[str, Any], tensors: Iterator[tuple[str, Callable[[], Any]]]) -> Any:
    """A Qwen 2 model of a GGUF's fields and dequantised tensors (name, function that gives it)."""
    import torch
    from transformers import Qwen2Config, Qwen2ForCausalLM

    weights: dict[str, torch.Tensor] = {}
    for name, values in tensors:
        weights[long_name(name)] = torch.tensor(values(), dtype=torch.bfloat16)
    weights.setdefault("lm_head.weight", weights["model.embed_tokens.weight"])
    vocabulary, hidden = weights["model.embed_tokens.weight"].shape
    config = Qwen2Config(
        vocab_size=vocabulary, hidden_size=hidden,
        num_hidden_layers=fields["qwen2.block_count"], intermediate_size=fields["qwen2.feed_forward_length"],
        num_attention_heads=fields["qwen2.attention.head_count"],
        num_key_value_heads=fields["qwen2.attention.head_count_kv"],
        rms_norm_eps=fields["qwen2.attention.layer_norm_rms_epsilon"],
        rope_parameters={"rope_type": "default", "rope_theta": fields["qwen2.rope.freq_base"]},
        tie_word_embeddings=False, max_position_embeddings=4096, use_sliding_window=False,
    )  # fmt: skip
    with torch.device("meta"):
        model = Qwen2ForCausalLM(config)
    model.load_state_dict(weights, assign=True)
    rotary = model.model.rotary_emb
    model.model.rotary_emb = type(rotary)(config)  # its frequencies are computed, not stored
    return model


def long_name(name: str) -> str:
    """transformers' name of a GGUF tensor: blk.0.attn_q.weight is model.layers.0.self_attn.q_proj.weight."""
    stem, _, kind = name.rpartition(".")
    if not stem.startswith("blk."):
        return f"{_TOP[stem]}.{kind}"
    _, layer, part = stem.split(".")
    return f"model.layers.{layer}.{_LAYER[part]}.{kind}"


def short_name(name: str) -> str:
    """The other way round, for the weights that an adapter changes."""
    _, _, layer, *part, kind = name.split(".")
    return f"blk.{layer}.{_SHORT['.'.join(part)]}.{kind}"


def write_adapter(tensors: Mapping[str, "torch.Tensor"], alpha: float, name: str, file: Path) -> None:
    """Write LoRA matrices named as `peft` saves them as a GGUF adapter in float16."""
    write_matrices({key: each.float().numpy() for key, each in tensors.items()}, alpha, name, file)


def write_matrices(
    matrices: Mapping[str, "np.ndarray[Any, Any]"],
    alpha: float,
    name: str,
    file: Path,
    architecture: str = ARCHITECTURE,
) -> None:
    """The same for matrices of numpy.

    Of the architecture `llama`, which rotates in another order, queries and keys are not to be changed.
    """
    import numpy as np
    from gguf import GGUFWriter

    writer = GGUFWriter(file, architecture)
    writer.add_type("adapter")
    writer.add_name(name)
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", float(alpha))
    for key in sorted(matrices):
        base, _, half = key.removeprefix("base_model.model.").removesuffix(".weight").rpartition(".lora_")
        writer.add_tensor(f"{short_name(base + '.weight')}.lora_{half.lower()}", matrices[key].astype(np.float16))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
