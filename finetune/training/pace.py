"""How long a training will take: a few rows are put through before it begins."""

import time
from collections.abc import Mapping, Sequence
from typing import Any

from finetune.training.rows import MASKED, Row

# What a token of each method costs beside one of a reply: pairs also ask the model as it was before; verdicts ask
# both models once more about a reply that belongs to another prompt.
COST: Mapping[str, float] = {"sft": 1.0, "dpo": 1.4, "kto": 2.2}
# Evaluations, checkpoints and the optimiser.
OVERHEAD = 1.15
_PROBED = 3


def tokens_per_second(model: Any, rows: Sequence[Row], precision: str) -> float:
    """Tokens of rows of middling length that go there and back in a second; the first does not count."""
    import torch

    middle = sorted(rows, key=lambda each: each.longest)[len(rows) // 2 :][:_PROBED]
    device = next(model.parameters()).device
    model.train()
    tokens, begun = 0, time.monotonic()
    for number, each in enumerate(middle):
        if number == 1:
            tokens, begun = 0, time.monotonic()
        ids = torch.tensor([[*each.prompt, *each.reply]], device=device)
        labels = torch.tensor([[MASKED] * len(each.prompt) + [*each.reply]], device=device)
        with torch.autocast(device.type, torch.bfloat16, enabled=precision == "bfloat16"):
            kept = len(each.reply) + 1
            logits = model(input_ids=ids, logits_to_keep=kept, use_cache=False).logits[0, :-1]
            loss = torch.nn.functional.cross_entropy(logits.float(), labels[0, -len(each.reply) :])
        loss.backward()  # type: ignore[no-untyped-call]
        tokens += ids.numel()
    if device.type == "cuda":
        torch.cuda.synchronize()
    model.zero_grad(set_to_none=True)
    return tokens / max(time.monotonic() - begun, 1e-6)


def seconds(stage: str, rows: Sequence[Row], steps: int, batch: int, speed: float) -> float:
    """How long a stage takes at so many tokens per second."""
    of_a_row = sum(each.tokens for each in rows) / len(rows)
    return OVERHEAD * COST[stage] * steps * min(batch, len(rows)) * of_a_row / speed


def within(steps: Mapping[str, int], estimated: Mapping[str, float], most: float | None) -> dict[str, int]:
    """As many steps as fit into the time, the same share of every stage; so the rate still falls to its end."""
    whole = sum(estimated.values())
    share = 1.0 if most is None or whole <= most else most / whole
    return {name: max(1, int(count * share)) for name, count in steps.items()}
