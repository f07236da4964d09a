"""What a training leaves: the adapter for peft and for llama.cpp, and its card; as a whole or not at all."""

import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from finetune.acceptance.accept import digest
from finetune.errors import NotWritten
from finetune.grounded.adapter import write
from finetune.lora import CARD, GGUF, WEIGHTS
from finetune.registry.writing import replace_json
from finetune.training.events import Event
from finetune.training.plan import Plan
from finetune.training.runs import Run


def write_result(run: Run, plan: Plan, trained: Path, figures: Mapping[str, Any]) -> dict[str, Any]:
    """Write `result/` from the adapter in `trained`; returns the card. Raises AdapterInvalid and NotWritten."""
    scratch = run.folder / ".result"
    shutil.rmtree(scratch, ignore_errors=True)
    try:
        scratch.mkdir()
        write(trained, scratch, plan.topic, plan.base)
        card = card_of(run, plan, figures) | {
            "sha256": digest(scratch / WEIGHTS), "gguf_sha256": digest(scratch / GGUF),
        }  # fmt: skip
        replace_json(scratch / CARD, card)
        shutil.rmtree(run.result, ignore_errors=True)
        os.replace(scratch, run.result)
    except OSError as error:
        raise NotWritten(
            f"{run.result} cannot be written ({error.strerror or error}). The training itself is kept: make room, and "
            f"`pilares finetune train --resume {run.name}`."
        ) from error
    return card


def card_of(run: Run, plan: Plan, figures: Mapping[str, Any]) -> dict[str, Any]:
    """The card, without the hashes of the weights."""
    name, _, version = plan.dataset.partition("@")
    return {
        "name": plan.topic,
        "run": run.name,
        "base": plan.base,
        "base_sha256": plan.base_sha256,
        "template_sha256": plan.template_sha256,
        "dataset": {"name": name, "version": version, "sha256": plan.dataset_sha256},
        "groups": list(plan.groups),
        "licence": ", ".join(plan.licences) or "not said",
        "configuration": {**plan.configuration.asdict(), "method": plan.method, "stages": dict(plan.stages)},
        "trained_on": dict(plan.machine),
        "curves": curves_of(run.log.read()),
        **figures,
    }


def curves_of(events: Sequence[Event]) -> dict[str, dict[str, list[float]]]:
    """By stage the loss of each step, and steps and losses of the evaluations; what was done again counts once."""
    steps: dict[str, dict[int, float]] = {}
    held_out: dict[str, dict[int, float]] = {}
    for each in events:
        into = steps if each["event"] == "step" else held_out if each["event"] == "evaluated" else None
        if into is not None:
            into.setdefault(str(each["stage"]), {})[int(each["step"])] = float(each["loss"])
    found = dict[str, dict[str, list[float]]]()
    for stage, losses in steps.items():
        evaluated = held_out.get(stage, {})
        found[stage] = {
            "loss": [losses[step] for step in sorted(losses)],
            "held_out_steps": [float(step) for step in sorted(evaluated)],
            "held_out_loss": [evaluated[step] for step in sorted(evaluated)],
        }
    return found
