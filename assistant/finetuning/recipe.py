"""The recipe of the lines adapter: from organisations to weights and their card, with the gate's figures."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from assistant.errors import ConfigurationError
from assistant.evaluation.progress import OnStep
from assistant.finetuning.folders import digest_of, digest_of_data, made
from assistant.finetuning.lines import RankedLines, examples_of, ranked_lines
from assistant.models.catalogue import Role, find_model
from assistant.models.embedder import (
    E5_PREFIXES,
    SentenceEmbedder,
    computes_bfloat16,
    load_embedder,
    quiet_transformers,
)
from assistant.settings import Settings
from finetune.errors import ExamplesInvalid
from finetune.lines.training import LinesTraining, check_available, train
from finetune.lora import CARD, WEIGHTS, Adapter
from finetune.organisations.organisation import read_organisations
from knowledge.embedder import Embedder
from knowledge.settings import KnowledgeSettings

RANKS = (1, 3, 10)
LICENCE = "Apache-2.0; trained on organisations, documents and questions written for it"


def train_lines(
    settings: Settings, data: Path, out: Path, epochs: float, reading: OnStep, training: OnStep
) -> dict[str, Any]:
    """Train on the organisations of `data`, measure on those held out, write adapter and card to `out`.

    Returns the card. Raises ConfigurationError for an embedder other than the default, and FinetuneError.
    """
    model = find_model(settings.embedder, Role.EMBEDDER)
    if model.assembled is None:
        raise ConfigurationError(f"The lines adapter is trained for multilingual-e5-small, not for {model.name}.")
    check_available()
    base = load_embedder(model, settings.models_folder)
    learnt, held_out = _read(data, base, settings.knowledge, reading)
    examples = [example for ranked in learnt for example in examples_of(ranked)]
    how = LinesTraining(epochs=epochs)
    folder = model.folder(settings.models_folder) / model.assembled
    with made(out), quiet_transformers():
        train(
            folder, examples, out, how, training, query_prefix=E5_PREFIXES.query, passage_prefix=E5_PREFIXES.passage,
            bfloat16=computes_bfloat16(),
        )  # fmt: skip
    card = {
        "name": "pilares-lines",
        "base": model.name,
        "base_sha256": model.files[0].sha256,
        "sha256": digest_of(out / WEIGHTS),
        "data_sha256": digest_of_data(data),
        "examples": len(examples),
        "training": how.asdict(),
        "licence": LICENCE,
    }
    (out / CARD).write_text(json.dumps(card, indent=2), encoding="utf-8")
    card["held_out"] = measured(held_out, base, base.adapted(Adapter(out), model.files[0].sha256))
    (out / CARD).write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")
    return card


def _read(
    data: Path, base: Embedder, settings: KnowledgeSettings, reading: OnStep
) -> tuple[list[RankedLines], list[list[RankedLines]]]:
    """What is learnt from, and what is held out, by organisation."""
    learnt, held_out = list[RankedLines](), list[list[RankedLines]]()
    organisations = list(read_organisations(data))
    for number, organisation in enumerate(organisations, start=1):
        ranked = list(ranked_lines(organisation, base, settings))
        if organisation.held_out:
            held_out.append(ranked)
        else:
            learnt += ranked
        reading(number, len(organisations))
    if not any(each.answers for ranked in held_out for each in ranked):
        raise ExamplesInvalid(
            f'{data} holds out no organisation with questions to measure on: give one of them "held_out": true.'
        )
    return learnt, held_out


def measured(
    held_out: Sequence[Sequence[RankedLines]], base: SentenceEmbedder, adapted: SentenceEmbedder
) -> dict[str, dict[str, float]]:
    """Share of the answerable questions with a right line among the first 1, 3 and 10; and those across languages."""
    return {"base": _figures(held_out, base), "adapter": _figures(held_out, adapted)}


def _figures(held_out: Sequence[Sequence[RankedLines]], embedder: Embedder) -> dict[str, float]:
    ranks: dict[str, list[int]] = {"all": [], "cross": []}
    for organisation in filter(None, held_out):
        lines = list(organisation[0].lines)
        place = {line: index for index, line in enumerate(lines)}
        vectors = embedder.embed_passages(lines)
        questions = embedder.embed_queries([each.question.text for each in organisation])
        for each, question in zip(organisation, questions, strict=True):
            right = [place[each.lines[index]] for index in each.answers]
            if right:
                near = vectors @ question
                rank = int(np.sum(near > max(near[index] for index in right))) + 1
                ranks["all"].append(rank)
                ranks.setdefault(each.question.kind, []).append(rank)
    return {
        f"{kind}, right line in first {first}": round(float(np.mean(np.array(ranks[kind]) <= first)), 3)
        for kind in ("all", "cross")
        for first in RANKS
        if ranks[kind]
    }
