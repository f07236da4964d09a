"""Training an adapter: speed beside a bare loop, a whole run of 200 rows, and the adapter in both of its forms.

    python -m benchmarks.training [--part speed agreement run] [--home DIR]

speed       tokens per second of `pilares finetune train`'s trainer, and of a loop of a few lines that does the same, by
            turns on the same rows; "all scores" is the loop as it is mostly written, which also scores the prompt
agreement   the greedy answer of an adapter in llama.cpp, on the quantised model, and in peft, on 50 prompts: the last
            one that was trained in DIR, else the one that Pilares ships with
run         180 rows of the demo organisation and 20 held out, as the command trains them: minutes and memory
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from rich.console import Console

from assistant.evaluation.report import write_json
from assistant.finetuning import training as trainings
from assistant.models.catalogue import QWEN_05B
from assistant.models.cores import wait_without_spinning
from assistant.settings import Settings, load_settings
from benchmarks.table import Row as Line
from benchmarks.table import options, parsed, publish, ratio
from benchmarks.training_agreement import agreement
from benchmarks.training_rows import NAME, demo_dataset
from finetune.datasets import Datasets
from finetune.grounded.tokens import ChatTokenizer
from finetune.training import base
from finetune.training.machine import Machine, machine_for, peak_memory
from finetune.training.plan import Configuration, configured
from finetune.training.preflight import Memory
from finetune.training.rows import MASKED, Row, rows_of
from finetune.training.stages import Stage

PARTS = ("speed", "agreement", "run")
ROWS, ROUNDS, BATCH = 200, 3, 2
WAYS = ("pilares", "bare loop", "bare loop, all scores")


def main() -> None:
    parser = options(__doc__)
    parser.add_argument("--part", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument(
        "--home", type=Path, metavar="DIR", help="keep dataset, run and adapter there; default: nowhere"
    )
    chosen = parsed(parser)
    wait_without_spinning()
    with _home(chosen.home) as settings:
        lines: list[Line] = []
        if not Datasets(settings.home / "finetune" / "datasets").names():
            demo_dataset(settings, settings.home / "finetune" / "datasets", ROWS)
        for part in filter(chosen.part.__contains__, PARTS):
            found = {"speed": speed, "run": whole_run, "agreement": agreement}[part](settings)
            publish(f"training: {part}", found, None)  # at once: the next part takes long
            lines += found
    if chosen.json:
        write_json(chosen.json, {"benchmark": "training", "rows": lines})


@contextmanager
def _home(folder: Path | None) -> Iterator[Settings]:
    with TemporaryDirectory(prefix="pilares-training-") as scratch:
        yield load_settings(home=folder or Path(scratch))


def whole_run(settings: Settings) -> list[Line]:
    """A run as the command makes it."""
    console, begun = Console(stderr=True), time.monotonic()
    name = trainings.train(
        settings, NAME, NAME, on_event=lambda event: console.print({**event, "stages": ""}, highlight=False)
    )
    run = trainings.runs_of(settings).all()[-1]
    last, started = run.log.last("finished"), run.log.last("started")
    curve = run.log.read()
    losses = [each["loss"] for each in curve if each["event"] == "evaluated"]
    return [
        {
            "part": "run", "version": name, "minutes": (time.monotonic() - begun) / 60,
            "minutes of the processor": last["processor_s"] / 60, "estimated minutes": started["estimate_s"] / 60,
            "tokens/s": last["tokens_per_second"], "peak MB": last["memory_bytes"] / 1e6,
            "held-out loss before": losses[0], "at its best": min(losses),
        }
    ]  # fmt: skip


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


def speed(settings: Settings) -> list[Line]:
    """Every way by turns, a step of `BATCH` rows each, on the same rows."""
    file = QWEN_05B.weights(settings.models_folder)
    version = Datasets(settings.home / "finetune" / "datasets").get(NAME)
    tokens = ChatTokenizer(file, settings.home / "cache" / "tokenizer-speed")
    rows = sorted(rows_of(version.train(), tokens), key=lambda each: each.tokens)
    rows = rows[(len(rows) - ROUNDS * BATCH) // 2 :][: ROUNDS * BATCH]  # of middling length
    machine, how = machine_for("cpu"), configured(180)
    model = base.adapted(base.load(file, machine), how)
    times = {way: Timed() for way in WAYS}
    _bare(model, rows[:1], machine, how)  # the first step is slower in every way
    for number in range(ROUNDS):
        piece = rows[number * BATCH :][:BATCH]
        count = sum(each.tokens for each in piece)
        with times["bare loop, all scores"].of(count):
            _bare(model, piece, machine, how, all_scores=True)
        with times["bare loop"].of(count):
            _bare(model, piece, machine, how)
        _pilares(model, version.train(), tokens, piece, machine, how, times["pilares"])
    tight = times["bare loop"]
    return [
        {
            "part": "speed", "way": way, "tokens/s": each.a_second(each.clock),
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
    model: Any, examples: Sequence[Any], tokens: ChatTokenizer, rows: Sequence[Row], machine: Machine,
    how: Configuration, times: Timed,
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
            Stage("sft", tuple(examples)), model, tokens.own, rows, (), Path(scratch),
            Configuration(**{**how.asdict(), "batch": len(rows)}), machine, Memory(1, False, 0), 1, [watch, Clock()],
        )  # fmt: skip
        watch.trainer = trainer
        trainer.train()


if __name__ == "__main__":
    main()
