"""A LoRA adapter as `peft` writes it, checked and added to the weights of its base model.

Merged once at loading, an adapter costs nothing afterwards: W + (alpha / r) B A (Hu et al. 2021,
https://arxiv.org/abs/2106.09685).
"""

import hashlib
import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from finetune.errors import AdapterInvalid

if TYPE_CHECKING:
    import torch

WEIGHTS, CONFIGURATION, CARD = "adapter_model.safetensors", "adapter_config.json", "card.json"
# The same matrices for llama.cpp.
GGUF = "adapter.gguf"
# Ways of scaling that peft knows and the shipped recipe does not use.
_OTHER_SCALES = ("use_rslora", "use_dora", "alpha_pattern", "rank_pattern")
_PREFIX, _A, _B = "base_model.model.", ".lora_A.weight", ".lora_B.weight"


@dataclass(frozen=True, slots=True)
class Adapter:
    """A folder with an adapter; only safetensors are ever read, never a pickle."""

    folder: Path

    @property
    def version(self) -> str:
        """The first characters of the weights' SHA-256: what is computed with them carries it."""
        return str(self.card.get("sha256", ""))[:8]

    @property
    def card(self) -> dict[str, Any]:
        """What the adapter was made of and for. Raises AdapterInvalid."""
        return self._json(CARD)

    def merge_into(self, model: Any, base_sha256: str) -> None:
        """Add the adapter to the weights of a model made of the file `base_sha256`.

        Raises AdapterInvalid, and leaves the model as it was, for another base, weights other than the
        card's, unknown or missing matrices, wrong shapes, and numbers that are none.
        """
        if self.card.get("base_sha256") != base_sha256:
            raise AdapterInvalid(
                f"The adapter in {self.folder} was trained for another base model. Train one for this."
            )
        self.whole()
        weights = dict(model.named_parameters())
        for name, delta in list(self._deltas(weights)):
            weights[name].data = (weights[name].data.float() + delta).to(weights[name].dtype)

    def _deltas(self, weights: dict[str, Any]) -> "Iterator[tuple[str, torch.Tensor]]":
        import torch
        from safetensors import SafetensorError
        from safetensors.torch import load_file

        configuration = self._json(CONFIGURATION)
        if unknown := [name for name in _OTHER_SCALES if configuration.get(name)]:
            raise self._damaged(f"{unknown[0]} is not supported")
        try:
            scale = float(configuration["lora_alpha"]) / int(configuration["r"])
            tensors = load_file(self.folder / WEIGHTS)
        except (OSError, KeyError, ValueError, TypeError, ArithmeticError, SafetensorError) as error:
            raise self._damaged(str(error)) from error
        halves = {key.removesuffix(_A).removesuffix(_B) for key in tensors}
        if len(tensors) != 2 * len(halves) or not math.isfinite(scale):
            raise self._damaged("matrices are missing, or unknown ones are there")
        for half in sorted(halves):
            name = f"{half.removeprefix(_PREFIX)}.weight"
            try:
                delta = scale * tensors[half + _B].float() @ tensors[half + _A].float()
            except (KeyError, RuntimeError) as error:
                raise self._damaged(f"{half}: {error}") from error
            if name not in weights or weights[name].shape != delta.shape or not bool(torch.isfinite(delta).all()):
                raise self._damaged(f"{half} does not fit the model")
            yield name, delta

    def whole(self, name: str = WEIGHTS, digest: str = "sha256") -> Path:
        """One of its files, which is the one that the card names. Raises AdapterInvalid."""
        try:
            found = hashlib.sha256((self.folder / name).read_bytes()).hexdigest()
        except OSError as error:
            raise self._damaged(str(error)) from error
        if found != self.card.get(digest):
            raise self._damaged(f"{name} is not the file of its card")
        return self.folder / name

    def _json(self, name: str) -> dict[str, Any]:
        try:
            found = json.loads((self.folder / name).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise self._damaged(str(error)) from error
        if not isinstance(found, dict):
            raise self._damaged(f"{name} is not what peft or Pilares writes")
        return found

    def _damaged(self, why: str) -> AdapterInvalid:
        return AdapterInvalid(f"The adapter in {self.folder} cannot be used: {why}. Put a whole one there.")
