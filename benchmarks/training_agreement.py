"""Whether the adapter says the same in llama.cpp, where it is served, as in peft, where it was trained."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from assistant.models.adapter_engine import LlamaCppAdapters
from assistant.models.adapters import registry_of
from assistant.models.catalogue import QWEN_05B
from assistant.models.llamacpp import LlamaCppEngine
from assistant.settings import Settings
from benchmarks.table import Row as Line
from benchmarks.training_rows import NAME
from finetune.datasets import Datasets
from finetune.doctor.tokens import chat_of
from finetune.examples import Example
from finetune.grounded import SHIPPED
from finetune.grounded.tokens import ChatTokenizer
from finetune.lora import GGUF

PROMPTS, LONGEST = 50, 48


def agreement(settings: Settings) -> list[Line]:
    """The share of prompts of the demo organisation with the same greedy answer in both forms."""
    versions = registry_of(settings).versions(NAME)
    name, folder = (versions[-1].name, versions[-1].folder) if versions else ("shipped", SHIPPED)
    data = Datasets(settings.home / "finetune" / "datasets").get(NAME)
    examples = [*data.held_out(), *data.train()][:PROMPTS]
    file = QWEN_05B.weights(settings.models_folder)
    tokens = ChatTokenizer(file, settings.home / "cache" / "tokenizer-speed")
    served = _served(file, folder, examples)
    trained = _trained(file, folder, tokens, examples)
    served, trained = [each.strip() for each in served], [each.strip() for each in trained]
    same = [one == other for one, other in zip(served, trained, strict=True)]
    for each, one, other in zip(same, served, trained, strict=True):
        if not each:
            print(f"llama.cpp: {one!r}\npeft:      {other!r}")
    first = [one[:1] == other[:1] for one, other in zip(served, trained, strict=True)]
    return [
        {
            "part": "agreement", "adapter": name, "prompts": len(same), "same answer": sum(same) / len(same),
            "same first letter": sum(first) / len(first),
        }
    ]  # fmt: skip


def _served(file: Path, adapter: Path, examples: Sequence[Example]) -> list[str]:
    engine = LlamaCppEngine(file, context_tokens=2048, parallel=1, adapters={NAME: adapter / GGUF}, speculate=False)
    try:
        asked = LlamaCppAdapters(engine)
        return [
            asked.generate(
                [{"role": role, "content": content} for role, content in chat_of(each.messages)], NAME,
                max_tokens=LONGEST,
            )
            for each in examples
        ]  # fmt: skip
    finally:
        engine.stop()


def _trained(file: Path, adapter: Path, tokens: ChatTokenizer, examples: Sequence[Example]) -> list[str]:
    import torch
    from peft import PeftModel

    from finetune.training import base
    from finetune.training.machine import machine_for

    model: Any = PeftModel.from_pretrained(base.load(file, machine_for("cpu")), adapter).merge_and_unload().eval()
    end = tokens.of(tokens.end)[0]
    found = []
    for each in examples:
        prompt = tokens.prompt(chat_of(each.messages))
        ids = torch.tensor([prompt])
        with torch.no_grad():
            said = model.generate(
                input_ids=ids, attention_mask=torch.ones_like(ids), do_sample=False, max_new_tokens=LONGEST,
                eos_token_id=end, pad_token_id=end,
            )  # fmt: skip
        found.append(tokens.text([token for token in said[0, len(prompt) :].tolist() if token != end]))
    return found
