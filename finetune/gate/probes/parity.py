"""Export: does the file that is served say what the weights say that training left?

The same prompts go to the safetensors in transformers and to the GGUF in llama.cpp. Both read the same quantised base,
but calculate in other precision, so that a few replies differ; a wrong scale or order changes nearly all.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from finetune.gate.asks import Arm, Item, Reply, Say, Score

NAME = "parity"
PROMPTS, TOKENS = 10, 6


def items_of(items: Sequence[Item]) -> Iterator[Item]:
    """Some of the prompts that other probes ask, for a short reply."""
    for each in items[:PROMPTS]:
        yield replace(each, probe=NAME, asks=(Say(each.asks[0].chat, TOKENS),), given={})


def judged(item: Item, replies: Mapping[Arm, tuple[Reply, ...]]) -> Iterator[Score]:
    """Whether both begin with the same words."""
    served, trained = (replies[arm][0].text.split() for arm in ("candidate", "trained"))
    same = bool(trained) and served[:1] == trained[:1]
    yield Score("parity.same", item.id, float(same), None, item.kind, item.language)
