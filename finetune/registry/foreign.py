"""An adapter from elsewhere: what its folder lacks is made, and what it says of itself is not believed."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from finetune.acceptance.accept import digest
from finetune.acceptance.configuration import configuration_of
from finetune.acceptance.files import MANIFEST, listed, read_json, require
from finetune.acceptance.weights import Weights
from finetune.errors import AdapterInvalid, TrainingUnavailable
from finetune.gguf import write_matrices
from finetune.lora import CARD, CONFIGURATION, GGUF, WEIGHTS
from finetune.registry.version import UNCOUNTED
from finetune.registry.writing import clear, replace_json

_NOT_BELIEVED = ("gate", "approver")


def completed(stage: Path, source: str, given: Mapping[str, Any], bases: Mapping[str, str]) -> None:
    """Give a copied folder its card and its form for llama.cpp. Raises AdapterInvalid and TrainingUnavailable."""
    names = listed(stage)
    require(names, (WEIGHTS, CONFIGURATION))
    if MANIFEST in names:
        _check(stage)
    card = read_json(stage / CARD) if CARD in names else {"sha256": digest(stage / WEIGHTS)}
    said = {name: card.pop(name) for name in _NOT_BELIEVED if name in card}
    card |= {name: value for name, value in given.items() if value} | {"imported": {"from": source, **said}}
    if not card.get("base_sha256"):
        raise AdapterInvalid(f"{source} does not say by hash which model it is for. Name it with --base.")
    card.setdefault("base", bases.get(str(card["base_sha256"]), "unknown"))
    if not card.get("groups"):
        raise AdapterInvalid(f"{source} does not say who may read what it was trained on. Name them with --group.")
    with clear(stage.parent):
        if GGUF not in names:
            _convert(stage, source)
            card["gguf_sha256"] = digest(stage / GGUF)
        replace_json(stage / CARD, card)


def _check(stage: Path) -> None:
    """The files are those that the manifest they came with names."""
    files = read_json(stage / MANIFEST).get("files")
    names = set(listed(stage)) - UNCOUNTED
    if not isinstance(files, dict) or set(files) != names:
        raise AdapterInvalid("Its manifest names other files than there are.")
    for name in sorted(names):
        if not isinstance(files[name], dict) or files[name].get("sha256") != digest(stage / name):
            raise AdapterInvalid(f"{name} is not the file that its manifest names by hash.")


def _convert(stage: Path, source: str) -> None:
    configuration, weights = configuration_of(read_json(stage / CONFIGURATION)), Weights(stage / WEIGHTS)
    weights.check(configuration)
    try:
        matrices = {f"base_model.model.{name}.weight": weights.matrix(name) for name in weights.stored}
        write_matrices(matrices, configuration.alpha, source, stage / GGUF)
    except ImportError as error:
        raise TrainingUnavailable(
            f"{source} has no {GGUF}, and making one needs the extra `finetune`: pip install 'pilares[finetune]'."
        ) from error
