"""What the cheap check looks at: how near a claim is to the sentences it may come from, and what they do not share."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from assistant.grounding.bands import bands_of
from assistant.grounding.citations import figures
from assistant.grounding.context import in_context
from assistant.grounding.support.verdicts import Backing
from assistant.grounding.support.wording import names, negated, opposed
from assistant.grounding.vectors import SentenceVectors
from knowledge.lexical.analyzer import Analyzer

# In the order of the columns; a head names those it was trained on.
FEATURES = (
    "near", "near_second", "words", "words_of_three", "words_of_all", "figures", "has_figures", "figures_of_three",
    "other_figures", "names", "names_of_all", "negation", "negated_claim", "negated_line", "opposed", "along",
    "length", "lines",
)  # fmt: skip
# Words, of a sentence's score beside nearness (as in `assistant.grounding.citations`).
_WORDS_SHARE = 0.6
_BEST = 3

Matrix = npt.NDArray[np.float32]
Terms = frozenset[str]


@dataclass(frozen=True, slots=True)
class Compared:
    """A claim beside the sentences: its features, and the indexes of the sentences, the nearest first."""

    features: Matrix
    order: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Text:
    terms: Terms
    figures: Terms
    names: Terms
    text: str


class FeatureReader:
    """Computes the features. Vectors of sentences are those that search uses, so only claims cost an embedding."""

    def __init__(self, vectors: SentenceVectors, analyzer: Analyzer) -> None:
        self._vectors = vectors
        self._analyzer = analyzer
        self._band = bands_of(vectors.model_id).statement

    def prepare(self, lines: Sequence[Backing]) -> None:
        """Compute the sentence vectors that are not there yet."""
        passages = list({each.passage.chunk_id: each.passage for each in lines}.values())
        self._vectors.known(passages, compute=len(passages))

    def of(self, claims: Sequence[str], lines: Sequence[Backing], question: str = "") -> list[Compared]:
        """The features of each claim beside all `lines`, of which there is at least one."""
        self.prepare(lines)
        rows = np.stack([self._vectors.of_sentence(each.passage, each.sentence) for each in lines])
        cosines = self._vectors.of_statements(claims) @ rows.T
        known = [self._text(in_context(each.passage, each.sentence), each.sentence.text) for each in lines]
        asked = self._text(question, question)
        return [
            self._compared(self._text(claim, claim), [self._band.position(float(c)) for c in row], known, asked)
            for claim, row in zip(claims, cosines, strict=True)
        ]

    def _compared(self, claim: _Text, near: Sequence[float], lines: Sequence[_Text], asked: _Text) -> Compared:
        weights = {term: 0.5 if term in asked.terms else 1.0 for term in claim.terms}
        shares = [_share(weights, line.terms) for line in lines]
        scores = [_WORDS_SHARE * s + (1 - _WORDS_SHARE) * n for s, n in zip(shares, near, strict=True)]
        order = tuple(int(index) for index in np.argsort(-np.array(scores), kind="stable"))
        best, three = lines[order[0]], [lines[index] for index in order[:_BEST]]
        against, along = opposed(claim.text, best.text)
        own, named = claim.figures - asked.figures, claim.names - asked.names
        closest = sorted(near, reverse=True)
        values = (
            closest[0],
            closest[min(1, len(closest) - 1)],
            shares[order[0]],
            _share(weights, _union(line.terms for line in three)),
            _share(weights, _union(line.terms for line in lines)),
            _part(own, best.figures),
            bool(own),
            _part(own, _union(line.figures for line in three)),
            bool(own - best.figures) and bool(best.figures - claim.figures),
            _part(named, best.names | best.terms),
            _part(named, _union(line.names for line in lines)),
            negated(claim.text) != negated(best.text),
            negated(claim.text),
            negated(best.text),
            min(against, 2),
            min(along, 2),
            min(len(claim.terms), 30) / 30,
            min(len(lines), 30) / 30,
        )
        return Compared(np.array(values, dtype=np.float32), order)

    def _text(self, whole: str, text: str) -> _Text:
        terms = frozenset(self._analyzer.query_terms(whole, None, limit=1_000)) if whole else frozenset[str]()
        return _Text(terms, figures(whole), names(whole), text)


def _share(weights: dict[str, float], terms: Terms) -> float:
    total = sum(weights.values())
    return sum(weight for term, weight in weights.items() if term in terms) / total if total else 0.0


def _part(wanted: Terms, there: Terms) -> float:
    """The share of `wanted` that is there; nothing wanted is all there."""
    return len(wanted & there) / len(wanted) if wanted else 1.0


def _union(sets: Iterable[Terms]) -> Terms:
    return frozenset().union(*sets)
