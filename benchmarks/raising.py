"""Passages that helped rise: rank of the right one for rewordings of a question that it helped with, before and after.

Organisations that are held out, with the embedder in use. Of each question of `curated_pairs.jsonl` a thumb up with the
line that answers is given; then its rewordings are asked ("same"), the same sentence about something else ("other"),
and every question of the organisation that is not near to any ("unrelated").
"""

import json
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import mean, median
from tempfile import TemporaryDirectory

import numpy as np

from assistant.models.models import Models
from assistant.raising.nearby import Nearby
from assistant.raising.store import Helped
from assistant.settings import load_settings
from benchmarks.curated import PAIRS
from benchmarks.table import Row, options, parsed, publish
from finetune.organisations import ORGANISATIONS
from finetune.organisations.organisation import Organisation, read_organisations
from knowledge.embedder import Embedder
from knowledge.library import Library
from knowledge.passage import Passage
from knowledge.settings import KnowledgeSettings

DEPTH = 48


class Given:
    """Thumbs in memory (`HelpedStore`)."""

    def __init__(self) -> None:
        self.helped: list[Helped] = []

    def current(self) -> list[Helped]:
        """All of them."""
        return self.helped

    def stamp(self) -> tuple[int, str]:
        """By their number."""
        return len(self.helped), ""


def main() -> None:
    chosen = parsed(options(__doc__))
    settings = load_settings()
    pairs = [json.loads(line) for line in PAIRS.read_text(encoding="utf-8").splitlines()]
    with Models(settings) as models:
        found = [
            each
            for organisation in read_organisations(ORGANISATIONS)
            if organisation.held_out
            for each in _organisation(organisation, pairs, models.embedder(), settings.knowledge.in_files())
        ]
    publish("raising", [_row(kind, found) for kind in ("same", "other", "unrelated")], chosen.json)


def _organisation(
    organisation: Organisation, pairs: Sequence[dict[str, str]], embedder: Embedder, settings: KnowledgeSettings
) -> list[Row]:
    with TemporaryDirectory() as home, Library.open(Path(home) / "library", embedder, settings) as library:
        for path, text in organisation.documents.items():
            file = Path(home) / "documents" / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        library.ingest(Path(home) / "documents")
        own = [each for each in pairs if each["organisation"] == organisation.name]
        return [row for pair in own for row in _pair(organisation, pair, library, embedder)]


def _pair(organisation: Organisation, pair: dict[str, str], library: Library, embedder: Embedder) -> list[Row]:
    vector = embedder.embed_queries([pair["question"]])[0]
    answered = [each for each in organisation.questions if each.answers]
    vectors = embedder.embed_queries([each.text for each in answered])
    nearest = answered[int(np.argmax(vectors @ vector))]  # the pairs are rewordings of these
    hit = next(
        (
            (passage, sentence)
            for document in library.documents()
            for passage in library.passages_of(document.id)
            for sentence in passage.sentences
            if nearest.answers[0].is_in(passage.document, sentence.text)
        ),
        None,
    )
    if hit is None:
        return []
    passage, sentence = hit
    given = Given()
    nearby = Nearby(given, embedder.embed_queries, embedder.model_id)
    given.helped = [
        Helped("f", pair["question"], pair["lang"], passage.document_id, sentence.text, datetime.now(UTC))
    ]  # fmt: skip
    nearby.of(vector)
    unrelated = [each.text for each, cosine in zip(answered, vectors @ vector, strict=True) if cosine < 0.9][:3]
    asked = {"same": pair["same"], "other": pair["other"], "unrelated": unrelated}
    return [
        _asked(kind, text, passage, library, nearby, embedder) for kind, texts in asked.items() for text in texts
    ]  # fmt: skip


def _asked(kind: str, text: str, right: Passage, library: Library, nearby: Nearby, embedder: Embedder) -> Row:
    vector = embedder.embed_queries([text])
    begun = time.perf_counter()
    raises = nearby.of(vector[0])
    took = 1000 * (time.perf_counter() - begun)
    before, after = (
        [each.chunk_id for each in library.search(text, k=DEPTH, query_vectors=vector, raises=some)]
        for some in ((), raises)
    )
    others = [[each for each in found if each != right.chunk_id] for found in (before, after)]
    return {
        "kind": kind, "before": _place(before, right), "after": _place(after, right), "raised": bool(raises),
        "others_kept": others[0][: DEPTH - 1] == others[1][: DEPTH - 1], "ms": took,
    }  # fmt: skip


def _place(found: Sequence[str], right: Passage) -> int:
    return found.index(right.chunk_id) if right.chunk_id in found else DEPTH


def _row(kind: str, found: Sequence[Row]) -> Row:
    some = [each for each in found if each["kind"] == kind]
    return {
        "asked": kind, "questions": len(some), "raised": round(mean(each["raised"] for each in some), 3),
        "first before": round(mean(each["before"] == 0 for each in some), 3),
        "first after": round(mean(each["after"] == 0 for each in some), 3),
        "rank before": round(mean(each["before"] + 1 for each in some), 2),
        "rank after": round(mean(each["after"] + 1 for each in some), 2),
        "fell": sum(each["after"] > each["before"] for each in some),
        "others as before": round(mean(each["others_kept"] for each in some), 3),
        "ms": round(median(each["ms"] for each in some), 2),
    }  # fmt: skip


if __name__ == "__main__":
    main()
