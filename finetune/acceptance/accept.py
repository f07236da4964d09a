"""The whole check of one adapter's folder."""

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from finetune.acceptance import gguf
from finetune.acceptance.configuration import Configuration, configuration_of
from finetune.acceptance.files import listed, read_json, require
from finetune.acceptance.weights import Weights, outliers
from finetune.errors import AdapterInvalid
from finetune.gguf import short_name
from finetune.lora import CARD, CONFIGURATION, GGUF, WEIGHTS

NEAR = 2e-3
"""How far a number may be from its other form, relative to the matrix's largest: float16 keeps eleven bits."""
# llama.cpp's converter reorders these for its way of rotating; only their size can be compared.
_REORDERED = ("attn_q", "attn_k")


@dataclass(frozen=True, slots=True)
class Accepted:
    """What was found out. `notes` are for a person to judge; `files` are name to SHA-256."""

    card: Mapping[str, Any]
    files: Mapping[str, str]
    configuration: Configuration
    base: str
    notes: tuple[str, ...] = ()


def accept(folder: Path, bases: Mapping[str, str]) -> Accepted:
    """Check an adapter's folder; `bases` are the models that are served, SHA-256 to name.

    Raises AdapterInvalid with the first thing that is wrong. Nothing in the folder is changed, and none of it is run.
    """
    names = listed(folder)
    require(names, (WEIGHTS, CONFIGURATION, GGUF, CARD))
    card = read_json(folder / CARD)
    files = {name: digest(folder / name) for name in names}
    base = _base(card, bases)
    for name, key in ((WEIGHTS, "sha256"), (GGUF, "gguf_sha256")):
        if card.get(key) != files[name]:
            raise AdapterInvalid(f"{name} is not the file that its card names by hash ({key}).")
    configuration = configuration_of(read_json(folder / CONFIGURATION))
    weights = Weights(folder / WEIGHTS)
    weights.check(configuration)
    norms = weights.norms(configuration.scale)
    _same(weights, gguf.read(folder / GGUF), configuration)
    return Accepted(card, files, configuration, base, tuple(outliers(norms)))


def digest(file: Path) -> str:
    """The SHA-256 of a file. Raises AdapterInvalid when it cannot be read."""
    try:
        with file.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise AdapterInvalid(f"{file.name} cannot be read: {error.strerror}.") from error


def _base(card: Mapping[str, Any], bases: Mapping[str, str]) -> str:
    """The name of the base model, which the card says by hash."""
    base = str(card.get("base_sha256", ""))
    if base not in bases:
        named = str(card.get("base", "an unknown model"))[:80]
        raise AdapterInvalid(
            f"It was trained for another base model ({named}, {base[:8] or 'no hash'}). Served are: "
            f"{', '.join(sorted(set(bases.values())))}."
        )
    return bases[base]


def _same(weights: Weights, served: gguf.AdapterFile, configuration: Configuration) -> None:
    """What llama.cpp is given are the same matrices: what was measured in one form is served in the other."""
    import numpy as np

    if not math.isclose(served.alpha, configuration.alpha, rel_tol=1e-6):
        raise AdapterInvalid(f"{GGUF} has another alpha than {CONFIGURATION}.")
    for name, of_gguf in _paired(weights, served).items():
        ours, theirs = weights.matrix(name), served.matrix(of_gguf)
        reordered = served.architecture != "qwen2" and any(part in of_gguf for part in _REORDERED)
        if ours.shape != theirs.shape:
            raise _differs(of_gguf)
        largest = max(float(np.abs(ours).max()), 1e-6)
        apart = (np.sort(ours, axis=None) - np.sort(theirs, axis=None)) if reordered else ours - theirs
        if not float(np.abs(apart).max()) <= NEAR * largest:  # also for NaN
            raise _differs(of_gguf)


def _paired(weights: Weights, served: gguf.AdapterFile) -> dict[str, str]:
    found = dict[str, str]()
    for name in weights.stored:
        layer, _, half = name.rpartition(".lora_")
        try:
            found[name] = f"{short_name(f'{layer}.weight')}.lora_{half.lower()}"
        except (KeyError, ValueError) as error:
            raise AdapterInvalid(f"{layer} in {WEIGHTS} has no form in llama.cpp.") from error
    if set(found.values()) != set(served.stored):
        raise AdapterInvalid(f"{GGUF} and {WEIGHTS} do not change the same layers. Convert the adapter again.")
    return found


def _differs(name: str) -> AdapterInvalid:
    return AdapterInvalid(f"{name} in {GGUF} is not what {WEIGHTS} holds. Convert the adapter again.")
