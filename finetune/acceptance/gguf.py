"""`adapter.gguf`, read by hand: bounded counts and lengths, known keys, matrices of an adapter and nothing else.

llama.cpp reads GGUF files with native code, and some readers render the chat template in one; so neither gets to see a
file that is not exactly an adapter. Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
"""

import math
import re
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from finetune.errors import AdapterInvalid
from finetune.lora import GGUF

if TYPE_CHECKING:
    import numpy as np

    Matrix = np.ndarray[Any, np.dtype[np.float32]]

MOST_KEYS, MOST_TENSORS, MOST_TEXT, MOST_LISTED = 64, 10_000, 4096, 64
MOST_SIDE = 1_000_000
_MAGIC, _VERSIONS, _STRING, _ARRAY = b"GGUF", (2, 3), 8, 9
_SCALARS = {0: "<B", 1: "<b", 2: "<H", 3: "<h", 4: "<I", 5: "<i", 6: "<f", 7: "<?", 10: "<Q", 11: "<q", 12: "<d"}
_KEY = re.compile(r"general\.[a-z0-9_.]{1,100}|adapter\.type|adapter\.lora\.alpha")
_TENSOR = re.compile(r"(?P<base>blk\.\d{1,4}\.[a-z_]{1,40}\.weight)\.lora_(?P<half>[ab])")
_TYPES = {0: ("F32", 4), 1: ("F16", 2), 30: ("BF16", 2)}


@dataclass(frozen=True, slots=True)
class Stored:
    """Where a matrix lies in the file; `rows` and `columns` are torch's, GGUF counts them the other way round."""

    kind: str
    rows: int
    columns: int
    start: int


@dataclass(slots=True)
class AdapterFile:
    """What the header of an adapter says. Made with `read`."""

    file: Path
    fields: dict[str, Any] = field(default_factory=dict)
    stored: dict[str, Stored] = field(default_factory=dict)

    @property
    def architecture(self) -> str:
        """The kind of base model, as llama.cpp calls it."""
        return str(self.fields.get("general.architecture", ""))

    @property
    def alpha(self) -> float:
        """The alpha of alpha / r."""
        return float(self.fields["adapter.lora.alpha"])

    def matrix(self, name: str) -> "Matrix":
        """One matrix in float32."""
        import numpy as np

        stored = self.stored[name]
        kind = {"F32": "<f4", "F16": "<f2", "BF16": "<u2"}[stored.kind]
        flat = np.fromfile(self.file, dtype=kind, count=stored.rows * stored.columns, offset=stored.start)
        if stored.kind == "BF16":
            flat = (flat.astype(np.uint32) << 16).view(np.float32)
        return flat.astype(np.float32).reshape(stored.rows, stored.columns)


def read(file: Path) -> AdapterFile:
    """Read the header. Raises AdapterInvalid for anything that is not a plain LoRA adapter."""
    size = file.stat().st_size
    with file.open("rb") as stream:
        reader = _Reader(stream, size)
        if reader.take(4) != _MAGIC or reader.number("<I") not in _VERSIONS:
            raise _damaged("it is not a GGUF file of version 2 or 3")
        tensors, keys = reader.number("<Q"), reader.number("<Q")
        if tensors > MOST_TENSORS or keys > MOST_KEYS:
            raise _damaged(f"its header claims {tensors:,} tensors and {keys:,} keys")
        found = AdapterFile(file, dict(reader.field() for _ in range(keys)))
        _check_fields(found.fields)
        placed = [reader.tensor() for _ in range(tensors)]
        alignment = found.fields.get("general.alignment", 32)
        data = -(-stream.tell() // alignment) * alignment
    _place(found, placed, data, size)
    return found


class _Reader:
    """Takes values off a stream, never more than are there."""

    def __init__(self, stream: BinaryIO, size: int) -> None:
        self._stream, self._size = stream, size

    def take(self, length: int) -> bytes:
        if length > self._size - self._stream.tell():
            raise _damaged("it is cut short")
        return self._stream.read(length)

    def number(self, form: str) -> Any:
        return struct.unpack(form, self.take(struct.calcsize(form)))[0]

    def text(self) -> str:
        length = self.number("<Q")
        if length > MOST_TEXT:
            raise _damaged(f"a text in its header claims {length:,} bytes")
        try:
            return self.take(length).decode("utf-8")
        except UnicodeDecodeError as error:
            raise _damaged("a text in its header is not UTF-8") from error

    def value(self, kind: int, *, listed: bool = True) -> Any:
        if kind == _STRING:
            return self.text()
        if kind in _SCALARS:
            return self.number(_SCALARS[kind])
        if kind == _ARRAY and listed:
            inner, count = self.number("<I"), self.number("<Q")
            if count > MOST_LISTED:
                raise _damaged(f"a list in its header claims {count:,} values")
            return [self.value(inner, listed=False) for _ in range(count)]
        raise _damaged("a value in its header is of an unknown kind")

    def field(self) -> tuple[str, Any]:
        name = self.text()
        if name.startswith("tokenizer.") or "chat_template" in name:
            raise AdapterInvalid(
                f"{GGUF} carries {name[:80]!r}: an adapter has no tokenizer or chat template of its own."
            )
        if not _KEY.fullmatch(name):
            raise AdapterInvalid(f"{name[:80]!r} in {GGUF} is not known in a plain LoRA.")
        return name, self.value(self.number("<I"))

    def tensor(self) -> tuple[str, int, int, int, int]:
        name, dimensions = self.text(), self.number("<I")
        if not _TENSOR.fullmatch(name) or dimensions != 2:
            raise AdapterInvalid(f"{name[:80]!r} in {GGUF} is not a LoRA matrix of a layer.")
        columns, rows = self.number("<Q"), self.number("<Q")
        return name, rows, columns, self.number("<I"), self.number("<Q")


def _check_fields(fields: Mapping[str, Any]) -> None:
    alpha, alignment = fields.get("adapter.lora.alpha"), fields.get("general.alignment", 32)
    if fields.get("general.type") != "adapter" or fields.get("adapter.type") != "lora":
        raise _damaged("it does not say that it is a LoRA adapter")
    if not isinstance(alpha, float) or not math.isfinite(alpha) or alpha <= 0:
        raise _damaged("its alpha is not a positive number")
    if alignment not in (8, 16, 32, 64, 128):
        raise _damaged("its alignment is not one that is used")


def _place(found: AdapterFile, placed: list[tuple[str, int, int, int, int]], data: int, size: int) -> None:
    alignment, ends = found.fields.get("general.alignment", 32), list[tuple[int, int]]()
    for name, rows, columns, number, offset in placed:
        kind, width = _TYPES.get(number, ("", 0))
        if not kind:
            raise AdapterInvalid(f"{name} in {GGUF} is quantised (type {number}). Convert it with --outtype f16.")
        if not (0 < rows <= MOST_SIDE and 0 < columns <= MOST_SIDE) or offset % alignment or name in found.stored:
            raise _damaged(f"{name} has a size or place that cannot be")
        end = offset + rows * columns * width
        if data + end > size:
            raise _damaged(f"{name} lies outside of it")
        found.stored[name] = Stored(kind, rows, columns, data + offset)
        ends.append((offset, end))
    ends.sort()
    if not ends or any(start < before for (_, before), (start, _) in pairwise(ends)):
        raise _damaged("its tensors overlap, or there are none")


def _damaged(why: str) -> AdapterInvalid:
    return AdapterInvalid(f"{GGUF} cannot be used: {why}.")
