"""Chooses, out of the passages a search found, the few sentences a model is going to read.

Two rankings of sentences take turns: by similarity alone, which understands paraphrase ("I'm getting married" finds
"marriage leave"), and by similarity with shared words, which knows names and codes ("F3", "Tenerife"). Their errors
differ, so taking turns holds more answers in the same budget than any weighted sum of the two did. Figures:
docs/benchmarks.md, "Evidence".
"""

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from assistant.grounding.bands import Band, bands_of
from assistant.grounding.context import in_context
from assistant.grounding.vectors import SentenceVectors
from assistant.turn.answer import Evidence
from knowledge.embedder import Vectors
from knowledge.lexical.analyzer import Analyzer
from knowledge.passage import Passage, Sentence
from knowledge.search.raising import Raise

Scores = npt.NDArray[np.float32]

# Characters per token of the language models, a little pessimistic for Spanish (measured with Qwen 2.5's tokenizer).
CHARS_PER_TOKEN = 3.4
# What a source costs besides its sentences: marker, title and heading.
HEADER_TOKENS = 24
# Weights of shared words and of the passage's BM25 score in the second ranking, against a similarity of weight 1; all
# as standard scores.
WORDS_WEIGHT, PASSAGE_WEIGHT = 0.5, 0.3
# How far a sentence that has helped before rises.
LIFT = 5.0
# Passages whose sentences may be embedded while the person waits, when the background has not got to them yet.
COMPUTE_NOW = 6


@dataclass(frozen=True, slots=True)
class Question:
    """A question as evidence is chosen for it: its wordings, their query vectors (one row each), its language."""

    texts: tuple[str, ...]
    vectors: Vectors
    language: str


@dataclass(frozen=True, slots=True)
class Place:
    """A sentence: which passage of the search, and which sentence of it."""

    passage: int
    sentence: int


class EvidenceSelector:
    """Ranks sentences and packs the best of them into a token budget."""

    def __init__(self, vectors: SentenceVectors, analyzer: Analyzer) -> None:
        self._vectors = vectors
        self._analyzer = analyzer
        self._band = bands_of(vectors.model_id).question

    def select(
        self, question: Question, passages: Sequence[Passage], *, tokens: int, most: int, raises: Sequence[Raise] = ()
    ) -> tuple[Evidence, ...]:
        """Pack the best sentences into `tokens` tokens out of at most `most` passages; best passage first.

        Sentences of `raises` rank higher, by up to `LIFT` standard scores for each share of 1.
        """
        vectors = self._vectors.known(passages, compute=COMPUTE_NOW)
        places = [
            Place(p, s) for p, passage in enumerate(passages) if passage.chunk_id in vectors
            for s in telling(passage)
        ]  # fmt: skip
        if not places:
            return ()
        cosines = np.stack([vectors[passages[at.passage].chunk_id][at.sentence] for at in places]) @ question.vectors.T
        words = self._words(question, passages, places)
        lexical = _standard(np.array([passages[place.passage].lexical or 0.0 for place in places], dtype=np.float32))
        lifted = _lifted(passages, places, raises)
        rankings = []
        for column in range(len(question.texts)):
            near = _standard(cosines[:, column]) + lifted
            both = near + WORDS_WEIGHT * _standard(words[:, column]) + PASSAGE_WEIGHT * lexical
            rankings += [np.argsort(-near, kind="stable"), np.argsort(-both, kind="stable")]
        chosen = _pack(_taking_turns(rankings), places, passages, tokens, most)
        return _evidence(chosen, places, passages, cosines.max(axis=1), self._band)

    def _words(self, question: Question, passages: Sequence[Passage], places: Sequence[Place]) -> Scores:
        """Share of each wording's words in each sentence, rare words counting more: (sentences, wordings)."""
        texts = [in_context(passages[at.passage], passages[at.passage].sentences[at.sentence]) for at in places]
        terms = [frozenset(self._analyzer.query_terms(text, None)) for text in texts]
        frequency = Counter(term for each in terms for term in each)
        shares = np.zeros((len(places), len(question.texts)), dtype=np.float32)
        for column, text in enumerate(question.texts):
            asked = self._analyzer.query_terms(text, question.language)
            weight = {term: math.log(1 + len(terms) / (1 + frequency[term])) for term in asked}
            total = sum(weight.values()) or 1.0
            shares[:, column] = [sum(weight[term] for term in asked if term in each) / total for each in terms]
        return shares


