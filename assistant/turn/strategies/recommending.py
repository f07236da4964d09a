"""Recommends rows of a catalogue, each for reasons that are its own values.

    shape and intent    words that ask for a recommendation, and of what (`wanted`, `meant`)
    catalogue           of the tables that whoever asks may read, the one with most of such things (`catalogue`)
    limits and wishes   "under 600 €" by code, against the columns (`limits`); "quiet" as a column that should be low
                        (`wishes`), anything else by how near the row is to it
    answer              up to three rows within every limit, with their values; when none is, the nearest and what they
                        miss; when nothing was said that divides them, what there is, and one question (`recommended`)

No model writes any of it. Where no catalogue has such a thing the turn is a question like any other. What is said next
("under 500 €, please") goes on with it.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Protocol

import numpy as np

from assistant.grounding.bands import bands_of
from assistant.grounding.vectors import SentenceVectors
from assistant.messages import message
from assistant.turn.catalogues.catalogue import Catalogue, Row, catalogues_of
from assistant.turn.catalogues.picking import pick, read_request
from assistant.turn.catalogues.recommended import Told, options_told, range_told
from assistant.turn.catalogues.wanted import asks_for_recommendation, heads_of, near_rows, rows_of, thing_in
from assistant.turn.language import recognise
from assistant.turn.outcome import Outcome
from assistant.turn.strategies.meant import Meant
from assistant.turn.strategies.replies import asks
from assistant.turn.strategies.strategy import LockOf, Scene
from knowledge.lexical.analyzer import Analyzer
from knowledge.passage import Passage

REASON = "recommended"
FOUND = 40
DOCUMENTS = 6
# A turn of so few words may go on with a recommendation: "under 500 €", "¿y alguna más silenciosa?".
GOES_ON = 14
_FILLERS = re.compile(
    r"\b(?:recom\w+|suggest\w*|advise|aconsej\w*|sug\w+|buy|get|choose|pick|take|find|looking|look|want|need|like|would"
    r"|should|could|best|good|help|please|thanks|one|some|family|household|budget|model|option|comprar\w*|compro|elegir"
    r"|escoger|busco|buscamos|necesito|necesitamos|quiero|queremos|mejor(?:es)?|buen[ao]?s?|gracias|favor|familia"
    r"|presupuesto|modelo|opcion|tengo|tenemos|conviene|hola|hello|costs?|cueste|price|precio|better|mejor|above|what|which|que|cual|alguna?|any)\b"
)


class ReadsTables(Protocol):
    """What finding a catalogue needs of the documents (`knowledge.library.Library`)."""

    def passages_of(self, document_id: str, groups: Iterable[str]) -> Sequence[Passage]:
        """All passages of a document in order; none that `groups` may not read."""


class RecommendingStrategy:
    """Comes before the search: it goes through tables as a whole."""

    name = "recommending"

    def __init__(self, library: ReadsTables, vectors: SentenceVectors, meant: Meant, lock_of: LockOf) -> None:
        self._library = library
        self._vectors = vectors
        self._meant = meant
        self._lock_of = lock_of
        self._analyzer = Analyzer()
        self._band = bands_of(vectors.model_id).question

    def prime(self) -> None:
        """Nothing to load."""

    def begin(self, scene: Scene) -> Outcome | None:
        """Recommend something, if the turn asks for it and a catalogue has such things."""
        said = self._asked(scene)
        if not said:
            return None
        thing = thing_in(said)
        catalogue, named = self._catalogue(thing, scene) if thing else (None, False)
        if catalogue is None:
            return None
        language = recognise(scene.understanding.text, scene.language).language
        request = read_request(said, thing, catalogue, lambda rest: self._free(rest, thing))
        if request.limits.either:
            told = range_told(catalogue, language, request.limits.either)
        elif not request.says_something and len(catalogue.rows) > 1:
            told = range_told(catalogue, language)
        else:
            told = options_told(pick(request, catalogue, self._near), request, catalogue, language)
        if not named:
            told.text = f"{message('recommend_near', language, thing=thing)}\n\n{told.text}"
        return self._outcome(told, scene)

    def _outcome(self, told: Told, scene: Scene) -> Outcome:
        request, context = scene.context.request, scene.context
        scene.keep_here(self._lock_of, told.evidence)
        searched = scene.library.count_documents(request.groups, request.filter)
        scene.found(told.evidence, searched)
        route = scene.route(None, REASON)
        scene.write(told.text)
        return Outcome(
            told.text, replace(route, lock=context.keeping.lock),
            evidence=tuple(told.evidence), citations=tuple(told.citations),
            support=tuple(told.support), searched=searched,
        )  # fmt: skip

    def _asked(self, scene: Scene) -> str:
        """What is wished for, with what was said before when this turn goes on with it; empty when nothing is."""
        text = scene.understanding.text
        if self._asks(text):
            return text
        if len(text.split()) > GOES_ON:
            return ""
        said = [each.content for each in scene.context.request.history if each.role == "user"][-2:]
        before = next((place for place in reversed(range(len(said))) if self._asks(said[place])), None)
        if before is None or any(len(each.split()) > GOES_ON for each in said[before + 1 :]):
            return ""
        return ". ".join([*said[before:], text]) if _goes_on(text) else ""

    def _asks(self, text: str) -> bool:
        return asks_for_recommendation(text) and self._meant(text)

    def _catalogue(self, thing: str, scene: Scene) -> tuple[Catalogue | None, bool]:
        """The rows of such things in the table that has most of them, and whether they bear that name.

        Earlier editions of a document do not count.
        """
        request = scene.context.request
        vector = scene.models.embedder().embed_queries([thing])
        found = scene.library.search(thing, k=FOUND, groups=request.groups, query_vectors=vector, filter=request.filter)
        documents = list(dict.fromkeys(
            each.document_id for each in found
            if each.superseded_by is None and any(" | " in sentence.text for sentence in each.sentences)
        ))  # fmt: skip
        tables = [
            table
            for document in documents[:DOCUMENTS]
            for table in catalogues_of(self._library.passages_of(document, request.groups))
            if table.sells
        ]
        named = [table.only(rows) for table in tables if (rows := rows_of(thing, table, self._analyzer))]
        if named:
            return max(named, key=lambda table: len(table.rows)), True
        for table in tables:  # the best found first
            if rows := near_rows(thing, heads_of(table), self._alike):
                return table.only(rows), False
        return None, False

    def _free(self, rest: str, thing: str) -> str:
        """The words of a request that stand for nothing else."""
        known = set(self._analyzer.query_terms(thing, None))
        words = self._analyzer.words(_FILLERS.sub(" ", rest))
        return " ".join(word for word in words if not known & set(self._analyzer.query_terms(word, None)))

    def _alike(self, thing: str, names: Sequence[str]) -> list[float]:
        cosines = self._vectors.of_statements(names) @ self._vectors.of_questions([thing])[0]
        return [self._band.position(float(cosine)) for cosine in cosines]

    def _near(self, words: str, rows: Sequence[Row]) -> list[float]:
        passages = list({row.passage.chunk_id: row.passage for row in rows}.values())
        self._vectors.known(passages, compute=len(passages))
        lines = np.stack([self._vectors.of_sentence(row.passage, row.sentence) for row in rows])
        cosines = lines @ self._vectors.of_questions([words])[0]
        wanted = [set(self._analyzer.query_terms(word, None)) for word in words.split()]
        terms = (set(self._analyzer.query_terms(row.sentence.text, None)) for row in rows)
        shared = [sum(bool(word & own) for word in wanted) / len(wanted) for own in terms]
        return [self._band.position(float(near)) + share for near, share in zip(cosines, shared, strict=True)]


def _goes_on(text: str) -> bool:
    """Whether a turn says more about what is wished for, rather than asking for something else."""
    bare = text.strip().lstrip("¿").casefold()
    return not asks(text) or bool(re.match(r"(?:and|y|or|o|but|pero|what about|how about|any|alg[uú]n)", bare))
