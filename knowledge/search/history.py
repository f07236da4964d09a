"""What was asked before counts a little in what is asked now.

Most questions of a conversation lean on the ones before, in words that a rule does not catch ("and the battery?" it
does, "used car market" after a talk of electric cars it does not). So the last two questions go into each search with a
small weight, in both legs. Figures, also for questions that change the subject: docs/benchmarks.md, "Conversations".
"""

from collections.abc import Sequence

import numpy as np

from knowledge.embedder import Vectors

# Weights of the last question before and of the one before that, against 1 for the question itself.
WEIGHTS = (0.3, 0.3)


def weighted(earlier: Sequence[str]) -> list[tuple[str, float]]:
    """The earlier questions (oldest first) that count, with their weights."""
    return list(zip(reversed(earlier), WEIGHTS, strict=False))


def leaning(vectors: Vectors, earlier: Vectors, weights: Sequence[float]) -> Vectors:
    """Question vectors drawn towards those of earlier questions; rows of length 1."""
    if not len(earlier):
        return vectors
    drawn = vectors + np.asarray(weights, dtype=np.float32) @ earlier
    return np.asarray(drawn / np.linalg.norm(drawn, axis=1, keepdims=True), dtype=np.float32)
