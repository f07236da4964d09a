"""One search, from question texts to passages."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from sqlalchemy import Connection

from knowledge.document import DocumentHit
from knowledge.embedder import Vectors
from knowledge.language import by_stop_words
from knowledge.lexical.analyzer import Analyzer
from knowledge.passage import Passage
from knowledge.search.dense import Dense
from knowledge.search.fusion import best_of, fuse, ranked
from knowledge.search.history import weighted
from knowledge.search.raising import Raise, raised
from knowledge.search.reranker import Reranker, reranked
from knowledge.search.standing import Standing, by_standing
from knowledge.search.typical import Typical
from knowledge.sentences import split_sentences
from knowledge.settings import KnowledgeSettings
from knowledge.store import chunks, standing, words
from knowledge.store.database import Database
from knowledge.store.portion import Portions
from knowledge.store.scope import Scope
from knowledge.vectors.follower import IndexFollower

_FIRST_WORDS = 500  # characters of a question that tell its language
Mode = Literal["hybrid", "dense", "lexical"]


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked: one or several wordings (with their vectors unless lexical), by whom, in which way.

    The vectors already lean on the `earlier` questions.
    """

    texts: tuple[str, ...]
    vectors: Vectors | None
    scope: Scope
    candidates: int
    mode: Mode = "hybrid"
    language: str | None = None
    earlier: tuple[str, ...] = ()
    raises: tuple[Raise, ...] = ()


@dataclass(frozen=True, slots=True)
class _Scores:
    fused: dict[str, float]
    dense: dict[str, float]
    lexical: dict[str, float]
    standings: dict[str, Standing]


