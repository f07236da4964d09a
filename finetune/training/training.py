"""One training from its plan to its result; runs in a process of its own (`finetune.training.worker`)."""

import os
import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from finetune.datasets import Datasets, DatasetVersion
from finetune.errors import TrainingRefused
from finetune.grounded.tokens import ChatTokenizer
from finetune.lora import WEIGHTS
from finetune.training import base, pace, preflight
from finetune.training.checkpoints import step_of, sweep, whole
from finetune.training.machine import Machine, agreed, machine_for, peak_memory
from finetune.training.plan import Plan
from finetune.training.result import write_result
from finetune.training.rows import Row, rows_of
from finetune.training.runs import Run
from finetune.training.stages import Stage, stages_of

# Of a stage's held-out rows as many are measured on as make up this share of the tokens that it learns from, but not
# fewer than eight: evaluations then take about a tenth of the time.
_HELD_OUT_SHARE, _HELD_OUT_LEAST = 0.05, 8


@dataclass(frozen=True, slots=True)
class Places:
    """Where a training finds what it needs: the file of the base model, datasets, and the tokenizer that was read."""

    base: Path
    datasets: Path
    tokenizer: Path | None = None


@dataclass(frozen=True, slots=True)
class Prepared:
    """One stage, its rows as tokens, and how they go through the memory."""

    stage: Stage
    train: list[Row]
    held_out: list[Row]
    memory: preflight.Memory


class Stopped(Exception):
    """Somebody asked a training to stop; it can be resumed from `step`."""

    def __init__(self, step: int) -> None:
        super().__init__(step)
        self.step = step


def train(run: Run, places: Places, main: bool = True) -> None:
    """Do what the plan of a run says, from where it stopped; the log tells how it goes, `result/` holds what it leaves.

    `main` is false in all but the first of several processes. Raises FinetuneError, and Stopped.
    """
    plan = run.plan
    version = Datasets(places.datasets).get(plan.dataset)
    if version.sha256 != plan.dataset_sha256:
        raise TrainingRefused(f"{plan.dataset} is not the dataset that {run.name} began with. Begin a new training.")
    tokens = ChatTokenizer(places.base, places.tokenizer)
    template = preflight.check_template(tokens)
    if plan.template_sha256 not in ("", template):
        raise TrainingRefused(f"The chat template is not the one that {run.name} began with. Begin a new training.")
    machine = preflight.fitted(places.base.stat().st_size, machine_for(plan.device))
    stages, notes = stages_of(version.train(), version.held_out(), plan.method, plan.least)
    plan = replace(plan, template_sha256=template, machine=plan.machine or machine.asdict())
    model = base.load(places.base, machine)
    prepared = _prepared(stages, model, tokens, machine, plan, run)
    _Training(run, plan, machine, tokens, main).do(model, prepared, [*notes, *_withdrawn(version)])


def _withdrawn(version: DatasetVersion) -> list[str]:
    gone = len(version.withdrawn())
    return [f"{gone} rows left out: what they came from was deleted."] if gone else []


def _prepared(
    stages: Sequence[Stage], model: Any, tokens: ChatTokenizer, machine: Machine, plan: Plan, run: Run
) -> list[Prepared]:
    """Every stage past the preflight. Raises TrainingRefused."""
    how, shape = plan.configuration, base.shape(model)
    context = min(how.context, shape["longest"])
    found = []
    for stage in stages:
        learnt, held_out = rows_of(stage.train, tokens), rows_of(stage.held_out, tokens)
        preflight.check_rows([*learnt, *held_out], tokens, context)
        memory = preflight.plan_memory(shape, [*learnt, *held_out], machine, how, stage.name)
        found.append(Prepared(stage, learnt, _measured_on(held_out, learnt, how.epochs), memory))
    preflight.check_disk(run.folder, shape, how.rank, len(stages))
    return found


def _measured_on(held_out: Sequence[Row], learnt: Sequence[Row], epochs: float) -> list[Row]:
    most = _HELD_OUT_SHARE * max(1.0, epochs) * sum(each.tokens for each in learnt)
    found, tokens = list[Row](), 0
    for each in sorted(held_out, key=lambda row: row.id):  # ids are digests: in no order that means anything
        tokens += each.tokens
        if len(found) >= _HELD_OUT_LEAST and tokens > most:
            break
        found.append(each)
    return found


