"""Going through all documents, rather than for the best passages: what every one of them says on a subject."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from sqlalchemy import Connection

from knowledge.embedder import Vectors
from knowledge.lexical.analyzer import Analyzer
from knowledge.passage import Passage
from knowledge.search.dense import Dense
from knowledge.search.fusion import ranked
from knowledge.search.typical import Typical
from knowledge.sentences import split_sentences
from knowledge.store import chunks, documents, words
from knowledge.store.database import Database
from knowledge.store.portion import Portions
from knowledge.store.scope import Scope

# Passages looked at per word; in a larger store the best of these stand for all, and the sweep says so.
EVERY = 20_000
# Nearest passages among which documents in other languages are looked for.
_NEAREST = 400


@dataclass(frozen=True, slots=True)
class Sweep:
    """What a sweep found: of each document that speaks of the subject its best passage, best first.

    `searched` documents were gone through; `complete` is False when a word stands in more passages than are counted.
    """

    passages: tuple[Passage, ...]
    searched: int
    complete: bool = True


class Sweeper:
    """Goes through every document that somebody may read."""

    def __init__(self, database: Database, dense: Dense, analyzer: Analyzer) -> None:
        self._database = database
        self._dense = dense
        self._portions = Portions()
        self._frequencies = words.Frequencies()
        self._analyzer = analyzer
        self._typical = Typical()

    def sweep(self, subject: str, vector: Vectors | None, language: str | None, scope: Scope) -> Sweep:
        """Find each document with a passage (its title and headings counted) that holds every word of `subject`.

        A document in another language than the subject cannot share its words: it counts when a passage of it is as
        near as those of most documents that do. Without a vector these are left out.
        """
        named = self._analyzer.words(subject)
        if not scope.groups or not named:
            return Sweep((), 0)
        near = self._dense.nearest(vector[None], _NEAREST, scope)[0] if vector is not None else {}
        with self._database.read() as connection:
            searched = documents.count(connection, scope.condition())
            scores, complete = self._holding(connection, named, scope)
            found = chunks.passages(connection, [*scores, *near], scope)
            best = _best_of_each({key: score for key, score in scores.items() if key in found}, found)
            foreign = self._foreign(connection, best, near, found, vector, language)
        ordered = [*ranked(best), *ranked(foreign)]
        top = max(best.values(), default=1.0)
        return Sweep(
            tuple(
                replace(
                    found[key],
                    score=best[key] / top if key in best else 0.0,
                    lexical=best.get(key),
                    dense=near.get(key),
                    sentences=split_sentences(found[key].text, found[key].start),
                )
                for key in ordered
            ),
            searched,
            complete,
        )

    def _holding(self, connection: Connection, named: Sequence[str], scope: Scope) -> tuple[dict[str, float], bool]:
        """The passages in which every word stands, with the sum of its scores."""
        scores: dict[str, float] | None = None
        complete = True
        portion = self._portions.of(connection, scope)
        for word in named:
            forms = self._analyzer.query_terms(word, None)
            query = words.Query(self._frequencies.of(connection, forms, portion.total), portion.total, 2.0, EVERY)
            hits = dict(words.search(connection, query, scope, portion))
            complete = complete and len(hits) < EVERY
            both = hits if scores is None else {key: scores[key] + hits[key] for key in scores.keys() & hits.keys()}
            scores = both
        return scores or {}, complete

    def _foreign(
        self, connection: Connection, best: dict[str, float], near: dict[str, float],
        found: dict[str, Passage], vector: Vectors | None, language: str | None,
    ) -> dict[str, float]:  # fmt: skip
        if vector is None or language is None or not best:
            return {}
        stored = chunks.vectors_of(connection, list(best))
        if not stored:
            return {}
        least = float(np.median([float(each @ vector) for each in stored.values()]))
        if least <= float(self._typical.floors(connection, np.atleast_2d(vector), [None])[None][0]):
            return {}  # the words are there, and nothing of what they mean is near
        holding = {found[key].document_id for key in best}
        others = {
            key: score for key, score in near.items()
            if score >= least and key in found and found[key].language not in (None, language)
            and found[key].document_id not in holding
        }  # fmt: skip
        return _best_of_each(others, found)


def _best_of_each(scores: dict[str, float], found: dict[str, Passage]) -> dict[str, float]:
    """The best passage of each document."""
    best: dict[str, str] = {}
    for key in ranked(scores):
        best.setdefault(found[key].document_id, key)
    return {key: scores[key] for key in best.values()}
