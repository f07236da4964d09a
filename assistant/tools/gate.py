"""Whether a turn may want a tool at all, and which: most want none, and a model's choice takes seconds.

A multinomial logistic regression over the embedding, between what people say when they want one of the tools (their
examples, names and descriptions) and what they say otherwise (the examples of the intents). It lets through more than
it must: the model may still choose no tool. Of the tools it leaves the model those that are not ruled out: a small
model confuses tools that sound alike.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.tools.tool import Tool
from knowledge.embedder import Embedder

if TYPE_CHECKING:
    from sklearn.linear_model import LogisticRegression

# Inverse strength of the regularisation, as in `assistant.routing.intents`.
HEAD_C = 300.0
LET_THROUGH = 0.1
"""From here on a tool may be wanted."""
SURE = 0.9
"""From here on nothing else is looked at first."""
# A tool this much less likely than the likeliest is ruled out.
RULED_OUT = 0.05
# More tools than this do not fit in front of a model that reads 70 tokens a second.
MOST_TOOLS = 16
_NO_TOOL = -1


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person may want: how likely any tool, those to show to a model, and those of them that it may choose."""

    likely: float
    shown: Sequence[Tool]
    possible: Sequence[Tool]


NOTHING = Wish(0.0, (), ())


class Gate:
    """Fitted once for a set of tools; quick to ask."""

    def __init__(self, embedder: Embedder, tools: Sequence[Tool], otherwise: Sequence[str]) -> None:
        self._embedder = embedder
        self._tools = tuple(tools)
        self._head = _fitted(embedder, tools, otherwise) if otherwise and tools else None

    def opens(self, said: str) -> Wish:
        """What these words may want; the tools in their own order."""
        if self._head is None:
            first = self._tools[:MOST_TOOLS]
            return Wish(1.0, first, first) if first else NOTHING
        rows = self._head.predict_proba(self._embedder.embed_queries([said]))
        likely: Mapping[int, float] = dict(zip(self._head.classes_.tolist(), rows[0].tolist(), strict=True))
        order = sorted(range(len(self._tools)), key=lambda number: -likely[number])
        near = sorted(order[:MOST_TOOLS])
        least = RULED_OUT * likely[order[0]]
        possible = [self._tools[number] for number in near if likely[number] >= least]
        return Wish(1.0 - likely[_NO_TOOL], [self._tools[number] for number in near], possible)


def _texts(tool: Tool) -> list[str]:
    return [*tool.examples, " ".join(f"{tool.name.replace('_', ' ')}: {tool.description}".split())]


def _fitted(embedder: Embedder, tools: Sequence[Tool], otherwise: Sequence[str]) -> "LogisticRegression":
    from sklearn.linear_model import LogisticRegression

    wanted = [(text, number) for number, tool in enumerate(tools) for text in _texts(tool)]
    vectors = embedder.embed_queries([*(text for text, _ in wanted), *otherwise])
    labels = [number for _, number in wanted] + [_NO_TOOL] * len(otherwise)
    return LogisticRegression(C=HEAD_C, class_weight="balanced", max_iter=2000).fit(vectors, labels)
