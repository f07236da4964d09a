"""The recipe of the grounded adapter: from organisations and sets to weights, their GGUF form and their card."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any, Literal

from assistant.errors import ConfigurationError
from assistant.evaluation.progress import OnStep
from assistant.finetuning.evidence import organisation_rows
from assistant.finetuning.folders import digest_of, digest_of_data, made
from assistant.finetuning.reading import figures, read_held_out
from assistant.finetuning.search import Searches
from assistant.finetuning.sets import claims, questions_to_learn, set_rows
from assistant.finetuning.wording import rows_of
from assistant.models.catalogue import Model, Role, find_model
from assistant.models.download import require
from assistant.models.embedder import quiet_transformers
from assistant.models.models import Models
from assistant.settings import Settings
from assistant.turn.models import RoleModels
from finetune.errors import ExamplesInvalid
from finetune.grounded.adapter import write
from finetune.grounded.evidence import EvidenceRow
from finetune.grounded.examples import Alone, Example, examples_of
from finetune.grounded.tokens import ChatTokenizer
from finetune.grounded.training import GroundedTraining, Row, check_available, fitted, train
from finetune.lora import CARD, GGUF, WEIGHTS
from finetune.organisations.organisation import Organisation, read_organisations

NAME = "pilares-slm-grounded"
LICENCE = "Apache-2.0; trained on organisations, documents and questions written for it, and on the sets named"
# How often a follow-up is shown; there are few of them.
ALONE_TIMES = 2
Device = Literal["auto", "cpu", "cuda"]
# Shows how far a stage is, while it lasts; by its name.
Stage = Callable[[str], AbstractContextManager[OnStep]]


@dataclass(frozen=True, slots=True)
class Sources:
    """What is learnt from: a folder of organisations, folders of questions, files of claims."""

    data: Path
    sets: tuple[Path, ...] = ()
    claims: tuple[Path, ...] = ()


def train_grounded(
    settings: Settings, sources: Sources, out: Path, how: GroundedTraining, device: Device, stage: Stage
) -> dict[str, Any]:
    """Train on `sources`, write the adapter to `out`, measure it on the organisations held out. Returns the card.

    Raises ConfigurationError for a small model that cannot be trained, ModelUnavailable when it is not here,
    InvalidRequest for a set and FinetuneError for organisations that cannot be used.
    """
    check_available()
    model, place = _trainable(settings), _device(device)
    file = require(model, settings.models_folder) / model.files[0].name
    learnt, held_out = _read(sources)
    with made(out), quiet_transformers():
        with stage("Reading") as step:
            examples = list(_examples(settings, sources, learnt, how.seed, step))
        tokenized = list(zip(examples, rows_of(examples, ChatTokenizer(file)), strict=True))
        kept = Counter(type(example).__name__.lower() for example, row in tokenized if row)
        with stage("Training") as step:
            where = _trained(file, [row for _, row in tokenized if row], how, place, out, model, step)
    card = {
        "name": NAME,
        "base": model.name,
        "base_sha256": model.files[0].sha256,
        "sha256": digest_of(out / WEIGHTS),
        "gguf_sha256": digest_of(out / GGUF),
        "data_sha256": digest_of_data(sources.data),
        "sets": _digests(sources),
        "examples": dict(kept),
        "training": how.asdict(),
        "trained_on": where,
        "licence": LICENCE,
    }
    _write_card(card, out)
    card["held_out"] = _measured(settings, out, held_out, stage)
    _write_card(card, out)
    return card


def _read(sources: Sources) -> tuple[list[Organisation], list[Organisation]]:
    """The organisations to learn from and those held out; sets and claims are looked at too, before the long work."""
    organisations = list(read_organisations(sources.data))
    held_out = [each for each in organisations if each.held_out and each.questions]
    if not held_out:
        raise ExamplesInvalid(
            f'{sources.data} holds out no organisation with questions to measure on: give one of them "held_out": true.'
        )
    for folder in sources.sets:
        questions_to_learn(folder)
    for file in sources.claims:
        list(claims(file))
    return [each for each in organisations if not each.held_out], held_out


def _trainable(settings: Settings) -> Model:
    small = settings.slm
    if small.url is not None or small.name.endswith(".gguf"):
        raise ConfigurationError(
            f"The grounded adapter is trained for a small model of `pilares models list`, not for {small.name}. "
            "Take `slm` out of pilares.toml to train it for the default one."
        )
    return find_model(small.name, Role.SLM, Role.LLM)


def _device(asked: Device) -> str:
    import torch

    there = torch.cuda.is_available()
    if asked == "cuda" and not there:
        raise ConfigurationError("There is no graphics card that torch can use. Use --device cpu.")
    return "cuda" if there and asked != "cpu" else "cpu"


def _examples(
    settings: Settings, sources: Sources, learnt: list[Organisation], seed: int, reading: OnStep
) -> Iterator[Example]:
    """All examples in the order of their sources; the same for the same seed."""
    rng = Random(seed)  # noqa: S311 - draws examples, keeps no secret
    total = len(learnt) + len(sources.sets)
    with Models(settings) as models:
        searches = Searches(settings, models)
        for number, organisation in enumerate(learnt, start=1):
            with searches.over_organisation(organisation) as search:
                yield from _drawn(organisation_rows(organisation, search), rng)
            for each in organisation.follow_ups:
                yield from [Alone(each.text, each.asked, each.said, each.standalone)] * ALONE_TIMES
            reading(number, total)
        for number, folder in enumerate(sources.sets, start=len(learnt) + 1):
            yield from _drawn(set_rows(folder, searches), rng)
            reading(number, total)
    for file in sources.claims:
        yield from claims(file)


def _drawn(rows: Iterator[EvidenceRow], rng: Random) -> Iterator[Example]:
    for row in rows:
        yield from examples_of(row, rng)


def _trained(
    file: Path, rows: list[Row], how: GroundedTraining, device: str, out: Path, model: Model, training: OnStep
) -> str:
    """Train, write what is served, and say on what it was trained."""
    import torch

    from finetune.gguf import load_base

    with TemporaryDirectory(prefix="pilares-training-") as scratch:
        base = load_base(file).to(device)
        train(base, rows, Path(scratch), fitted(how, device), lambda step, steps, _: training(step, steps))
        write(Path(scratch), out, NAME, model.name)
    return f"one {torch.cuda.get_device_name()}" if device == "cuda" else "processor"


def _measured(settings: Settings, out: Path, held_out: list[Organisation], stage: Stage) -> dict[str, dict[str, float]]:
    """The figures of the adapter as it would be served."""
    adapted = settings.model_copy(update={"grounded_adapter": str(out.resolve())})
    with Models(adapted) as models, stage("Measuring") as step:
        searches, reader = Searches(adapted, models), RoleModels(models, adapted)
        return figures(read_held_out(held_out, searches, reader, step))


def _digests(sources: Sources) -> dict[str, str]:
    """The SHA-256 of what was learnt from beside organisations, by name."""
    questions = {folder.name: digest_of(folder / "questions.jsonl") for folder in sources.sets}
    return questions | {file.name: digest_of(file) for file in sources.claims}


def _write_card(card: dict[str, Any], out: Path) -> None:
    (out / CARD).write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")
