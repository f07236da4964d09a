"""What a training is to do, written down before it begins: enough to repeat it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Literal

from finetune.datasets import DatasetVersion
from finetune.errors import RunNotFound

Method = Literal["auto", "sft", "kto", "dpo"]
Device = Literal["auto", "cpu", "cuda"]
PLAN = "plan.json"
LEAST_ROWS = 50
# Below so many rows an adapter sees each row once in fewer than 125 steps, and few steps want a higher rate; below so
# many it is in danger of learning them by heart; from so many on it has something to fill a higher rank with.
FEW_ROWS, HEART_ROWS, MANY_ROWS = 1_000, 500, 5_000


@dataclass(frozen=True, slots=True)
class Configuration:
    """How the adapter is trained.

    `batch` is in rows a step; `learning_rate` is for replies, `preference_learning_rate` for verdicts and pairs, both
    at their highest; `warmup` is a share of the steps. `evaluations` are made on the held-out rows along the way;
    after `patience` of them without a lower loss the training stops. `context` is in tokens.

    Rank, rates and batch: Schulman et al. 2025 ("LoRA Without Regret"): all matrices, about ten times the rate of full
    fine-tuning, fifteen times for less than a hundred steps, batches below 32. KTO and DPO: the rates of TRL, times
    ten for the same reason.
    """

    rank: int = 16
    alpha: int = 32
    dropout: float = 0.0
    learning_rate: float = 2e-4
    preference_learning_rate: float = 1e-5
    warmup: float = 0.05
    epochs: float = 1.0
    batch: int = 8
    beta: float = 0.1
    evaluations: int = 4
    patience: int = 3
    context: int = 4096
    seed: int = 0

    def asdict(self) -> dict[str, Any]:
        """For the plan and the card."""
        return asdict(self)


def configured(
    rows: int, *, epochs: float | None = None, rank: int | None = None, rate: float | None = None
) -> Configuration:
    """The configuration for so many rows; what is given wins."""
    found = Configuration(
        rank=32 if rows >= MANY_ROWS else 16,
        dropout=0.05 if rows < HEART_ROWS else 0.0,
        learning_rate=3e-4 if rows < FEW_ROWS else 2e-4,
    )
    if rank is not None:
        found = replace(found, rank=rank)
    if epochs is not None:
        found = replace(found, epochs=epochs)
    if rate is not None:
        found = replace(found, learning_rate=rate, preference_learning_rate=rate)
    return replace(found, alpha=2 * found.rank)


@dataclass(frozen=True, slots=True)
class Plan:
    """A training. What is empty at first (`template_sha256`, `machine`, `stages`) is filled in where it is done.

    `stages` are steps by stage; `max_seconds` bounds the training itself, not loading and writing.
    """

    topic: str
    dataset: str
    dataset_sha256: str
    base: str
    base_sha256: str
    groups: tuple[str, ...]
    licences: tuple[str, ...]
    created: str
    method: Method = "auto"
    device: Device = "auto"
    least: int = LEAST_ROWS
    max_seconds: float | None = None
    configuration: Configuration = field(default_factory=Configuration)
    template_sha256: str = ""
    machine: Mapping[str, Any] = field(default_factory=dict)
    stages: Mapping[str, int] = field(default_factory=dict)

    def asdict(self) -> dict[str, Any]:
        """For plan.json."""
        return asdict(self)


def plan_for(version: DatasetVersion, *, topic: str, base: str, base_sha256: str, created: str, **given: Any) -> Plan:
    """A plan to train on a version of a dataset; `given` are fields of `Plan`."""
    return Plan(
        topic=topic, dataset=version.name, dataset_sha256=version.sha256, base=base, base_sha256=base_sha256,
        groups=tuple(version.card.get("groups", ())), licences=tuple(version.card.get("licences", ())),
        created=created, **given,
    )  # fmt: skip


def plan_of(found: Mapping[str, Any], where: Path) -> Plan:
    """A plan out of its JSON. Raises RunNotFound for what is none."""
    try:
        known = {each.name: found[each.name] for each in fields(Plan)}
        return Plan(
            **{
                **known,
                "groups": tuple(known["groups"]),
                "licences": tuple(known["licences"]),
                "configuration": Configuration(**known["configuration"]),
            }
        )
    except (KeyError, TypeError) as error:
        raise RunNotFound(f"{where} is not the plan of a training ({error}). Begin a new one.") from error
