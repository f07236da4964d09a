"""For tests of training: a base of a few thousand numbers in a GGUF file, its tokenizer, and a home to train in."""

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from finetune.datasets import Datasets, DatasetVersion
from finetune.examples import Example
from finetune.testing.examples import many
from finetune.training.plan import Configuration, Plan, plan_for
from finetune.training.runs import Run, Runs
from finetune.training.training import Places

LAYERS, HIDDEN, INNER, HEADS, KEYS = 2, 32, 48, 4, 2
TEMPLATE = (
    "{% for each in messages %}<|im_start|>{{ each.role }}\n{{ each.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def tiny_base(folder: Path, vocabulary: int, *, context: int = 4096) -> Path:
    """Write a random Qwen 2 as a GGUF file."""
    import numpy as np
    from gguf import GGUFWriter

    random = np.random.default_rng(0)
    file = folder / "tiny.gguf"
    writer = GGUFWriter(file, "qwen2")
    writer.add_block_count(LAYERS)
    writer.add_context_length(context)
    writer.add_feed_forward_length(INNER)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(KEYS)
    writer.add_layer_norm_rms_eps(1e-6)
    writer.add_rope_freq_base(10_000.0)
    of_keys = HIDDEN // HEADS * KEYS
    shapes: dict[str, tuple[int, ...]] = {"token_embd.weight": (vocabulary, HIDDEN), "output_norm.weight": (HIDDEN,)}
    for layer in range(LAYERS):
        shapes |= {
            f"blk.{layer}.{name}": shape
            for name, shape in (
                ("attn_q.weight", (HIDDEN, HIDDEN)), ("attn_q.bias", (HIDDEN,)), ("attn_k.weight", (of_keys, HIDDEN)),
                ("attn_k.bias", (of_keys,)), ("attn_v.weight", (of_keys, HIDDEN)), ("attn_v.bias", (of_keys,)),
                ("attn_output.weight", (HIDDEN, HIDDEN)), ("ffn_gate.weight", (INNER, HIDDEN)),
                ("ffn_up.weight", (INNER, HIDDEN)), ("ffn_down.weight", (HIDDEN, INNER)),
                ("attn_norm.weight", (HIDDEN,)), ("ffn_norm.weight", (HIDDEN,)),
            )
        }  # fmt: skip
    for name, shape in shapes.items():
        plain = "norm" in name
        values = np.ones(shape) if plain else random.standard_normal(shape) * (0.02 if "bias" in name else 0.3)
        writer.add_tensor(name, values.astype(np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return file


def tiny_tokenizer(folder: Path, examples: Sequence[Example], *, template: str = TEMPLATE) -> Path:
    """Write a tokenizer of the words of some examples, with the marks of the template."""
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    split = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Punctuation()])
    texts = [text for each in examples for text in each.texts()]
    words = sorted({word for text in texts for word, _ in split.pre_tokenize_str(text)})
    marks = ["<|im_start|>", "<|im_end|>", "[UNK]"]
    known = {word: number for number, word in enumerate([*marks, "system", "user", "assistant", *words])}
    own = Tokenizer(models.WordLevel(known, unk_token="[UNK]"))  # noqa: S106 - no password
    own.pre_tokenizer = split
    found = PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=own, unk_token="[UNK]", eos_token="<|im_end|>", pad_token="<|im_end|>",  # noqa: S106
        additional_special_tokens=["<|im_start|>"],
    )  # fmt: skip
    found.chat_template = template
    found.save_pretrained(folder)
    return folder


def dataset(folder: Path, train: Sequence[Example] = (), held_out: Sequence[Example] = ()) -> DatasetVersion:
    """A version of a dataset; by default 64 harmless rows to learn from and eight to measure on."""
    rows = many(72)
    card = {"groups": ["everyone"], "licences": ["own"], "split": {"train": len(train), "held_out": len(held_out)}}
    return Datasets(folder).add("help", list(train) or rows[:64], list(held_out) or rows[64:], card)[0]


class TinyHome:
    """A folder with a base model, its tokenizer, a dataset, and the runs over it."""

    SMALL = Configuration(rank=4, alpha=8, batch=8, learning_rate=1e-2, epochs=2)

    def __init__(self, folder: Path, train: Sequence[Example] = (), held_out: Sequence[Example] = ()) -> None:
        from transformers import AutoTokenizer

        self.folder = folder
        self.version = dataset(folder / "datasets", train, held_out)
        examples = [*self.version.train(), *self.version.held_out()]
        tokenizer = tiny_tokenizer(folder / "tokenizer", examples)
        file = tiny_base(folder, len(AutoTokenizer.from_pretrained(tokenizer)))
        self.places = Places(file, folder / "datasets", tokenizer)
        self.base_sha256 = sha256(file.read_bytes()).hexdigest()
        self.runs = Runs(folder / "runs")

    def plan(self, how: Configuration | None = None, **given: Any) -> Plan:
        """A plan to train on the dataset."""
        return plan_for(
            self.version, topic="help", base="tiny", base_sha256=self.base_sha256, created="2026-01-01",
            configuration=how or self.SMALL, device="cpu", **given,
        )  # fmt: skip

    def run(self, how: Configuration | None = None, **given: Any) -> Run:
        """A run that has not begun."""
        return self.runs.new(self.plan(how, **given))

    def command(self, run: Run) -> list[str]:
        """What the worker is called with."""
        places = self.places
        return [str(run.folder), "--base", str(places.base), "--datasets", str(places.datasets), "--tokenizer",
                str(places.tokenizer), "--threads", "1"]  # fmt: skip
