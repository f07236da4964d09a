"""What a router looks at: the words of a question, its embedding, its shape, and what was found for it.

Words are hashed, so a fitted router holds no vocabulary of the people it learnt from, only weights.
"""

import re
from collections.abc import Sequence
from functools import cached_property
from math import log1p
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from assistant.turn.answer import Evidence

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Floats = npt.NDArray[np.float32]
BUCKETS = 2**17
"""Hash buckets of each kind of n-gram."""
LETTERS_WEIGHT = 0.5
"""How much n-grams of letters count beside those of words (docs/benchmarks.md, "Routing")."""
HEAD_CHARS, TAIL_CHARS = 300, 200
"""What is embedded of a long prompt: its beginning, and its end, where the question usually stands: 128 tokens."""

SHAPE = ("characters", "words", "word_length", "digits", "symbols", "capitals", "lines", "code", "parts", "constraints",
         "negation", "numbers")  # fmt: skip
SITUATION = ("found", "best", "lead", "mean", "passages", "read", "follow_up", "position")
NOTHING_FOUND: tuple[float, ...] = (0.0,) * len(SITUATION)

_CODE = re.compile(r"```|[{};]|=>|==|</|\b(?:def|class|SELECT|import|function)\b")
_PART = re.compile(r"\?|^\s*(?:\d+[.)]|[-*•])\s", re.MULTILINE)
_CONSTRAINT = re.compile(
    r"\b(?:only|exactly|at least|at most|must|without|unless|between|each|every|both|"
    r"solo|sólo|exactamente|al menos|como máximo|debe|sin|salvo|entre|cada|ambos)\b",
    re.IGNORECASE,
)
_NEGATION = re.compile(r"\b(?:not|no|never|except|false|nunca|excepto|falso|ningún|ninguna)\b", re.IGNORECASE)
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


def embedded_part(text: str) -> str:
    """The text to embed: all of it up to five hundred characters, else its two ends."""
    if len(text) <= HEAD_CHARS + TAIL_CHARS:
        return text
    return f"{text[:HEAD_CHARS]} … {text[-TAIL_CHARS:]}"


def shape_of(text: str) -> list[float]:
    """The shape of a question, in the order of `SHAPE`; counts as logarithms, the rest as shares of its characters."""
    size = max(1, len(text))
    words = text.split()
    return [
        log1p(len(text)),
        log1p(len(words)),
        sum(map(len, words)) / max(1, len(words)) / 10,
        sum(c.isdigit() for c in text) / size,
        sum(not c.isalnum() and not c.isspace() for c in text) / size,
        sum(c.isupper() for c in text) / size,
        log1p(text.count("\n")),
        log1p(len(_CODE.findall(text))),
        log1p(len(_PART.findall(text))),
        log1p(len(_CONSTRAINT.findall(text))),
        log1p(len(_NEGATION.findall(text))),
        log1p(len(_NUMBER.findall(text))),
    ]


def situation_of(evidence: Sequence[Evidence], *, follow_up: bool, position: int) -> tuple[float, ...]:
    """What was found for a question, and where in a conversation it stands; in the order of `SITUATION`."""
    if not evidence:
        return (*NOTHING_FOUND[:6], float(follow_up), log1p(position))
    relevances = sorted((each.relevance for each in evidence), reverse=True)
    read = sum(len(sentence.text) for each in evidence for sentence in each.selected)
    lead = relevances[0] - relevances[1] if len(relevances) > 1 else relevances[0]
    mean = sum(relevances) / len(relevances)
    return (
        1.0, relevances[0], lead, mean, log1p(len(relevances)), log1p(read), float(follow_up), log1p(position),
    )  # fmt: skip


class Words:
    """Texts as hashed word and character n-grams, before any weighting."""

    @cached_property
    def _kinds(self) -> list[Any]:
        from sklearn.feature_extraction.text import HashingVectorizer

        usual: dict[str, Any] = {"n_features": BUCKETS, "alternate_sign": False, "norm": None, "dtype": np.float32}
        words = HashingVectorizer(ngram_range=(1, 2), **usual)
        return [words, HashingVectorizer(analyzer="char_wb", ngram_range=(3, 4), **usual)]

    def counts(self, texts: Sequence[str]) -> "csr_matrix":
        """Counts of n-grams, shape (texts, 2 * BUCKETS), as 1 + log(count)."""
        from scipy.sparse import hstack

        found = hstack([kind.transform(texts) for kind in self._kinds], format="csr")
        np.log(found.data, out=found.data)
        found.data += 1
        return found


def weighted(counts: "csr_matrix", idf: Floats) -> "csr_matrix":
    """Counts times inverse document frequency, the n-grams of words of a text at length 1, those of letters shorter."""
    from scipy.sparse import csr_matrix

    data = counts.data * idf[counts.indices]
    rows = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
    kind = 2 * rows + (counts.indices >= BUCKETS)
    lengths = np.sqrt(np.bincount(kind, data**2, minlength=2 * counts.shape[0]))
    data = (data / lengths[kind] * np.where(kind % 2, LETTERS_WEIGHT, 1.0)).astype(np.float32)
    return csr_matrix((data, counts.indices, counts.indptr), shape=counts.shape)


def inverse_frequency(counts: "csr_matrix") -> Floats:
    """log((1 + texts) / (1 + texts with it)) + 1 for each bucket, as scikit-learn smooths it."""
    seen = np.bincount(counts.indices, minlength=counts.shape[1])
    found: Floats = (np.log((1 + counts.shape[0]) / (1 + seen)) + 1).astype(np.float32)
    return found
