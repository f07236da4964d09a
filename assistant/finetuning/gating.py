"""The gate for an adapter of the registry: measures it as it is served, and writes down whether it may serve."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from importlib.metadata import version as installed
from pathlib import Path
from typing import Any

from assistant.errors import ConfigurationError
from assistant.finetuning.datasets import DatasetDesk
from assistant.finetuning.gate.own_questions import dataset_of
from assistant.finetuning.gate.plan import Embedding, Plan, Planner, details_folder
from assistant.finetuning.gate.rivals import SERVED, Rival, first_of, rival_of
from assistant.finetuning.gate.served import Served
from assistant.finetuning.gate.trained import WithTrained, why_not
from assistant.finetuning.gate.wanted import Wanted
from assistant.models.adapters import registry_of
from assistant.models.catalogue import CATALOGUE, Model
from assistant.models.download import require
from assistant.models.models import Models
from assistant.settings import Settings
from finetune.datasets import Datasets
from finetune.gate.asks import Answers, Arm, Floor, Score, digest_of_items
from finetune.gate.kept import Kept
from finetune.gate.measuring import Measured, OnStep, measure
from finetune.gate.probes import judged, parity
from finetune.gate.record import Run, plot_of, record_of
from finetune.gate.verdict import Row
from finetune.lora import GGUF, Adapter
from finetune.registry import Registry, Version
from finetune.registry.aliases import now

# Opens the models of a run: the base, the adapters of arms that have one, the candidate's folder.
Opening = Callable[[Model, Mapping[Arm, Path], Path], AbstractContextManager[Answers]]


@dataclass(frozen=True, slots=True)
class Gated:
    """What came of a run: the record, its table, what was measured, and the plot."""

    record: Mapping[str, Any]
    rows: Sequence[Row]
    measured: Sequence[Measured]
    plot: str


def judge(settings: Settings, name: str, *, on_progress: OnStep | None = None, against: str = SERVED) -> dict[str, Any]:
    """Measure a version and write down what the gate finds; `verdict` is "pass" or why not.

    `against` is what serves now, unless "base", "shipped" or another version is named.

    Raises FinetuneError, ModelError and ConfigurationError, and then nothing is written down; what was measured is kept
    for the next time.
    """
    on_step = on_progress or (lambda done, total: None)
    return dict(evaluate(settings, name, Wanted(against=against), on_step, on_step).record)


def evaluate(
    settings: Settings, name: str, wanted: Wanted, planning: OnStep, measuring: OnStep,
    opened: Opening | None = None, embedding: Embedding = Models,
) -> Gated:  # fmt: skip
    """Measure what is wanted of a version. A run for looking only writes nothing down."""
    wanted.check()
    registry = registry_of(settings)
    version = registry.version(name).whole()
    model = _base_of(version)
    against = rival_of(settings, registry, version, model, wanted.against)
    floors, missing = _floors(registry, version, model, against)
    plan = Planner(settings, wanted, version, planning, embedding).plan()
    plan.notes += [note for note in (against.note, missing) if note]
    _leave_out_parity(plan, model)
    others: dict[Arm, Path | None] = {"base": against.folder, **{arm: each.folder for arm, each in floors.items()}}
    adapters: dict[Arm, Path] = {arm: folder / GGUF for arm, folder in others.items() if folder is not None}
    adapters["candidate"] = version.gguf
    kept = Kept(details_folder(settings), _weights(version, model, others), _trained_on(settings, version, others))
    with (opened or _open(settings))(model, adapters, version.folder) as models:
        measured = measure(plan.items, models, kept, measuring, [*floors])
    DatasetDesk(settings.home).forget_replies()  # of rows that were withdrawn meanwhile
    scores = [*plan.scores, *(score for each in measured for score in judged(each.item, each.replies, [*floors]))]
    compared = _Compared(against, floors, _weights(version, model, others))
    return _written(registry, version, wanted, compared, plan, measured, scores)


@dataclass(frozen=True, slots=True)
class _Compared:
    """What a candidate is compared with, the floors beside it, and whose weights those are."""

    against: Rival
    floors: Mapping[Floor, Rival]
    weights: Mapping[Arm, str]


def _floors(registry: Registry, version: Version, model: Model, against: Rival) -> tuple[dict[Floor, Rival], str]:
    """Below what it must not fall, where that is not what it is compared with anyway; and what could be no floor."""
    found = dict[Floor, Rival]()
    if against.folder is not None:
        found["bare"] = Rival()
    first, missing = first_of(registry, version, model)
    if first is not None and first.folder != against.folder:
        found["first"] = first
    return found, missing


def _written(
    registry: Registry, version: Version, wanted: Wanted, compared: _Compared, plan: Plan,
    measured: Sequence[Measured], scores: Sequence[Score],
) -> Gated:  # fmt: skip
    against, probes = compared.against, dict.fromkeys(item.probe for item in plan.items)
    sets = {probe: digest_of_items([each for each in plan.items if each.probe == probe]) for probe in probes}
    who = {str(arm): each for arm, each in compared.weights.items()}
    looking = " and ".join(why for why in (wanted.looking, against.looking) if why)
    run = Run(
        version.name, against.name, who, sets, wanted.seed, now(), plan.notes, looking,
        {"thorough": wanted.thorough, "questions": [*wanted.questions], "bias": [file.name for file in wanted.bias]},
        {floor: each.name for floor, each in compared.floors.items()},
    )  # fmt: skip
    record, rows = record_of(run, scores)
    plot = plot_of(record, rows, version.name)
    if not looking:
        registry.judge(version.name, record, plot)
    return Gated(record, rows, measured, plot)


def _base_of(version: Version) -> Model:
    found = next((each for each in CATALOGUE if each.files[0].sha256 == version.card.get("base_sha256")), None)
    if found is None:
        raise ConfigurationError(f"{version.name} is for a model that is not known here: {version.card.get('base')}.")
    return found


def _weights(version: Version, model: Model, others: Mapping[Arm, Path | None]) -> dict[Arm, str]:
    """Who replies, by hash and engine: what is kept of one is never taken for another's."""
    base, engine = model.files[0].sha256, f"llama.cpp {installed('xllamacpp')}"
    gguf = {arm: Adapter(folder).card.get("gguf_sha256", "") if folder else "" for arm, folder in others.items()}
    card = version.card
    return {
        **{arm: f"{base} {adapter} {engine}" for arm, adapter in gguf.items()},
        "candidate": f"{base} {card.get('gguf_sha256')} {engine}",
        "trained": f"{base} {card.get('sha256')} transformers {installed('transformers')}",
    }