def telling(passage: Passage) -> list[int]:
    """Which sentences say something: not headings, which every sentence carries anyway; all if there is no other."""
    names = {name.casefold() for name in (passage.title, *passage.heading)}
    telling = [s for s, sentence in enumerate(passage.sentences) if sentence.text.strip(" #*").casefold() not in names]
    return telling or list(range(len(passage.sentences)))


def within(evidence: Sequence[Evidence], tokens: int) -> tuple[Evidence, ...]:
    """The first pieces of evidence that fit into `tokens`; at least one. For a model that reads less."""
    kept: list[Evidence] = []
    left = tokens
    for each in evidence:
        left -= HEADER_TOKENS + sum(tokens_of(sentence.text) for sentence in each.selected)
        if kept and left < 0:
            break
        kept.append(each)
    return tuple(kept)


def tokens_of(text: str) -> int:
    """Estimated tokens a language model reads for `text`."""
    return math.ceil(len(text) / CHARS_PER_TOKEN) + 1


def _taking_turns(rankings: Sequence[npt.NDArray[np.intp]]) -> Iterator[int]:
    """The best of each ranking, then the second of each, and so on; each index once."""
    seen: set[int] = set()
    for row in zip(*rankings, strict=True):
        for index in row:
            if int(index) not in seen:
                seen.add(int(index))
                yield int(index)


def _pack(
    order: Iterator[int], places: Sequence[Place], passages: Sequence[Passage], tokens: int, most: int
) -> dict[int, list[int]]:
    """Indexes into `places` by passage. The first sentence is taken whatever it costs: some evidence beats none."""
    chosen: dict[int, list[int]] = {}
    left = tokens
    for index in order:
        place = places[index]
        cost = tokens_of(passages[place.passage].sentences[place.sentence].text)
        cost += 0 if place.passage in chosen else HEADER_TOKENS
        if chosen and (cost > left or (place.passage not in chosen and len(chosen) == most)):
            continue
        chosen.setdefault(place.passage, []).append(index)
        left -= cost
        if left < HEADER_TOKENS:
            break
    return chosen


def _evidence(
    chosen: dict[int, list[int]],
    places: Sequence[Place],
    passages: Sequence[Passage],
    cosines: Scores,
    band: Band,
) -> tuple[Evidence, ...]:
    found = []
    for number, (p, indexes) in enumerate(chosen.items(), start=1):
        best = max(indexes, key=lambda index: float(cosines[index]))
        selected = tuple(passages[p].sentences[s] for s in sorted(places[index].sentence for index in indexes))
        best_sentence: Sentence = passages[p].sentences[places[best].sentence]
        found.append(Evidence(number, passages[p], best_sentence, band.position(float(cosines[best])), selected))
    return tuple(found)


def _lifted(passages: Sequence[Passage], places: Sequence[Place], raises: Sequence[Raise]) -> Scores:
    """What is added to the standard score of each sentence."""
    shares = {(each.document_id, each.quote): each.share for each in raises}
    lifted = np.zeros(len(places), dtype=np.float32)
    for number, at in enumerate(places if shares else ()):
        passage = passages[at.passage]
        lifted[number] = LIFT * shares.get((passage.document_id, passage.sentences[at.sentence].text), 0.0)
    return lifted


def _standard(values: Scores) -> Scores:
    spread = float(values.std())
    return np.asarray((values - values.mean()) / spread if spread > 0 else np.zeros_like(values), dtype=np.float32)
