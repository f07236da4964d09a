"""Trains the head of the support check, and measures it on the organisations that are held out.

    python -m benchmarks.support_head head.json

The weights that Pilares ships (`assistant/grounding/support/head.json`) were made by this.
"""

import argparse
import json
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
from rich.console import Console

from assistant.evaluation.binary import auroc
from assistant.evaluation.progress import shown
from assistant.finetuning.folders import digest_of_data
from assistant.finetuning.search import Searches
from assistant.finetuning.support import Example, examples_of, features_of, fit
from assistant.grounding.support.check import SURE
from assistant.grounding.support.features import FEATURES, FeatureReader
from assistant.grounding.support.head import read_head
from assistant.models.models import Models
from assistant.settings import load_settings
from finetune.organisations import ORGANISATIONS
from finetune.organisations.organisation import read_organisations
from knowledge.lexical.analyzer import Analyzer

LICENCE = "Apache-2.0; trained on organisations, documents and questions written for it"
MIX = (0.3, 1.0, 0.0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    out: Path = parser.parse_args().out
    rng, console = Random(0), Console(stderr=True)
    sets: dict[bool, tuple[list[Example], list[Any]]] = {False: ([], []), True: ([], [])}
    with Models(load_settings()) as models, shown("Organisations", console) as step:
        searches = Searches(load_settings(), models)
        organisations = list(read_organisations(ORGANISATIONS))
        for number, organisation in enumerate(organisations, start=1):
            with searches.over_organisation(organisation) as search:
                examples = list(examples_of(organisation, search.passages(), rng))
                reader = FeatureReader(search.vectors, Analyzer())
                kept, rows = sets[organisation.held_out]
                kept += examples
                rows.append(features_of(examples, reader, lambda *_: None))
            step(number, len(organisations))
    learnt, held_out = ((examples, np.concatenate(rows)) for examples, rows in (sets[False], sets[True]))
    values = {
        "name": "pilares-support-head",
        "version": 1,
        "licence": LICENCE,
        "data_sha256": digest_of_data(ORGANISATIONS),
        "embedder": models_id(),
        "examples": len(learnt[0]),
        "features": list(FEATURES),
        **fit(learnt[1], [each.label for each in learnt[0]]),
        "mix": list(MIX),
    }
    values["held_out"] = measured(values, *held_out)
    out.write_text(json.dumps(values, indent=1) + "\n", encoding="utf-8")
    console.print(values["held_out"])


def models_id() -> str:
    """The embedder whose cosines the head was trained on."""
    with Models(load_settings()) as models:
        return models.line_embedder().model_id


def measured(values: dict[str, Any], examples: list[Example], rows: Any) -> dict[str, float | None]:
    """What a head reaches on examples."""
    found = read_head(values).probabilities(list(rows))
    labels = np.array([each.label for each in examples])
    told, sure = found.argmax(axis=1), found.max(axis=1) >= SURE
    backed = [bool(label == 0) for label in labels]
    return {
        "examples": len(examples),
        "right of three": round(float((told == labels).mean()), 3),
        "AUROC, supported or not": auroc(backed, [float(each) for each in found[:, 0]]),
        "AUROC, supported or contradicted": auroc(
            [each for each, label in zip(backed, labels, strict=True) if label < 2],
            [float(row[0]) for row, label in zip(found, labels, strict=True) if label < 2],
        ),
        "decided alone": round(float(sure.mean()), 3),
        "right of these": round(float(((found[:, 0] >= 0.5) == (labels == 0))[sure].mean()), 3),
    }


if __name__ == "__main__":
    main()
