"""transformers and peft in this process: adapters are put on the same weights, and swapped in place.

For a graphics card and for adapters fresh from training. Answers take turns: which adapter works is a state of the
model.
"""

import threading
import warnings
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

from assistant.errors import ModelCorrupt, ModelUnavailable
from assistant.models.adapter_engine import require_loaded
from assistant.models.completions import Message
from finetune.acceptance.configuration import configuration_of
from finetune.acceptance.files import read_json
from finetune.acceptance.weights import Weights
from finetune.errors import AdapterInvalid
from finetune.lora import CONFIGURATION, WEIGHTS


class PeftEngine:
    """A causal language model of transformers with its tokenizer.

    Up to `slots` adapters are on the model at once. One more takes the place of that which was asked for longest ago:
    its numbers are replaced where they stand (`peft.utils.hotswap`), without the model being built again.
    """

    def __init__(self, model: Any, tokenizer: Any, *, slots: int = 4) -> None:
        self._model = model.eval()
        self._tokenizer = tokenizer
        self._slots = slots
        self._lock = threading.Lock()
        self._folders: dict[str, Path] = {}
        self._placed: dict[str, str] = {}  # adapter to slot, that which was asked for longest ago first
        self._adapted: Any = None
        self._numbers = count()

    @property
    def loaded(self) -> Collection[str]:
        """The adapters that may be asked for."""
        return self._folders.keys()

    def load(self, name: str, folder: Path) -> None:
        """Put an adapter on the model. Raises ModelCorrupt; only safetensors are ever read, never a pickle."""
        with self._lock:
            if name in self._folders:
                return
            _check(folder)  # peft changes the model before it reads, and falls back to pickles
            self._place(name, folder)
            self._folders[name] = folder

    def unload(self, name: str) -> None:
        """Take an adapter off the model."""
        with self._lock:
            self._folders.pop(name, None)
            slot = self._placed.pop(name, None)
            if slot is None:
                return
            if self._placed:
                self._adapted.set_adapter(next(iter(self._placed.values())))
                self._adapted.delete_adapter(slot)
            else:
                self._model, self._adapted = self._adapted.unload(), None

    def generate(self, messages: Sequence[Message], adapter: str = "", *, max_tokens: int = 64) -> str:
        """The likeliest answer."""
        require_loaded(self, adapter)
        with self._lock:
            if not adapter:
                return self._without(messages, max_tokens)
            if adapter not in self._folders:
                raise ModelUnavailable(f"The adapter {adapter} was unloaded.")
            if adapter not in self._placed:
                self._place(adapter, self._folders[adapter])
            self._placed[adapter] = slot = self._placed.pop(adapter)
            self._adapted.set_adapter(slot)
            return self._said(self._adapted, messages, max_tokens)

    def _place(self, name: str, folder: Path) -> None:
        """Give an adapter a slot of its own, or that of another."""
        from peft import PeftModel

        try:
            with _quiet():
                if self._adapted is None:
                    slot = self._new_slot()
                    self._adapted = PeftModel.from_pretrained(self._model, str(folder), adapter_name=slot).eval()
                elif len(self._placed) < self._slots:
                    slot = self._new_slot()
                    self._adapted.load_adapter(str(folder), adapter_name=slot)
                else:
                    slot = self._swapped(folder)
        except (OSError, ValueError, RuntimeError, KeyError, TypeError) as error:
            raise ModelCorrupt(f"{folder} cannot be put on the model: {str(error)[:200]}") from error
        self._placed[name] = slot

    def _new_slot(self) -> str:
        return f"slot{next(self._numbers)}"

    def _swapped(self, folder: Path) -> str:
        """Put an adapter in the place of the one that was asked for longest ago."""
        from peft.utils.hotswap import hotswap_adapter

        oldest = next(iter(self._placed))
        slot = self._placed[oldest]
        try:
            hotswap_adapter(self._adapted, str(folder), adapter_name=slot)
        except (RuntimeError, ValueError):  # of other modules, or scaled in another way
            before, slot = slot, self._new_slot()
            self._adapted.load_adapter(str(folder), adapter_name=slot)
            self._adapted.set_adapter(slot)
            self._adapted.delete_adapter(before)
        del self._placed[oldest]
        return slot

    def _without(self, messages: Sequence[Message], max_tokens: int) -> str:
        if self._adapted is None or not self._placed:
            return self._said(self._model, messages, max_tokens)
        with self._adapted.disable_adapter():
            return self._said(self._adapted, messages, max_tokens)

    def _said(self, model: Any, messages: Sequence[Message], max_tokens: int) -> str:
        import torch

        chat = [dict(each) for each in messages]
        read = self._tokenizer.apply_chat_template(
            chat, add_generation_prompt=True, return_tensors="pt", return_dict=True
        ).to(model.device)
        with torch.inference_mode():
            written = model.generate(**read, max_new_tokens=max_tokens, do_sample=False)
        return str(self._tokenizer.decode(written[0, read["input_ids"].shape[1] :], skip_special_tokens=True))


@contextmanager
def _quiet() -> Iterator[None]:
    """Without warnings about peft's own dealings with transformers."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _check(folder: Path) -> None:
    try:
        Weights(folder / WEIGHTS).check(configuration_of(read_json(folder / CONFIGURATION)))
    except OSError as error:
        raise ModelCorrupt(f"{folder} has no {WEIGHTS}, and nothing else is read.") from error
    except AdapterInvalid as error:
        raise ModelCorrupt(str(error)) from error
