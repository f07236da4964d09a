"""Whether a turn may want a tool at all, by its embedding: most do not, and a model's choice takes a second.

A logistic regression between what people say when they want one of the tools (their examples, names and descriptions)
and what they say otherwise (the examples of the intents). It lets through more than it must: the model may still choose
no tool.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from assistant.tools.tool import Tool
from knowledge.embedder import Embedder, Vectors

if TYPE_CHECKING:
    from sklearn.linear_model import LogisticRegression

# Inverse strength of the regularisation, as in `assistant.routing.intents`.
HEAD_C = 300.0
LET_THROUGH = 0.1
# More tools than this do not fit in front of a model that reads 70 tokens a second.
MOST_TOOLS = 12


class Gate:
    """Fitted once for a set of tools; quick to ask."""

    def __init__(self, embedder: Embedder, tools: Sequence[Tool], otherwise: Sequence[str]) -> None:
        self._embedder = embedder
        self._tools = tuple(tools)
        texts = [(text, number) for number, tool in enumerate(tools) for text in _texts(tool)]
        vectors = embedder.embed_queries([*(text for text, _ in texts), *otherwise])
        self._owners = np.array([number for _, number in texts])
        self._wanted = vectors[: len(texts)]
        self._head = _fit(vectors, [1] * len(texts) + [0] * len(otherwise)) if otherwise and texts else None

    def opens(self, said: str) -> tuple[float, Sequence[Tool]]:
        """How likely a tool is wanted, and the tools nearest to what was said, in their own order."""
        vector = self._embedder.embed_queries([said])[0]
        return self._likely(vector), self._nearest(vector)

    def _likely(self, vector: Vectors) -> float:
        if self._head is None:
            return 1.0 if self._tools else 0.0
        return float(self._head.predict_proba(vector.reshape(1, -1))[0, 1])

    def _nearest(self, vector: Vectors) -> Sequence[Tool]:
        if len(self._tools) <= MOST_TOOLS:
            return self._tools
        best = np.full(len(self._tools), -1.0)
        np.maximum.at(best, self._owners, self._wanted @ vector)
        return [self._tools[number] for number in sorted(np.argsort(-best, kind="stable")[:MOST_TOOLS])]


def _texts(tool: Tool) -> list[str]:
    return [*tool.examples, " ".join(f"{tool.name.replace('_', ' ')}: {tool.description}".split())]


def _fit(vectors: Vectors, labels: Sequence[Any]) -> "LogisticRegression":
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=HEAD_C, class_weight="balanced", max_iter=2000).fit(vectors, labels)
