"""Ties each sentence of an answer to the sentence of a document that backs it, after the model has written.

Small models cannot be trusted with citation marks of their own, so markers are taken out of what they write and set
here: by shared words, shared figures and similarity, never without a sentence that exists in the source.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from assistant.grounding.bands import bands_of
from assistant.grounding.context import in_context
from assistant.grounding.vectors import SentenceVectors
from assistant.turn.answer import Citation, Evidence, Support
from knowledge.embedder import Vectors
from knowledge.lexical.analyzer import Analyzer
from knowledge.passage import Passage, Sentence
from knowledge.sentences import split_sentences

# A sentence of an answer counts as backed from this score on (support/ tune half and the demo organisation).
SUPPORTED = 0.5
# Words and similarity count alike; a figure that the source sentence lacks makes the rest worth little.
WORDS_SHARE = 0.6
WRONG_FIGURE = 0.35
# A second source is cited when it has at least this share of the words that the first lacks.
SECOND_SOURCE = 0.34

_FIGURE = re.compile(r"\d+(?:[.,:/]\d+)*")
_NOT_WORD = re.compile(r"[\W_]+")
_MARKER = re.compile(r"\s*\[\d+(?:\s*,\s*\d+)*\]")


@dataclass(frozen=True, slots=True)
class Grounded:
    """An answer with its markers set, its citations, and how well each sentence is backed."""

    text: str
    citations: tuple[Citation, ...]
    support: tuple[Support, ...]

    @property
    def share(self) -> float:
        """Mean support of the sentences, 0 to 1."""
        return sum(each.score for each in self.support) / len(self.support) if self.support else 0.0


@dataclass(frozen=True, slots=True)
class _Source:
    evidence: Evidence
    sentence: Sentence
    terms: frozenset[str]
    figures: frozenset[str]
    foreign: bool = False


class Citer:
    """Finds the backing sentence of each sentence of an answer."""

    def __init__(self, vectors: SentenceVectors, analyzer: Analyzer) -> None:
        self._vectors = vectors
        self._analyzer = analyzer
        self._band = bands_of(vectors.model_id).statement

    def ground(
        self, text: str, question: str, evidence: Sequence[Evidence], *, selected: bool = False, language: str = ""
    ) -> Grounded:
        """Set markers and citations on `text`, which answers `question` out of `evidence`.

        With `selected` only the selected sentences back it, otherwise every sentence of the passages may. Sources in
        another language than `language` share few words with what is said of them: of these, similarity decides.
        """
        clean = without_markers(text)
        sentences = split_sentences(clean)
        sources = self._sources(evidence, selected, language)
        if not sentences or not sources:
            return Grounded(clean, (), tuple(Support(each.text, 0.0, False) for each in sentences))
        cosines = self._vectors.of_statements([each.text for each in sentences]) @ self._source_vectors(sources).T
        nearness = [[self._band.position(float(cosine)) for cosine in row] for row in cosines]
        asked = frozenset(self._analyzer.query_terms(question, None))
        pieces, citations, support, end = [], list[Citation](), list[Support](), 0
        for sentence, row in zip(sentences, nearness, strict=True):
            found, score = self._backing(sentence.text, row, sources, asked)
            cited = [citation_of(source.evidence, source.sentence) for source in found] if score >= SUPPORTED else []
            citations += [each for each in cited if each not in citations]
            markers = tuple(dict.fromkeys(each.marker for each in cited))
            support.append(Support(sentence.text, round(score, 3), score >= SUPPORTED, markers))
            pieces.append(clean[end : sentence.start] + marked(sentence.text, markers))
            end = sentence.end
        return Grounded("".join(pieces) + clean[end:], tuple(citations), tuple(support))

    def coverage(self, question: str, evidence: Sequence[Evidence]) -> float:
        """Share of the question's words that stand in the evidence, 0 to 1: a name found nowhere is a warning."""
        asked = self._terms(question)
        texts = (f"{_context(each.passage, each.best)} {' '.join(s.text for s in each.selected)}" for each in evidence)
        seen = self._terms(" ".join(texts))
        return len(asked & seen) / len(asked) if asked else 1.0

    def _sources(self, evidence: Sequence[Evidence], selected: bool, language: str) -> list[_Source]:
        return [
            _Source(
                each,
                sentence,
                self._terms(in_context(each.passage, sentence)),
                figures(_context(each.passage, sentence)),
                foreign=bool(language) and each.passage.language not in (None, language),
            )
            for each in evidence
            for sentence in (each.selected if selected else each.passage.sentences)
        ]

    def _source_vectors(self, sources: Sequence[_Source]) -> Vectors:
        return np.stack([self._vectors.of_sentence(each.evidence.passage, each.sentence) for each in sources])

    def _backing(
        self, sentence: str, near: Sequence[float], sources: Sequence[_Source],
        asked: frozenset[str],
    ) -> tuple[list[_Source], float]:  # fmt: skip
        """The one or two source sentences that back `sentence`, and how well they do together."""
        terms, shown = self._terms(sentence), figures(sentence)
        scores = [_score(terms, shown, source, close, asked) for source, close in zip(sources, near, strict=True)]
        own_letters = letters(sentence)
        own = [i for i, source in enumerate(sources) if letters(source.sentence.text) == own_letters]
        if own_letters and own and shown <= sources[own[0]].figures:  # quoted word for word
            return [sources[own[0]]], 1.0
        first = int(np.argmax(scores))
        missing = (terms - asked) - sources[first].terms
        lacking = shown - sources[first].figures
        rest = [i for i in range(len(sources)) if i != first and _adds(missing, lacking, sources[i])]
        if not rest:
            return [sources[first]], scores[first]
        second = max(
            rest, key=lambda i: (len(lacking & sources[i].figures), len(missing & sources[i].terms), scores[i])
        )
        both = _Source(
            sources[first].evidence, sources[first].sentence, sources[first].terms | sources[second].terms,
            sources[first].figures | sources[second].figures,
        )  # fmt: skip
        together = _score(terms, shown, both, max(near[first], near[second]), asked)
        return (
            ([sources[first], sources[second]], together)
            if together > scores[first]
            else ([sources[first]], scores[first])
        )

    def _terms(self, text: str) -> frozenset[str]:
        return frozenset(self._analyzer.query_terms(text, None, limit=1_000))


