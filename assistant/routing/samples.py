"""What a router learns from: questions, and whether each model was right.

A file has {id, prompt, small_correct, large_correct} on every line (docs/routing.md). Of one's own traffic only the
model that answered is known; the other one's outcome is None.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np

from assistant.errors import InvalidRequest
from assistant.routing.calibration import Array
from assistant.routing.features import NOTHING_FOUND

LEAST_ROWS = 200
LEAST_OF_EACH = 30
"""Rows with the small model right, and rows with it wrong: fewer say nothing about their difference."""
LEAST_TO_CALIBRATE = 100


@dataclass(frozen=True, slots=True)
class Sample:
    """A question with the outcome of the models, None where it is not known."""

    id: str
    text: str
    small: bool | None
    large: bool | None
    situation: tuple[float, ...] = NOTHING_FOUND


def read_outcomes(path: Path) -> list[Sample]:
    """Read a file of outcomes. Raises InvalidRequest naming the line."""
    from assistant.evaluation.jsonl import read_rows

    samples: list[Sample] = []
    known: set[str] = set()
    for row in read_rows(path):
        identifier, text = row.identifier("id"), row.text("prompt")
        if identifier in known:
            raise row.refused(f"the id {identifier!r} was there before", "Give every row its own.")
        if not text.strip():
            raise row.refused("`prompt` is empty", "Every row needs a question.")
        known.add(identifier)
        samples.append(Sample(identifier, text, row.truth("small_correct"), row.truth("large_correct")))
    return samples


def fold_of(identifier: str, folds: int) -> int:
    """The fold of a row, from the SHA-256 of its id without the bit that divides tune from test."""
    return (int(sha256(identifier.encode("utf-8", "surrogatepass")).hexdigest(), 16) >> 1) % folds


def folds_of(samples: Sequence[Sample], folds: int) -> Array:
    """The fold of each row."""
    return np.array([fold_of(sample.id, folds) for sample in samples])


def dataset_hash(samples: Sequence[Sample]) -> str:
    """SHA-256 over ids, texts and outcomes, whatever their order."""
    digest = sha256()
    for sample in sorted(samples, key=lambda each: each.id):
        line = f"{sample.id}\0{sample.text}\0{sample.small}\0{sample.large}\n"
        digest.update(line.encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def check_enough(samples: Sequence[Sample], least: int = LEAST_ROWS) -> None:
    """Raises InvalidRequest that says how many rows are there and how many it takes."""
    known = [sample.small for sample in samples if sample.small is not None]
    right, wrong = sum(known), len(known) - sum(known)
    if len(samples) >= least and min(right, wrong) >= LEAST_OF_EACH:
        return
    raise InvalidRequest(
        f"There are {len(samples)} questions with an outcome; the small model was right on {right} and wrong on "
        f"{wrong} of them. It takes {least}, and {LEAST_OF_EACH} of each: fewer would fit noise. Collect more "
        "feedback, or give a file of outcomes (docs/routing.md)."
    )


def outcomes_of(samples: Sequence[Sample]) -> tuple[Array, Array]:
    """Whether the small and the large model were right, as 0 and 1; unknown ones are the mean of the known ones."""
    small = np.array([np.nan if each.small is None else float(each.small) for each in samples])
    large = np.array([np.nan if each.large is None else float(each.large) for each in samples])
    return _filled(small, 0.5), _filled(large, 1.0)


def _filled(values: Array, otherwise: float) -> Array:
    known = values[~np.isnan(values)]
    return np.where(np.isnan(values), float(known.mean()) if len(known) else otherwise, values)