class _Training:
    """The stages of one run, one after the other."""

    def __init__(self, run: Run, plan: Plan, machine: Machine, tokens: ChatTokenizer, main: bool) -> None:
        self._run, self._plan, self._machine, self._tokens, self._main = run, plan, machine, tokens, main
        self._spent = float(run.log.last("step").get("elapsed_s", 0.0))
        self._reasons = dict[str, str]()

    def do(self, model: Any, prepared: Sequence[Prepared], notes: Sequence[str]) -> None:
        """Train, write the result, and say so."""
        begun = time.monotonic()
        adapted = base.adapted(model, self._plan.configuration)
        self._begin(adapted, prepared, notes)
        before: Path | None = None
        for each in prepared:
            done = self._run.stages / each.stage.name
            if not (done / WEIGHTS).is_file():
                if before is not None:
                    adapted = base.adapted(base.bare(adapted), self._plan.configuration, before)
                self._stage(adapted, each, done)
            before = done
        assert before is not None
        if not self._main:
            return
        peak = peak_memory(self._machine.device)
        figures = {
            "rows": {each.stage.name: len(each.train) for each in prepared},
            "held_out_rows": {each.stage.name: len(each.held_out) for each in prepared},
            "left_out": list(notes), "peak_memory_bytes": peak, "seconds": round(self._spent, 1),
            "stopped": self._reasons,
        }  # fmt: skip
        card = write_result(self._run, self._plan, before, figures)
        self._run.log.write(
            "finished", result=str(self._run.result.name), sha256=card["sha256"], memory_bytes=peak,
            seconds=round(self._spent, 1), process_seconds=round(time.monotonic() - begun, 1),
            processor_s=round(time.process_time(), 1),
            tokens_per_second=self._run.log.last("step").get("tokens_per_second"), stopped=self._reasons,
        )  # fmt: skip

    def _begin(self, adapted: Any, prepared: Sequence[Prepared], notes: Sequence[str]) -> None:
        """Measure, fit the steps into the time, write the plan down whole, and say that it begins."""
        how = self._plan.configuration
        every = [row for each in prepared for row in each.train]
        speed = agreed(pace.tokens_per_second(adapted, every, self._machine.precision) * self._machine.processes)
        steps = dict(self._plan.stages)
        if not steps:
            wanted = {str(each.stage.name): _steps(len(each.train), how.batch, how.epochs) for each in prepared}
            steps = pace.within(wanted, self._estimated(wanted, prepared, speed), self._plan.max_seconds)
            if self._main and steps != wanted:
                notes = [*notes, f"{sum(steps.values())} of {sum(wanted.values())} steps fit into the time."]
        self._plan = replace(self._plan, stages=steps)
        if not self._main:
            return
        self._run.write_plan(self._plan)
        resumed = {name: step_of(whole(self._run.checkpoints / name)[-1]) for name in steps
                   if whole(self._run.checkpoints / name)}  # fmt: skip
        self._run.log.write(
            "started", run=self._run.name, process=os.getpid(), dataset=self._plan.dataset, base=self._plan.base,
            stages={each.stage.name: {"rows": len(each.train), "held_out": len(each.held_out),
                                      "steps": steps[each.stage.name]} for each in prepared},
            tokens=sum(each.tokens for each in every), device=self._machine.device, tokens_per_second=round(speed, 1),
            estimate_s=round(sum(self._estimated(steps, prepared, speed).values()), 1), notes=list(notes),
            resumed_from=resumed, memory_bytes=max(each.memory.bytes for each in prepared),
        )  # fmt: skip

    def _estimated(self, steps: dict[str, int], prepared: Sequence[Prepared], speed: float) -> dict[str, float]:
        batch = self._plan.configuration.batch
        return {
            each.stage.name: pace.seconds(each.stage.name, each.train, steps[each.stage.name], batch, speed)
            for each in prepared
        }

    def _stage(self, adapted: Any, each: Prepared, done: Path) -> None:
        """Train one stage to its end and keep its best adapter in `done`. Raises Stopped."""
        from finetune.training.trainers import trainer_for
        from finetune.training.watching import Watch, best, is_over, losses_in

        name, how = each.stage.name, self._plan.configuration
        folder = self._run.checkpoints / name
        if self._main:
            sweep(folder)
        agreed(None)
        there, steps = whole(folder), self._plan.stages[name]
        if there and is_over(there[-1], steps, how.patience):
            if self._main:
                _keep(best(losses_in(there[-1]), folder), done)
            agreed(None)
            return
        watch = Watch(
            name, self._run.log.write, self._run.asked_to_stop, evaluations=how.evaluations, patience=how.patience,
            device=self._machine.device, spent=self._spent, most=self._plan.max_seconds,
        )  # fmt: skip
        trainer = trainer_for(
            each.stage, adapted, self._tokens.own, each.train, each.held_out, folder, how, self._machine, each.memory,
            steps, [watch],
        )  # fmt: skip
        watch.trainer = trainer
        trainer.args.eval_on_start = bool(each.held_out) and not there
        trainer.train(resume_from_checkpoint=str(there[-1]) if there else None)
        agreed(None)
        self._spent = watch.seconds
        if watch.why == "asked":
            raise Stopped(int(trainer.state.global_step))
        if watch.why:
            self._reasons[name] = watch.why
        if self._main:
            _keep(best(losses_in(whole(folder)[-1]), folder), done)
        agreed(None)  # the others begin the next stage with what the first has kept


def _keep(checkpoint: Path, done: Path) -> None:
    """Copy the adapter of a checkpoint, whole or not at all."""
    scratch = done.with_name(f".{done.name}")
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    for name in (WEIGHTS, "adapter_config.json"):
        shutil.copyfile(checkpoint / name, scratch / name)
    shutil.rmtree(done, ignore_errors=True)
    os.replace(scratch, done)


def _steps(rows: int, batch: int, epochs: float) -> int:
    return max(1, round(epochs * -(-rows // batch)))
