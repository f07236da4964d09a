"""Trains an adapter for the small model on a dataset, in a process of its own, and takes it into the registry."""

import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from assistant.errors import ConfigurationError
from assistant.models.adapters import registry_of
from assistant.models.catalogue import Model, Role, find_model
from assistant.models.cores import usable_cores
from assistant.models.download import require
from assistant.settings import Settings, environment
from finetune import errors
from finetune.datasets import Datasets
from finetune.errors import FinetuneError, NotWritten, TrainingFailed, TrainingRefused
from finetune.gguf import ARCHITECTURE, architecture_of
from finetune.registry.version import check_topic
from finetune.training.events import Event, OnEvent
from finetune.training.machine import check_available
from finetune.training.plan import LEAST_ROWS, Device, Method, configured, plan_for
from finetune.training.runs import Run, Runs, busy

_LOOKED_SECONDS = 0.3
# Training asks nobody and tells nobody; its threads sleep while they wait (`assistant.models.cores`).
_ALONE = {
    "HF_HUB_OFFLINE": "1", "HF_HUB_DISABLE_TELEMETRY": "1", "TOKENIZERS_PARALLELISM": "false",
    "OMP_WAIT_POLICY": "PASSIVE",
}  # fmt: skip
ERRORS = "errors.txt"


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wants trained; what is None follows from the number of rows."""

    dataset: str
    topic: str
    method: Method = "auto"
    epochs: float | None = None
    rank: int | None = None
    rate: float | None = None
    max_seconds: float | None = None
    device: Device = "auto"
    least: int = LEAST_ROWS


def train(
    settings: Settings, dataset: str, topic: str, *, method: Method = "auto", on_event: OnEvent | None = None
) -> str:
    """Train on a dataset (its newest version, or NAME@vN) and register the adapter; returns `topic@vN`.

    Raises ConfigurationError and ModelUnavailable for a small model that cannot be trained, and FinetuneError.
    """
    run = begin(settings, Asked(dataset, topic, method))
    return finish(settings, run, on_event)


def begin(settings: Settings, asked: Asked) -> Run:
    """Write the plan of a run; nothing is trained yet. Raises as `train` does."""
    check_available()
    model = _base(settings)
    _check_kind(model, require(model, settings.models_folder) / model.files[0].name)
    check_topic(asked.topic)
    runs = runs_of(settings)
    if holder := runs.busy():
        raise busy(holder)
    version = Datasets(settings.home / "finetune" / "datasets").get(asked.dataset)
    rows = len(version.train())
    if rows < asked.least:
        raise TrainingRefused(
            f"{version.name} has {rows} rows to learn from, and at least {asked.least} are needed. Collect or import "
            "more and build it again, or lower --least."
        )
    how = configured(rows, epochs=asked.epochs, rank=asked.rank, rate=asked.rate)
    return runs.new(
        plan_for(
            version, topic=asked.topic, base=model.name, base_sha256=model.files[0].sha256,
            created=datetime.now(UTC).isoformat(timespec="seconds"), method=asked.method, device=asked.device,
            least=asked.least, max_seconds=asked.max_seconds, configuration=how,
        )
    )  # fmt: skip


def finish(settings: Settings, run: Run, on_event: OnEvent | None = None) -> str:
    """Train what a run has left to train, and register its result; returns `topic@vN`. Raises as `train` does."""
    if not run.result.is_dir():
        worker = start(settings, run)
        for event in follow(run, worker):
            if on_event is not None:
                on_event(event)
        worker.wait()
        check_ended(run, worker.returncode)
    return register(settings, run)


def start(settings: Settings, run: Run) -> "subprocess.Popen[bytes]":
    """Begin, or go on, in a process that outlives this one. Raises as `train` does."""
    check_available()
    model = _base(settings)
    plan = run.plan
    if plan.base_sha256 != model.files[0].sha256:
        raise TrainingRefused(
            f"{run.name} trains an adapter for {plan.base}, and the small model in use is {model.name}. Set "
            f'slm = "{plan.base}" in pilares.toml to go on, or begin a new training.'
        )
    if holder := runs_of(settings).busy():
        raise busy(holder)
    file = require(model, settings.models_folder) / model.files[0].name
    command = [*_launcher(plan.device), "-m", "finetune.training.worker", str(run.folder), "--base", str(file),
               "--datasets", str(settings.home / "finetune" / "datasets"), "--tokenizer",
               str(settings.home / "cache" / f"tokenizer-{plan.base_sha256[:12]}")]  # fmt: skip
    command += ["--threads", str(settings.threads or usable_cores())]
    run.go_on()
    with (run.folder / ERRORS).open("ab") as said:
        worker = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            command, stdin=subprocess.DEVNULL, stdout=said, stderr=said, env={**environment(), **_ALONE},
            start_new_session=True, cwd=Path(__file__).parents[2],
        )  # fmt: skip
    with suppress(NotWritten):  # the worker sees for itself that there is no room
        runs_of(settings).begun(run, worker.pid)
    return worker


def follow(run: Run, worker: "subprocess.Popen[bytes]") -> Iterator[Event]:
    """The events of a run from now on, until its process is gone."""
    follower = run.log.follow()
    while True:
        gone = worker.poll() is not None
        yield from follower.new()
        if gone:
            return
        time.sleep(_LOOKED_SECONDS)


def check_ended(run: Run, status: int | None) -> None:
    """Raises what the worker has raised, by the log; TrainingFailed when it was killed or asked to stop."""
    last = run.log.last()
    if last.get("event") == "finished":
        return
    again = f"`pilares finetune train --resume {run.name}`"
    if last.get("event") == "cancelled":
        raise TrainingFailed(f"The training was stopped after step {last['step']}. Go on with {again}.")
    if last.get("event") == "failed":
        kind = getattr(errors, str(last["kind"]), None)
        if not (isinstance(kind, type) and issubclass(kind, FinetuneError)):
            kind = TrainingFailed
        raise kind(str(last["error"]))
    said = (run.folder / ERRORS).read_text(encoding="utf-8", errors="replace").strip().splitlines()
    why = f": {said[-1][:300]}" if said else ""
    raise TrainingFailed(f"The process that trains has gone (status {status}){why}. Go on with {again}.")


def register(settings: Settings, run: Run) -> str:
    """Take the result of a run into the registry; returns `topic@vN`, the same again for the same result."""
    plan, registry = run.plan, registry_of(settings)
    for version in registry.versions(plan.topic):
        if version.card.get("run") == run.name:
            return version.name
    return registry.add(run.result, plan.topic).name


def runs_of(settings: Settings) -> Runs:
    """The trainings of this installation."""
    return Runs(settings.home / "finetune" / "runs")


def _base(settings: Settings) -> Model:
    small = settings.slm
    if small.url is not None or small.name.endswith(".gguf"):
        raise ConfigurationError(
            f"Adapters are trained for a small model of `pilares models list`, not for {small.name}. Take `slm` out of "
            "pilares.toml to train for the default one."
        )
    return find_model(small.name, Role.SLM, Role.LLM, Role.TEST)


def _check_kind(model: Model, file: Path) -> None:
    """Raises TrainingRefused for a model that cannot be read for training, before anything is begun."""
    kind = architecture_of(file)
    if kind not in ("", ARCHITECTURE):
        raise TrainingRefused(
            f"Adapters are trained for models of the kind {ARCHITECTURE}, and {model.name} is of the kind {kind}. Take "
            "`slm` out of pilares.toml to train for the default one."
        )


def _launcher(device: Device) -> list[str]:
    """Several graphics cards train together, a process each; everything else is one process."""
    if device == "cpu":
        return [sys.executable]
    import torch

    count = torch.cuda.device_count()
    if count < 2:
        return [sys.executable]
    return [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc_per_node", str(count)]


def summary(runs: Runs, run: Run) -> Mapping[str, Any]:
    """A run in a few figures, for lists."""
    plan, step = run.plan, run.log.last("step")
    return {
        "run": run.name, "state": runs.state(run), "dataset": plan.dataset, "topic": plan.topic, "base": plan.base,
        "stage": step.get("stage", ""), "step": step.get("step", 0), "of": step.get("of", 0),
        "loss": step.get("loss"), "eta_s": step.get("eta_s"), "error": run.log.last("failed").get("error", ""),
    }  # fmt: skip
