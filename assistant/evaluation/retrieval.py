"""Runs a retrieval set: index the corpus once, search for every query, compare with the judgements."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from assistant.evaluation.formats import Query, RetrievalSet
from assistant.evaluation.metrics import mean, ndcg, percentile, recall, reciprocal_rank
from assistant.evaluation.progress import OnStep
from assistant.turn.followup import asked_before
from knowledge.embedder import Embedder, Vectors
from knowledge.library import Library
from knowledge.parse.clean import clean_text, one_line
from knowledge.search.searcher import Mode
from knowledge.settings import KnowledgeSettings
from knowledge.vectors.exact import ExactIndex

DEPTH = 10


@dataclass(frozen=True, slots=True)
class Ranking:
    """What was found for a query, best first, and how long that took with the embedding of the query."""

    query: str
    ranked: tuple[str, ...]
    ms: float


@dataclass(frozen=True, slots=True)
class Indexed:
    """A corpus ready to be searched. `seconds` were spent on cutting, embedding and indexing, loading not counted."""

    library: Library
    embedder: str
    seconds: float
    names: Mapping[str, str]


@contextmanager
def indexed(
    data: RetrievalSet, embedder: Embedder, folder: Path, settings: KnowledgeSettings, *,
    words_only: bool = False, on_step: OnStep | None = None,
) -> Iterator[Indexed]:  # fmt: skip
    """Take the corpus into a new library at `folder`; `words_only` leaves out what lexical search does not need."""
    embedder.embed_queries(["loaded"])
    library = (
        Library(folder, _WordsOnly(embedder), settings.in_files(), open_index=lambda _: ExactIndex())
        if words_only
        else Library.open(folder, embedder, settings.in_files())
    )
    with library:
        began = perf_counter()
        library.add_texts(
            ((each.id, each.title, each.text) for each in data.corpus),
            progress=(lambda step: on_step(step.number, step.total)) if on_step else None,
        )
        library.warm()
        seconds = perf_counter() - began
        names = {one_line(clean_text(each.id)): each.id for each in data.corpus}
        yield Indexed(library, embedder.model_id, seconds, names)


def search(
    corpus: Indexed, queries: Sequence[Query], mode: Mode = "hybrid", *,
    use_history: bool = True, on_step: OnStep | None = None,
) -> list[Ranking]:  # fmt: skip
    """Search for every query, one after another, with those asked before it as a turn does; no model rewrites any."""
    rankings = []
    for query in queries:
        earlier = asked_before(query.history) if use_history else ()
        began = perf_counter()
        hits = corpus.library.search_documents(query.text, k=DEPTH, mode=mode, earlier=earlier)
        took = (perf_counter() - began) * 1000
        rankings.append(Ranking(query.id, tuple(corpus.names[hit.document] for hit in hits), took))
        if on_step:
            on_step(len(rankings), len(queries))
    return rankings


def summary(data: RetrievalSet, corpus: Indexed, rankings: Sequence[Ranking], mode: Mode) -> dict[str, Any]:
    """The figures of one run. `embedder` is null where none had a part in the ranking."""
    judged = [(each.ranked, data.qrels[each.query]) for each in rankings]
    times = [each.ms for each in rankings]
    return {
        "documents": len(data.corpus),
        "queries": len(rankings),
        "ndcg@10": mean([ndcg(*each) for each in judged]),
        "recall@1": mean([recall(*each, 1) for each in judged]),
        "recall@5": mean([recall(*each, 5) for each in judged]),
        "recall@10": mean([recall(*each, 10) for each in judged]),
        "mrr@10": mean([reciprocal_rank(*each) for each in judged]),
        "index_seconds": corpus.seconds,
        "query_ms_p50": percentile(times, 50),
        "query_ms_p95": percentile(times, 95),
        "embedder": None if mode == "lexical" else corpus.embedder,
        "mode": mode,
    }


class _WordsOnly:
    """Counts tokens like another embedder, and embeds nothing: every text gets the same vector."""

    dimension = 1

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self.model_id = f"{embedder.model_id} (words only)"

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        return np.ones((len(texts), 1), dtype=np.float32)

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        return self.embed_passages(texts)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return self._embedder.count_tokens(texts)
