"""Training an adapter: speed beside a bare loop, a whole run of 200 rows, and the adapter in both of its forms.

    python -m benchmarks.training [--part overhead speed agreement run] [--home DIR]

overhead    tokens per second of the trainer of `pilares finetune train`, and of a loop of a few lines that does the
            same, by turns on the same rows, on a model of two layers; "all scores" is the loop as it is mostly written,
            which scores the prompt as well
speed       the same on the small model, and rows of the demo organisation
agreement   the greedy answer of an adapter in llama.cpp, on the quantised model, and in peft, on 50 prompts: the last
            one that was trained in DIR, else the one that Pilares ships with
run         180 rows of the demo organisation and 20 held out, as the command trains them: minutes and memory
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console

from assistant.evaluation.report import write_json
from assistant.finetuning import training as trainings
from assistant.models.cores import wait_without_spinning
from assistant.settings import Settings, load_settings
from benchmarks.table import Row as Line
from benchmarks.table import options, parsed, publish
from benchmarks.training_agreement import agreement
from benchmarks.training_rows import NAME, demo_dataset
from benchmarks.training_speed import overhead, speed
from finetune.datasets import Datasets

PARTS = ("overhead", "speed", "agreement", "run")
ROWS = 200


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
        if set(chosen.part) != {"overhead"} and not Datasets(settings.home / "finetune" / "datasets").names():
            demo_dataset(settings, settings.home / "finetune" / "datasets", ROWS)
        for part in filter(chosen.part.__contains__, PARTS):
            found = MEASURES[part](settings)
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


MEASURES = {"overhead": overhead, "speed": speed, "agreement": agreement, "run": whole_run}


if __name__ == "__main__":
    main()
