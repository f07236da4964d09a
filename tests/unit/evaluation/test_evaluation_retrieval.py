"""Retrieval sets run against a real library with a deterministic embedder."""

from pathlib import Path

import pytest

from assistant.evaluation.formats import Query, RetrievalSet, Text
from assistant.evaluation.retrieval import indexed, search, summary
from assistant.turn.answer import Message
from knowledge.settings import KnowledgeSettings
from knowledge.testing.embedder import HashingEmbedder

CORPUS = (
    Text("leave one", "Leave", "Every employee has twenty five days of annual leave."),
    Text("d2", "Travel", "Travel expenses are claimed within thirty days with receipts."),
    Text("d3", "", "The gym in Berlin costs twenty euros a month."),
)
BEFORE = (Message("user", "How much is the gym?"), Message("assistant", "In Paris, 30 euros."))
DATA = RetrievalSet(
    CORPUS,
    (Query("q1", "employee leave"), Query("q2", "travel expenses receipts"), Query("q3", "And in Berlin?", BEFORE)),
    {"q1": {"leave one": 1}, "q2": {"d2": 1, "d9": 1}, "q3": {"d3": 1}},
)  # fmt: skip
KEYS = [
    "documents", "queries", "ndcg@10", "recall@1", "recall@5", "recall@10", "mrr@10", "index_seconds", "query_ms_p50",
    "query_ms_p95", "embedder", "mode",
]  # fmt: skip


class CountingEmbedder(HashingEmbedder):
    def __init__(self) -> None:
        super().__init__()
        self.passages = 0
        self.queries = 0

    def embed_passages(self, texts):
        self.passages += len(texts)
        return super().embed_passages(texts)

    def embed_queries(self, texts):
        self.queries += len(texts)
        return HashingEmbedder.embed_passages(self, texts)


@pytest.mark.parametrize("mode", ["hybrid", "dense", "lexical"])
def test_every_mode_finds_what_shares_words(tmp_path: Path, mode) -> None:
    steps: list[tuple[int, int]] = []
    with indexed(DATA, HashingEmbedder(), tmp_path, KnowledgeSettings(), words_only=mode == "lexical") as corpus:
        rankings = search(corpus, DATA.queries, mode, on_step=lambda done, total: steps.append((done, total)))
        figures = summary(DATA, corpus, rankings, mode)
    assert [ranking.query for ranking in rankings] == ["q1", "q2", "q3"]
    assert [ranking.ranked[0] for ranking in rankings] == ["leave one", "d2", "d3"]
    assert all(ranking.ms > 0 for ranking in rankings)
    assert list(figures) == KEYS
    assert figures["documents"] == figures["queries"] == 3
    assert figures["recall@1"] == pytest.approx((1 + 0.5 + 1) / 3)
    assert figures["mrr@10"] == 1.0
    assert figures["mode"] == mode
    assert figures["embedder"] == (None if mode == "lexical" else "hashing-256")
    assert steps == [(1, 3), (2, 3), (3, 3)]


def test_names_that_are_written_differently_come_back_as_they_were_given(tmp_path: Path) -> None:
    odd = RetrievalSet((Text("a \u200b b", "", "annual leave"),), (Query("q", "leave"),), {"q": {"a \u200b b": 1}})
    with indexed(odd, HashingEmbedder(), tmp_path, KnowledgeSettings()) as corpus:
        assert search(corpus, odd.queries)[0].ranked == ("a \u200b b",)


def test_lexical_search_embeds_nothing(tmp_path: Path) -> None:
    embedder = CountingEmbedder()
    with indexed(DATA, embedder, tmp_path, KnowledgeSettings(), words_only=True) as corpus:
        before = embedder.queries
        search(corpus, DATA.queries, "lexical")
    assert embedder.passages == 0
    assert embedder.queries == before


def test_history_is_used_unless_it_is_to_be_ignored(tmp_path: Path) -> None:
    embedder = CountingEmbedder()
    with indexed(DATA, embedder, tmp_path, KnowledgeSettings()) as corpus:
        before = embedder.queries
        search(corpus, DATA.queries[2:])
        assert embedder.queries == before + 2
        search(corpus, DATA.queries[2:], use_history=False)
        assert embedder.queries == before + 3


def test_what_was_asked_before_tells_which_is_meant(tmp_path: Path) -> None:
    gyms = tuple(Text(f"{city}-{thing}", "", f"The {thing} in {city} costs ten euros.")
                 for city in ("Berlin", "Paris") for thing in ("gym", "pool", "sauna", "court"))  # fmt: skip
    asked = Query("q", "And in Berlin?", (Message("user", "Is there a sauna in Paris?"),))
    data = RetrievalSet(gyms, (asked,), {"q": {"Berlin-sauna": 1}})
    with indexed(data, HashingEmbedder(), tmp_path, KnowledgeSettings()) as corpus:
        assert search(corpus, data.queries)[0].ranked[0] == "Berlin-sauna"