def without_markers(text: str) -> str:
    """What a model wrote, without citation marks of its own making."""
    return _MARKER.sub("", text).strip()


def figures(text: str) -> frozenset[str]:
    """The numbers in a text, in one form: 1,000 and 1.000 are 1000; 12,50 and 12.50 are 12.5."""
    return frozenset(_figure(found) for found in _FIGURE.findall(text))


def _figure(number: str) -> str:
    plain = re.sub(r"[.,](?=\d{3}(?!\d))", "", number).replace(",", ".")
    if re.fullmatch(r"\d+\.\d+", plain):
        plain = plain.rstrip("0").rstrip(".")
    return plain.lstrip("0") or "0"


def _score(terms: frozenset[str], shown: frozenset[str], source: _Source, near: float, asked: frozenset[str]) -> float:
    """Between 0 and 1, as is `near`. Words that the question already had count half: repeating them claims little."""
    weights = {term: 0.5 if term in asked else 1.0 for term in terms}
    total = sum(weights.values())
    shared = sum(weight for term, weight in weights.items() if term in source.terms) / total if total else 0.0
    score = WORDS_SHARE * shared + (1 - WORDS_SHARE) * near
    if source.foreign:
        score = max(score, near)
    return score if shown <= source.figures | asked else score * WRONG_FIGURE


def letters(text: str) -> str:
    """A text without spaces, punctuation and capitals: two that agree say the same word for word."""
    return _NOT_WORD.sub("", text).casefold()


def _adds(missing: frozenset[str], lacking: frozenset[str], source: _Source) -> bool:
    if lacking & source.figures:
        return True
    return len(missing) >= 3 and len(missing & source.terms) >= SECOND_SOURCE * len(missing)


def _context(passage: Passage, sentence: Sentence) -> str:
    return " ".join((passage.title, *passage.heading, sentence.text))


def citation_of(evidence: Evidence, sentence: Sentence) -> Citation:
    """The citation of one sentence of a piece of evidence."""
    passage = evidence.passage
    return Citation(
        marker=evidence.number, document_id=passage.document_id, document=passage.document, title=passage.title,
        quote=sentence.text, start=sentence.start, end=sentence.end, page=passage.page,
    )  # fmt: skip


def marked(sentence: str, markers: Sequence[int]) -> str:
    """The sentence with its markers before the final stop: "Thirty days [1].\""""
    if not markers:
        return sentence
    marks = "".join(f" [{number}]" for number in markers)
    body = sentence.rstrip(".!?…")
    return f"{body}{marks}{sentence[len(body) :]}"