class Searcher:
    """Asks both legs, fuses them, and reads the passages from SQL, where the scope is checked again."""

    def __init__(
        self,
        database: Database,
        index: IndexFollower,
        analyzer: Analyzer,
        settings: KnowledgeSettings,
        reranker: Reranker | None = None,
    ) -> None:
        self._database = database
        self._portions = Portions()
        self._frequencies = words.Frequencies()
        self.dense = Dense(database, index, self._portions)
        self._analyzer = analyzer
        self._settings = settings
        self._reranker = reranker
        self._typical = Typical()

    def passages(self, request: Request, k: int) -> list[Passage]:
        """The `k` best passages, best first."""
        if not request.scope.groups or k < 1:
            return []
        nearest = self._nearest(request)
        with self._database.read() as connection:
            scores = self._score(connection, request, nearest)
            best, found = self._readable(connection, ranked(scores.fused), request.scope, k)
        return [
            replace(
                found[each],
                score=scores.fused[each],
                dense=scores.dense.get(each),
                lexical=scores.lexical.get(each),
                sentences=split_sentences(found[each].text, found[each].start),
                superseded_by=scores.standings[each].superseded_by,
            )
            for each in best
        ]

    def documents(self, request: Request, k: int) -> list[DocumentHit]:
        """The `k` best documents, each scored by its best passage."""
        if not request.scope.groups or k < 1:
            return []
        nearest = self._nearest(request)
        with self._database.read() as connection:
            scores = self._score(connection, request, nearest)
            found = chunks.owners(connection, list(scores.fused), request.scope)
        hits: dict[str, DocumentHit] = {}
        for each in ranked({key: scores.fused[key] for key in found}):
            hits.setdefault(found[each].document_id, replace(found[each], score=scores.fused[each]))
        return list(hits.values())[:k]

    def _readable(
        self, connection: Connection, best: list[str], scope: Scope, k: int
    ) -> tuple[list[str], dict[str, Passage]]:
        """The first `k` of the ids that are still there and in the scope, with their passages."""
        found: dict[str, Passage] = {}
        for start in range(0, len(best), k):
            found |= chunks.passages(connection, best[start : start + k], scope)
            if len(found) >= k:
                break
        return [each for each in best if each in found][:k], found

    def _nearest(self, request: Request) -> list[dict[str, float]]:
        """The dense leg's hits per wording, asked before the SQL snapshot is taken."""
        if request.mode == "lexical" or request.vectors is None:
            return [{} for _ in request.texts]
        return self.dense.nearest(request.vectors, request.candidates, request.scope)

    def _score(self, connection: Connection, request: Request, nearest: list[dict[str, float]]) -> _Scores:
        """Both legs' scores of every hit, and their fusion.

        Wordings are joined within each leg, before scores are scaled: scaled by itself, the best hit of a wording that
        says nothing ("and there?") would count as much as the best of one that does.
        """
        lexical, best = self._words(connection, request)
        dense = best_of(nearest)
        if dense and request.vectors is not None:
            dense |= self._cosines(connection, request.vectors, [key for key in lexical if key not in dense])
        standings = standing.standings(connection, list(dict.fromkeys((*dense, *lexical))), request.scope.groups)
        above = self._above_typical(connection, request, nearest, dense, standings)
        fused = fuse(above, lexical, self._settings.dense_weight, best)
        if self._reranker is not None:
            fused = self._reranked(self._reranker, connection, request, fused)
        if request.raises:
            fused = raised(connection, fused, request.raises)
            new = [key for key in fused if key not in standings]
            standings |= standing.standings(connection, new, request.scope.groups)
        return _Scores(by_standing(fused, standings, " ".join(request.texts)), dense, lexical, standings)

    def _reranked(
        self, reranker: Reranker, connection: Connection, request: Request, fused: dict[str, float]
    ) -> dict[str, float]:
        """The best hits in the reranker's order: their scores, handed out anew."""
        best, found = self._readable(connection, ranked(fused), request.scope, self._settings.rerank_candidates)
        texts = [chunks.embedded_text(found[key].title, found[key].heading, found[key].text) for key in best]
        order = reranked(reranker, request.texts[0], best, texts, self._settings.rerank_seconds)
        return {**fused, **dict(zip(order, sorted((fused[key] for key in best), reverse=True), strict=True))}

    def _above_typical(
        self, connection: Connection, request: Request, nearest: Sequence[dict[str, float]],
        dense: dict[str, float], standings: dict[str, Standing],
    ) -> dict[str, float]:  # fmt: skip
        """How far each cosine lies above that of unrelated passages in the same language.

        A passage that one wording found and another did not is measured by the one, one that only the lexical leg
        found by the wording it is nearest to.
        """
        if not dense or request.vectors is None:
            return {}
        languages = {key: standings[key].language for key in dense if key in standings}
        floors = self._typical.floors(connection, request.vectors, languages.values())
        found = [
            {key: cosine - float(floors[languages[key]][number]) for key, cosine in hits.items() if key in languages}
            for number, hits in enumerate(nearest)
        ]
        others = {key: dense[key] - float(floors[each].max()) for key, each in languages.items()}
        return others | best_of(found)

    def _words(self, connection: Connection, request: Request) -> tuple[dict[str, float], float]:
        """The lexical leg's hits, and the highest score that any passage could have."""
        if request.mode == "dense":
            return {}, 0.0
        scores = best_of(self._matching(connection, request, text) for text in request.texts)
        best = max((self._best(connection, request, text) for text in request.texts), default=0.0)
        for text, weight in weighted(request.earlier):
            best += weight * self._best(connection, request, text)
            for key, score in self._matching(connection, request, text).items():
                scores[key] = scores.get(key, 0.0) + weight * score
        return scores, best

    def _best(self, connection: Connection, request: Request, text: str) -> float:
        return words.best_score(self._query(connection, request, text))

    def _matching(self, connection: Connection, request: Request, text: str) -> dict[str, float]:
        portion = self._portions.of(connection, request.scope)
        query = self._query(connection, request, text)
        return dict(words.search(connection, query, request.scope, portion))

    def _query(self, connection: Connection, request: Request, text: str) -> words.Query:
        total = self._portions.of(connection, request.scope).total
        found = self._frequencies.of(connection, self._terms(request, text), total)
        return words.Query(found, total, title_weight=1.0, limit=request.candidates)

    def _terms(self, request: Request, text: str) -> list[str]:
        return self._analyzer.query_terms(text, request.language or by_stop_words(text[:_FIRST_WORDS]))

    def _cosines(self, connection: Connection, vectors: Vectors, ids: Sequence[str]) -> dict[str, float]:
        """The exact cosines of what only the lexical leg found."""
        stored = chunks.vectors_of(connection, ids)
        return {key: float(np.max(vectors @ each)) for key, each in stored.items()}
