"""What the cheap support check learns from: answers to the questions of organisations, beside the lines they come from.

An answer before its lines is supported; the one written to be wrong is contradicted; the answer before other lines of
the same documents is not found. Each is shown beside a few lines and beside many, with its question and without.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

import numpy as np
import numpy.typing as npt

from assistant.grounding.support.features import FeatureReader, Matrix
from assistant.grounding.support.head import CLASSES
from assistant.grounding.support.verdicts import Backing, lines_of
from finetune.organisations.organisation import Line, LineQuestion, Organisation
from knowledge.passage import Passage

FEW = (1, 5)
STEPS, RATE, MOMENTUM, L2 = 4_000, 0.3, 0.9, 1e-4

Rows = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Example:
    """A claim beside lines, and what they say of it: an index into CLASSES."""

    claim: str
    lines: tuple[Backing, ...]
    question: str
    label: int


def examples_of(organisation: Organisation, passages: Sequence[Passage], rng: Random) -> Iterator[Example]:
    """All examples of an organisation whose documents were cut into `passages`."""
    for asked in organisation.questions:
        paths = {line.path for line in asked.answers}
        lines = lines_of([each for each in passages if each.document in paths])
        right = [line for line in lines if _in_any(asked.answers, line)]
        others = [line for line in lines if not _in_any(asked.answers, line)]
        if asked.answer and right and others:
            yield from _of_question(asked, right, others, rng)


def _of_question(
    asked: LineQuestion, right: list[Backing], others: list[Backing], rng: Random
) -> Iterator[Example]:  # fmt: skip
    near = [line for line in others if _in_any(asked.near, line)]
    for many in (False, True):
        beside = others if many else _some(near + others, rng, FEW)
        question = asked.text if rng.random() < 0.5 else ""
        with_right = _in_order([*right, *(line for line in beside if rng.random() < 0.7)])
        yield Example(asked.answer, with_right, question, CLASSES.index("supported"))
        if asked.wrong:
            yield Example(asked.wrong, with_right, question, CLASSES.index("contradicted"))
        yield Example(asked.answer, _in_order(beside), question, CLASSES.index("not_found"))


def features_of(examples: Sequence[Example], reader: FeatureReader) -> Matrix:
    """The features of the examples: shape (examples, features)."""
    return np.stack([reader.of([each.claim], each.lines, each.question)[0].features for each in examples])


def fit(features: Matrix, labels: Sequence[int]) -> dict[str, list[float] | list[list[float]]]:
    """Multinomial logistic regression, classes weighed alike: mean, scale, weights and bias as lists."""
    rows = features.astype(np.float64)
    mean, scale = rows.mean(axis=0), np.maximum(rows.std(axis=0), 1e-6)
    scaled, wanted = (rows - mean) / scale, np.eye(len(CLASSES))[list(labels)]
    share = wanted / wanted.sum(axis=0)
    each = share.sum(axis=1, keepdims=True) / len(CLASSES)
    weights, bias = np.zeros((len(CLASSES), rows.shape[1])), np.zeros(len(CLASSES))
    speed, speed_bias = np.zeros_like(weights), np.zeros_like(bias)
    for _ in range(STEPS):
        error = each * (_softmax(scaled @ weights.T + bias) - wanted)
        speed = MOMENTUM * speed - RATE * (error.T @ scaled + L2 * weights)
        speed_bias = MOMENTUM * speed_bias - RATE * error.sum(axis=0)
        weights, bias = weights + speed, bias + speed_bias
    return {
        "mean": mean.tolist(), "scale": scale.tolist(), "weights": weights.tolist(), "bias": bias.tolist(),
    }  # fmt: skip


def _softmax(logits: Rows) -> Rows:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def _in_any(lines: Sequence[Line], found: Backing) -> bool:
    return any(line.is_in(found.passage.document, found.sentence.text) for line in lines)


def _some(lines: list[Backing], rng: Random, between: tuple[int, int]) -> list[Backing]:
    return rng.sample(lines, min(len(lines), rng.randint(*between)))


def _in_order(lines: Sequence[Backing]) -> tuple[Backing, ...]:
    unique = {(each.passage.chunk_id, each.sentence.start): each for each in lines}
    return tuple(sorted(unique.values(), key=lambda line: (line.passage.document, line.sentence.start)))
