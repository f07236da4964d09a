"""Tokens per second of the trainer beside a loop of a few lines that does the same, by turns on the same rows."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from assistant.models.catalogue import QWEN_05B
from assistant.settings import Settings
from benchmarks.table import Row as Line
from benchmarks.table import ratio
from benchmarks.training_rows import NAME
from finetune.datasets import Datasets
from finetune.grounded.tokens import ChatTokenizer
from finetune.testing.examples import many
from finetune.testing.training import tiny_tokenizer
from finetune.training import base
from finetune.training.machine import Machine, machine_for, peak_memory
from finetune.training.plan import Configuration, configured
from finetune.training.preflight import Memory
from finetune.training.rows import MASKED, Row, rows_of
from finetune.training.stages import Stage

ROUNDS, BATCH = 3, 2
WAYS = ("pilares", "bare loop", "bare loop, all scores")
LAYERS, VOCABULARY, PROMPT, REPLY = 2, 16_000, 213, 14
"""The cut model: so many layers of the small model's sizes; and the middling row of the demo organisation's."""


@dataclass(slots=True)
class Timed:
    """What one way took: tokens, seconds on the clock, seconds of the processor."""

    tokens: list[int] = field(default_factory=list)
    clock: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)

    @contextmanager
    def of(self, tokens: int) -> Iterator[None]:
        clock, processor = time.perf_counter(), time.process_time()
        yield
        self.tokens.append(tokens)
        self.clock.append(time.perf_counter() - clock)
        self.processor.append(time.process_time() - processor)

    def a_second(self, of: Sequence[float]) -> float:
        return median(tokens / seconds for tokens, seconds in zip(self.tokens, of, strict=True))


def overhead(_: Settings) -> list[Line]:
    """On a model of `LAYERS` random layers and one thread: what the trainer itself takes shows more than on a whole."""
    import torch
    from transformers import AutoTokenizer, Qwen2Config, Qwen2ForCausalLM

    torch.manual_seed(0)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    config = Qwen2Config(
        vocab_size=VOCABULARY, hidden_size=896, intermediate_size=4864, num_hidden_layers=LAYERS,
        num_attention_heads=14, num_key_value_heads=2, tie_word_embeddings=False,
    )  # fmt: skip
    model = Qwen2ForCausalLM(config).requires_grad_(False)
    random = Random(0)

    def drawn(count: int) -> tuple[int, ...]:
        return tuple(random.randrange(VOCABULARY) for _ in range(count))

    rows = [Row(str(number), drawn(PROMPT), drawn(REPLY)) for number in range(ROUNDS * BATCH)]
    with TemporaryDirectory(prefix="pilares-speed-") as scratch:
        tokenizer = AutoTokenizer.from_pretrained(tiny_tokenizer(Path(scratch), many(8)))
        found = _by_turns("overhead", model, tokenizer, rows)
    torch.set_num_threads(threads)
    return found


def speed(settings: Settings) -> list[Line]:
    """On the small model, and rows of the demo organisation of middling length."""
    file = QWEN_05B.weights(settings.models_folder)
    version = Datasets(settings.home / "finetune" / "datasets").get(NAME)
    tokens = ChatTokenizer(file, settings.home / "cache" / "tokenizer-speed")
    rows = sorted(rows_of(version.train(), tokens), key=lambda each: each.tokens)
    rows = rows[(len(rows) - ROUNDS * BATCH) // 2 :][: ROUNDS * BATCH]
    return _by_turns("speed", base.load(file, machine_for("cpu")), tokens.own, rows)


def _by_turns(part: str, model: Any, tokenizer: Any, rows: Sequence[Row]) -> list[Line]:
    """Every way by turns, a step of `BATCH` rows each."""
    machine, how = machine_for("cpu"), configured(180)
    adapted, times = base.adapted(model, how), {way: Timed() for way in WAYS}
    _bare(adapted, rows[:1], machine, how)  # the first step is slower in every way
    for number in range(ROUNDS):
        piece = rows[number * BATCH :][:BATCH]
        count = sum(each.tokens for each in piece)
        with times["bare loop, all scores"].of(count):
            _bare(adapted, piece, machine, how, all_scores=True)
        with times["bare loop"].of(count):
            _bare(adapted, piece, machine, how)
        _pilares(adapted, tokenizer, piece, machine, how, times["pilares"])
    tight = times["bare loop"]
    return [
        {
            "part": part, "way": way, "tokens/s": each.a_second(each.clock),
            "tokens a second of the processor": each.a_second(each.processor),
            "of the bare loop": ratio(each.a_second(each.clock), tight.a_second(tight.clock)),
            "by processor time": ratio(each.a_second(each.processor), tight.a_second(tight.processor)),
            "peak MB": peak_memory("cpu") / 1e6,
        }
        for way, each in times.items()
    ]  # fmt: skip


def _bare(model: Any, rows: Sequence[Row], machine: Machine, how: Configuration, *, all_scores: bool = False) -> None:
    """A step of a loop with nothing around it."""
    import torch

    model.train()
    learnt = [each for each in model.parameters() if each.requires_grad]
    optimiser = torch.optim.AdamW(learnt, lr=how.learning_rate)
    for each in rows:
        ids = torch.tensor([[*each.prompt, *each.reply]])
        labels = torch.tensor([[MASKED] * len(each.prompt) + [*each.reply]])
        with torch.autocast("cpu", torch.bfloat16, enabled=machine.precision == "bfloat16"):
            if all_scores:
                loss = model(input_ids=ids, labels=labels, use_cache=False).loss
            else:
                scores = model(input_ids=ids, logits_to_keep=len(each.reply) + 1, use_cache=False).logits[0, :-1]
                loss = torch.nn.functional.cross_entropy(scores.float(), labels[0, -len(each.reply) :])
        (loss / len(rows)).backward()
    torch.nn.utils.clip_grad_norm_(learnt, 1.0)
    optimiser.step()
    optimiser.zero_grad(set_to_none=True)


def _pilares(
    model: Any, tokenizer: Any, rows: Sequence[Row], machine: Machine, how: Configuration, times: Timed,
) -> None:  # fmt: skip
    """A step of the trainer that the command uses, with what it writes down about it."""
    from transformers import TrainerCallback

    from finetune.training.events import EventLog
    from finetune.training.trainers import trainer_for
    from finetune.training.watching import Watch

    class Clock(TrainerCallback):
        """From where a step begins to where it has been told."""

        def on_step_begin(self, *_: Any, **__: Any) -> None:
            self.clock = times.of(sum(each.tokens for each in rows))
            self.clock.__enter__()

        def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **_: Any) -> None:
            if logs and "loss" in logs:
                self.clock.__exit__(None, None, None)

    with TemporaryDirectory(prefix="pilares-speed-") as scratch:
        watch = Watch(
            "sft", EventLog(Path(scratch) / "events.jsonl").write, lambda: False, evaluations=1, patience=1,
            device="cpu",
        )  # fmt: skip
        trainer = trainer_for(
            Stage("sft", ()), model, tokenizer, rows, (), Path(scratch),
            Configuration(**{**how.asdict(), "batch": len(rows)}), machine, Memory(1, False, 0), 1, [watch, Clock()],
        )  # fmt: skip
        watch.trainer = trainer
        trainer.train()
