"""Trains the head of the support check, and measures it on the organisations that are held out.

    python -m benchmarks.support_head head.json

The weights that Pilares ships (`assistant/grounding/support/head.json`) were made by this.
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from rich.console import Console

from assistant.evaluation.binary import auroc
from assistant.evaluation.progress import shown
from assistant.evaluation.report import rounded
from assistant.finetuning.folders import digest_of_data
from assistant.finetuning.support import Example, examples_of, features_of, fit
from assistant.grounding.support.check import SURE
from assistant.grounding.support.features import FEATURES, FeatureReader, Matrix
from assistant.grounding.support.head import read_head
from assistant.grounding.vectors import SentenceVectors
from assistant.models.models import Models
from assistant.settings import load_settings
from finetune.organisations import ORGANISATIONS
from finetune.organisations.organisation import Organisation, read_organisations
from knowledge.embedder import Embedder, Vectors
from knowledge.lexical.analyzer import Analyzer
from knowledge.library import Library
from knowledge.passage import Passage
from knowledge.testing.embedder import HashingEmbedder

LICENCE = "Apache-2.0; trained on organisations, documents and questions written for it"
MIX = (0.3, 1.0, 0.0)


class Remembered:
    """An embedder that embeds every text once."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._known: dict[str, Vectors] = {}
        self.model_id, self.dimension = embedder.model_id, embedder.dimension
        self.embed_queries, self.count_tokens = embedder.embed_queries, embedder.count_tokens

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        self._known |= dict(zip(new, self._embedder.embed_passages(new), strict=True))
        return np.stack([self._known[text] for text in texts])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--every", type=int, default=1, help="learn from every so many of the organisations")
    asked = parser.parse_args()
    console, rng = Console(stderr=True), Random(0)
    organisations = list(read_organisations(ORGANISATIONS))
    learnt_from = [each for each in organisations if not each.held_out][:: asked.every]
    chosen = [*learnt_from, *(each for each in organisations if each.held_out)]
    sets: dict[bool, tuple[list[Example], list[Matrix]]] = {False: ([], []), True: ([], [])}
    with Models(load_settings()) as models, shown("Organisations", console) as step:
        embedder = Remembered(models.line_embedder())
        for number, organisation in enumerate(chosen, start=1):
            examples = list(examples_of(organisation, passages_of(organisation), rng))
            embedder.embed_passages([each.claim for each in examples])
            reader = FeatureReader(SentenceVectors(embedder), Analyzer())
            sets[organisation.held_out][0].extend(examples)
            sets[organisation.held_out][1].append(features_of(examples, reader))
            step(number, len(chosen))
    learnt, held_out = ((examples, np.concatenate(rows)) for examples, rows in (sets[False], sets[True]))
    values: dict[str, Any] = {
        "name": "pilares-support-head",
        "version": 1,
        "licence": LICENCE,
        "data_sha256": digest_of_data(ORGANISATIONS),
        "embedder": embedder.model_id,
        "organisations": [each.name for each in learnt_from],
        "examples": len(learnt[0]),
        "features": list(FEATURES),
        **rounded(fit(learnt[1], [each.label for each in learnt[0]])),
        "mix": list(MIX),
    }
    values["held_out"] = rounded(measured(values, *held_out))
    asked.out.write_text(json.dumps(values, indent=1) + "\n", encoding="utf-8")
    console.print(values["held_out"])


def passages_of(organisation: Organisation) -> list[Passage]:
    """The documents, cut as Pilares cuts them."""
    with TemporaryDirectory() as home:
        for path, text in organisation.documents.items():
            (Path(home) / "documents" / path).parent.mkdir(parents=True, exist_ok=True)
            (Path(home) / "documents" / path).write_text(text, encoding="utf-8")
        with Library.open(Path(home) / "library", HashingEmbedder()) as library:
            library.ingest(Path(home) / "documents")
            return [each for found in library.documents() for each in library.passages_of(found.id)]


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
