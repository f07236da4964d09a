"""`adapter_model.safetensors`, read by hand: a bounded header, known names, and numbers that are numbers.

Format: https://github.com/huggingface/safetensors#format
"""

import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from finetune.acceptance.configuration import Configuration
from finetune.errors import AdapterInvalid
from finetune.lora import WEIGHTS

if TYPE_CHECKING:
    import numpy as np

    Matrix = np.ndarray[Any, np.dtype[np.float32]]

MOST_HEADER_BYTES = 4 * 1024 * 1024
MOST_TENSORS = 10_000
MOST_SIDE = 1_000_000
OUTLIER = 8.0
"""A change this many times as large as the median of its kind is told: what hides a trigger in few weights looks so."""
_BYTES = {"F32": 4, "F16": 2, "BF16": 2}
_NAME = re.compile(r"base_model\.model\.(?P<layer>model\.layers\.\d{1,4}\.[a-z_.]{1,60})\.lora_(?P<half>[AB])\.weight")


@dataclass(frozen=True, slots=True)
class Stored:
    """Where a matrix lies in its file."""

    kind: str
    rows: int
    columns: int
    start: int


class Weights:
    """The matrices of one file. Raises AdapterInvalid when made of a file that is not an adapter's."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.stored = _header(file)

    def check(self, configuration: Configuration) -> None:
        """Every change has both of its halves, of the configured rank, and of modules that it names."""
        layers = {name.rpartition(".lora_")[0] for name in self.stored}
        if len(self.stored) != 2 * len(layers):
            raise AdapterInvalid(f"{WEIGHTS} has changes of which one half is missing.")
        for layer in layers:
            first, second = self.stored[f"{layer}.lora_A"], self.stored[f"{layer}.lora_B"]
            if first.rows != configuration.rank or second.columns != configuration.rank:
                raise AdapterInvalid(f"{layer} in {WEIGHTS} is not of the rank {configuration.rank}.")
            if layer.rpartition(".")[2] not in configuration.modules:
                raise AdapterInvalid(f"{layer} in {WEIGHTS} is none of the configured target_modules.")

    def matrix(self, name: str) -> "Matrix":
        """One matrix in float32."""
        import numpy as np

        stored = self.stored[name]
        count, kind = stored.rows * stored.columns, {"F32": "<f4", "F16": "<f2", "BF16": "<u2"}[stored.kind]
        flat = np.fromfile(self._file, dtype=kind, count=count, offset=stored.start)
        if stored.kind == "BF16":
            flat = (flat.astype(np.uint32) << 16).view(np.float32)
        return flat.astype(np.float32).reshape(stored.rows, stored.columns)

    def norms(self, scale: float) -> dict[str, float]:
        """How much each layer is changed: the Frobenius norm of scale B A. Raises AdapterInvalid for NaN, infinity."""
        import numpy as np

        found = dict[str, float]()
        for layer in sorted({name.rpartition(".lora_")[0] for name in self.stored}):
            first, second = self.matrix(f"{layer}.lora_A").astype(float), self.matrix(f"{layer}.lora_B").astype(float)
            if not (np.isfinite(first).all() and np.isfinite(second).all()):
                raise AdapterInvalid(f"{layer} in {WEIGHTS} holds numbers that are none (NaN or infinity).")
            squared = float(np.sum((first @ first.T) * (second.T @ second)))  # the trace, without the large product
            found[layer] = scale * math.sqrt(max(0.0, squared))
        return found


def outliers(norms: Mapping[str, float]) -> Iterator[str]:
    """The layers that are changed far more than others of their kind, each in a sentence."""
    kinds: dict[str, list[float]] = {}
    for layer, norm in norms.items():
        kinds.setdefault(layer.rpartition(".")[2], []).append(norm)
    for layer, norm in norms.items():
        of_kind = sorted(kinds[layer.rpartition(".")[2]])
        median = of_kind[len(of_kind) // 2]
        if len(of_kind) >= 4 and norm > OUTLIER * max(median, 1e-12):
            times = "many" if median < 1e-12 else f"{norm / median:.0f}"
            yield f"{layer} is changed {times} times as much as the median of its kind."


def _header(file: Path) -> dict[str, Stored]:
    size = file.stat().st_size
    with file.open("rb") as stream:
        length = int.from_bytes(stream.read(8), "little")
        if size < 8 or length > min(MOST_HEADER_BYTES, size - 8):
            raise _damaged(f"its header claims {length:,} bytes, and at most {MOST_HEADER_BYTES:,} are read")
        raw = stream.read(length)
    try:
        header = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise _damaged("its header is not JSON") from error
    if not isinstance(header, dict):
        raise _damaged("its header is not JSON of tensors")
    header.pop("__metadata__", None)
    if not 2 <= len(header) <= MOST_TENSORS:
        raise _damaged(f"it has {len(header)} tensors")
    return _placed(header, 8 + length, size)


def _placed(header: Mapping[str, Any], data: int, size: int) -> dict[str, Stored]:
    """The matrices in the order of the file, which they fill without gap or overlap."""
    found, ends = dict[str, Stored](), list[tuple[int, int]]()
    for name, entry in header.items():
        match = _NAME.fullmatch(name)
        if match is None:
            raise AdapterInvalid(f"{name[:80]!r} in {WEIGHTS} is not a LoRA matrix of a layer. Train without it.")
        stored, end = _stored(name, entry)
        if data + end > size:
            raise _damaged(f"{name} lies outside of it")
        found[f"{match['layer']}.lora_{match['half']}"] = Stored(
            stored.kind, stored.rows, stored.columns, data + stored.start
        )
        ends.append((stored.start, end))
    place = 0
    for start, end in sorted(ends):
        if start != place:
            raise _damaged("its tensors overlap or leave gaps")
        place = end
    if data + place != size:
        raise _damaged("it holds more than its tensors")
    return found


def _stored(name: str, entry: Any) -> tuple[Stored, int]:
    try:
        kind, (rows, columns), (start, end) = entry["dtype"], entry["shape"], entry["data_offsets"]
        sound = all(type(each) is int for each in (rows, columns, start, end)) and set(entry) == {
            "dtype", "shape", "data_offsets",
        }  # fmt: skip
        sound = sound and kind in _BYTES and 0 < rows <= MOST_SIDE and 0 < columns <= MOST_SIDE and start >= 0
    except (KeyError, TypeError, ValueError):
        sound = False
    if not sound or end - start != rows * columns * _BYTES[kind]:
        raise _damaged(f"{name} is not a matrix of {', '.join(_BYTES)}")
    return Stored(kind, rows, columns, start), end


def _damaged(why: str) -> AdapterInvalid:
    return AdapterInvalid(f"{WEIGHTS} cannot be used: {why}.")