def _trained_on(settings: Settings, version: Version, others: Mapping[Arm, Path | None]) -> dict[Arm, str]:
    """The datasets of this installation that the arms have learnt from, by hash."""
    datasets = Datasets(settings.home / "finetune" / "datasets")
    cards: dict[Arm, Mapping[str, Any]] = {"candidate": version.card, "trained": version.card}
    cards |= {arm: Adapter(folder).card for arm, folder in others.items() if folder}
    found = {arm: dataset_of(card, datasets)[0] for arm, card in cards.items()}
    return {arm: dataset.sha256 for arm, dataset in found.items() if dataset is not None}


def _leave_out_parity(plan: Plan, model: Model) -> None:
    architecture = "qwen2" if model.name.startswith("qwen2") else model.name
    if any(item.probe == parity.NAME for item in plan.items) and (why := why_not(architecture)):
        plan.items = [item for item in plan.items if item.probe != parity.NAME]
        plan.notes.append(f"export: not measured, {why}")


def _open(settings: Settings) -> Opening:
    @contextmanager
    def opened(model: Model, adapters: Mapping[Arm, Path], folder: Path) -> Iterator[Answers]:
        file = require(model, settings.models_folder) / model.files[0].name
        with Served(file, adapters, settings.threads) as served:
            yield WithTrained(served, file, folder)

    return opened
