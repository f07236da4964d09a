"""How alike two short texts are: by the directions of their embeddings, and by the words and letters they share.

Embeddings of e5 point much the same way whatever a text says (cosines of 0.7 to 0.9), so the mean of the examples is
taken off first; what remains is compared by angle, with a width that lets only near neighbours count. Shared words and
pieces of words add what an encoder blurs: names, numbers, a negation.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from assistant.routing.ridge import Matrix
from knowledge.embedder import Vectors

_TEXT_CHARS = 400
_WORD = r"(?u)\b\w+\b|[?!]+"


@dataclass(frozen=True, slots=True)
class Measure:
    """What counts: how near embeddings have to be (the larger, the nearer), and the share of words, 0 for none."""

    sharpness: float
    words: float


# WIDE is best for ten examples a label in two languages, NARROW from about twenty on (docs/intents.md).
WIDE = Measure(sharpness=0.5, words=0.0)
NARROW = Measure(sharpness=2.0, words=0.15)


class Likeness:
    """A kernel over (embedding, text) pairs, centred on the examples it was made from."""

    def __init__(self, vectors: Vectors, texts: Sequence[str], measure: Measure) -> None:
        self._measure = measure
        self._centre = vectors.mean(axis=0)
        self._words = _Words(texts) if measure.words else None

    def prepare(self, vectors: Vectors, texts: Sequence[str]) -> "Prepared":
        """Texts in the form in which they are compared."""
        centred = vectors - self._centre
        centred /= np.maximum(np.linalg.norm(centred, axis=1, keepdims=True), 1e-9)
        return Prepared(self._measure, centred, self._words.transform(texts) if self._words else None)


class Prepared:
    """Texts ready to be compared: unit directions, shape (n, dimension), and perhaps a sparse matrix of n-grams."""

    def __init__(self, measure: Measure, directions: Matrix, ngrams: Any) -> None:
        self._measure = measure
        self._directions = directions
        self._ngrams = ngrams
        self._turned: Any = None

    def __getitem__(self, rows: Any) -> "Prepared":
        return Prepared(self._measure, self._directions[rows], None if self._ngrams is None else self._ngrams[rows])

    def alike(self, others: "Prepared") -> Matrix:
        """The kernel with other texts, shape (self, others): 1 for the same text, near 0 for nothing in common."""
        found = product(self._directions, others._directions.T)
        found -= 1.0
        found *= self._measure.sharpness
        np.exp(found, out=found)
        if self._ngrams is not None:
            found *= 1.0 - self._measure.words
            found += self._measure.words * (self._ngrams @ others._by_ngram()).toarray()
        return found

    def _by_ngram(self) -> Any:
        """The n-grams the other way round, for products; turning them takes longer than a product, so it is kept."""
        if self._turned is None:
            self._turned = self._ngrams.T.tocsr()
        return self._turned


def product(rows: Matrix, columns: Matrix) -> Matrix:
    """`rows @ columns`; of a single row without BLAS, whose threads wait for each other when the processor is busy."""
    if len(rows) != 1:
        return np.asarray(rows @ columns, dtype=np.float32)
    return np.asarray(np.einsum("k,kn->n", rows[0], columns), dtype=np.float32)[None]


class _Words:
    """TF-IDF of words, pairs of words and pieces of words; accents and case do not count."""

    def __init__(self, texts: Sequence[str]) -> None:
        from sklearn.feature_extraction.text import TfidfVectorizer

        usual: dict[str, Any] = {"sublinear_tf": True, "strip_accents": "unicode", "dtype": np.float32}
        self._parts = [
            TfidfVectorizer(ngram_range=(1, 2), token_pattern=_WORD, **usual),
            TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), **usual),
        ]
        for part in self._parts:
            part.fit([_plain(text) for text in texts])

    def transform(self, texts: Sequence[str]) -> Any:
        from scipy.sparse import hstack

        plain = [_plain(text) for text in texts]
        return (hstack([part.transform(plain) for part in self._parts]) * np.float32(0.5**0.5)).tocsr()


def _plain(text: str) -> str:
    # an example without any word would leave the vocabulary empty; a very long text is told by its beginning
    return f"{text[:_TEXT_CHARS]} ." if text.strip() else "."
