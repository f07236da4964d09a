"""The weights as training left them, in transformers and peft: what the export is compared with."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any

from assistant.finetuning.gate.served import messages_of
from assistant.models.embedder import quiet_transformers
from assistant.models.peft_engine import PeftEngine
from finetune.gate.asks import Answers, Arm, Ask, Reply, Say
from finetune.gguf import load_base

_NAME = "trained"


class WithTrained:
    """Sends what is asked of the trained weights there, and everything else to `served`; loaded at the first ask."""

    def __init__(self, served: Answers, model: Path, adapter: Path) -> None:
        self._served = served
        self._model = model
        self._adapter = adapter
        self._engine: PeftEngine | None = None

    def answer(self, arm: Arm, ask: Ask) -> Reply:
        """The reply of an arm."""
        if arm != "trained":
            return self._served.answer(arm, ask)
        if not isinstance(ask, Say):
            raise ValueError("the trained weights are only asked to reply")
        if self._engine is None:
            self._engine = self._loaded()
        return Reply(self._engine.generate(messages_of(ask.chat), _NAME, max_tokens=ask.most))

    def _loaded(self) -> PeftEngine:
        with quiet_transformers():
            from transformers import AutoTokenizer

            tokenizer: Any = AutoTokenizer.from_pretrained(self._model.parent, gguf_file=self._model.name)
            engine = PeftEngine(load_base(self._model), tokenizer, slots=1)
            engine.load(_NAME, self._adapter)
        return engine


def why_not(architecture: str) -> str:
    """Why the trained weights cannot be asked here; empty when they can."""
    if find_spec("gguf") is None:
        return "it needs the extra `finetune`: pip install 'pilares[finetune]'"
    if architecture != "qwen2":
        return f"transformers reads models of this kind ({architecture}) in another way"
    return ""
