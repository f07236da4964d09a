"""Reading the carrier's weight format, on a small file written here by its description."""

import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from assistant.errors import ModelCorrupt
from assistant.models.e5 import assemble, read_weights

HIDDEN, LAYERS, HEADS, INNER, VOCABULARY, POSITIONS, TYPES = 32, 1, 2, 64, 5, 8, 2
Array = npt.NDArray[Any]


def _q4_0(weights: Array) -> tuple[bytes, Array]:
    """Blocks as the description says, written the slow and plain way; and the values they stand for."""
    out, values = b"", []
    for block in weights.reshape(-1, 32):
        scale = np.float16(np.abs(block).max() / 7 or 1)
        quants = np.clip(np.round(block / np.float32(scale)) + 8, 0, 15).astype(int)
        out += struct.pack("<e", scale) + bytes(int(quants[j]) | int(quants[j + 16]) << 4 for j in range(16))
        values.append((quants - 8) * np.float32(scale))
    return out, np.concatenate(values).reshape(weights.shape)


class _File:
    """Writes the format and remembers what should come out."""

    def __init__(self) -> None:
        self._random = np.random.default_rng(7)
        self._directory: list[tuple[str, int, int, bytes]] = []
        self.values: dict[str, Array] = {}

    def dense(self, name: str, *shape: int) -> None:
        self.values[name] = self._random.normal(size=shape).astype(np.float32)
        self._directory.append((name, 0, self.values[name].size, self.values[name].tobytes()))

    def blocks(self, name: str, *shape: int) -> None:
        content, self.values[name] = _q4_0(self._random.normal(size=shape).astype(np.float32))
        self._directory.append((name, 1, self.values[name].size, content))

    def content(self) -> bytes:
        sizes = (HIDDEN, LAYERS, HEADS, INNER, VOCABULARY, POSITIONS, TYPES)
        head = struct.pack("<4sI7ifi", b"E5S1", 1, *sizes, 1e-12, 32)
        head += (
            struct.pack("<5iQ", 2, 0, 2, 1, 3, 3) + struct.pack("<3I", 0, 1, 3) + struct.pack("<2f", -1, -2) + b"abc"
        )
        head += struct.pack("<iI", 1, 9) + struct.pack("<IBI", 65, 1, 97)
        head += struct.pack("<i", len(self._directory))
        offset = len(head) + sum(2 + len(name) + 1 + 4 + 8 + 8 for name, *_ in self._directory)
        data = b""
        for name, kind, count, content in self._directory:
            head += struct.pack(
                f"<H{len(name)}sBIQQ", len(name), name.encode(), kind, count, offset + len(data), len(content)
            )
            data += content
        return head + data


@pytest.fixture
def file() -> _File:
    file = _File()
    file.blocks("emb.word", VOCABULARY, HIDDEN)
    file.dense("emb.pos", POSITIONS, HIDDEN)
    file.dense("emb.type", TYPES, HIDDEN)
    for name in ("emb.ln.w", "emb.ln.b", "l0.aln.w", "l0.aln.b", "l0.oln.w", "l0.oln.b"):
        file.dense(name, HIDDEN)
    for name, rows, columns in (
        ("q", 32, 32),
        ("k", 32, 32),
        ("v", 32, 32),
        ("ao", 32, 32),
        ("fi", 64, 32),
        ("fo", 32, 64),
    ):
        file.blocks(f"l0.{name}.w", rows, columns)
        file.dense(f"l0.{name}.b", rows)
    return file


@pytest.fixture
def folder(file: _File, tmp_path: Path) -> Path:
    (tmp_path / "e5-small-q4.bin").write_bytes(file.content())
    (tmp_path / "tokenizer.json").write_text('{"version": "1.0"}')
    return tmp_path


def test_the_shape_is_read(folder: Path) -> None:
    shape, _ = read_weights(folder / "e5-small-q4.bin")
    assert (shape.hidden, shape.layers, shape.heads, shape.feed_forward) == (HIDDEN, LAYERS, HEADS, INNER)
    assert (shape.vocabulary, shape.positions, shape.types) == (VOCABULARY, POSITIONS, TYPES)
    assert shape.epsilon == pytest.approx(1e-12)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("embeddings.word_embeddings.weight", "emb.word"),
        ("embeddings.token_type_embeddings.weight", "emb.type"),
        ("encoder.layer.0.attention.self.key.weight", "l0.k.w"),
        ("encoder.layer.0.intermediate.dense.weight", "l0.fi.w"),
        ("encoder.layer.0.output.dense.weight", "l0.fo.w"),
        ("encoder.layer.0.output.dense.bias", "l0.fo.b"),
        ("encoder.layer.0.attention.output.LayerNorm.weight", "l0.aln.w"),
    ],
)
def test_every_kind_of_tensor(folder: Path, file: _File, ours: str, theirs: str) -> None:
    _, tensors = read_weights(folder / "e5-small-q4.bin")
    assert tensors[ours].shape == file.values[theirs].shape
    np.testing.assert_allclose(tensors[ours].astype(np.float32), file.values[theirs], rtol=1e-3)


def test_rows_are_dequantised_in_groups(folder: Path, file: _File, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.models.e5._ROWS_AT_ONCE", 2)
    _, tensors = read_weights(folder / "e5-small-q4.bin")
    np.testing.assert_allclose(
        tensors["embeddings.word_embeddings.weight"].astype(np.float32), file.values["emb.word"], rtol=1e-3
    )


def test_the_names_are_those_of_a_bert_model(folder: Path) -> None:
    transformers = pytest.importorskip("transformers")
    assemble(folder, folder / "made")
    config = transformers.BertConfig(**json.loads((folder / "made" / "config.json").read_text()))
    model = transformers.BertModel(config, add_pooling_layer=False)
    _, tensors = read_weights(folder / "e5-small-q4.bin")
    assert {name: tuple(value.shape) for name, value in model.state_dict().items()} == {
        name: value.shape for name, value in tensors.items()
    }


def test_assembling_again_replaces_and_leaves_nothing_over(folder: Path) -> None:
    assemble(folder, folder / "made")
    (folder / "made" / "config.json").write_text("old")
    assemble(folder, folder / "made")
    assert json.loads((folder / "made" / "config.json").read_text())["hidden_size"] == HIDDEN
    assert sorted(path.name for path in folder.iterdir()) == ["e5-small-q4.bin", "made", "tokenizer.json"]


@pytest.mark.parametrize("cut", [3, 40, 100, 2_000])
def test_a_file_cut_short_is_corrupt(folder: Path, cut: int) -> None:
    path = folder / "e5-small-q4.bin"
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(ModelCorrupt, match="`pilares models pull multilingual-e5-small`"):
        assemble(folder, folder / "made")
    assert not (folder / "made").exists()


def test_another_format_is_corrupt(folder: Path) -> None:
    (folder / "e5-small-q4.bin").write_bytes(b"GGUF" * 100)
    with pytest.raises(ModelCorrupt, match="unknown layout"):
        assemble(folder, folder / "made")
