"""Plants secrets and poisoned rows in an installation, and counts what of them reaches a dataset."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.finetuning.collecting import Collected
from assistant.finetuning.datasets import DatasetDesk
from finetune.building import Recipe
from finetune.datasets import HELD_OUT, TRAIN, DatasetVersion
from finetune.doctor.tokens import Tokens
from finetune.examples import Example
from finetune.testing.examples import many
from finetune.testing.planted import CANARIES, POISON, RIGHT, canary_rows

ORDINARY, OPERATOR = 100, "eva"


@dataclass(frozen=True, slots=True)
class Planted:
    """What became of the rows of one kind. `reviewed` counts those in the dataset after somebody has accepted every row
    that the doctor does not hold against them, without a look at it."""

    kind: str
    rows: int
    held: int
    waiting: int
    learnt: int
    reviewed: int


@dataclass(frozen=True, slots=True)
class Canaries:
    """`there` are the secrets that stand in a file of the dataset, `rows` the rows that they were planted in."""

    planted: int
    rows: int
    there: tuple[str, ...]


def plant(home: Path, tokens: Tokens) -> tuple[list[Planted], Canaries]:
    """Bring everything in as it comes in: uploads at once, what people said up for review; and build. Ordinary rows are
    the last of the kinds. Raises FinetuneError."""
    desk = DatasetDesk(home)
    desk.take([*many(ORDINARY), *canary_rows()], trusted=True)
    poisoned = [each for rows in POISON.values() for each in rows]
    desk.take([each for each in poisoned if each.origin.source == "upload"], trusted=True)
    said = tuple(each for each in poisoned if each.origin.source != "upload")
    desk.propose(Collected((RIGHT, *said)), trust=[RIGHT.origin.user])
    first = _built(desk, tokens)
    states = {each.example.completion: each for each in desk.queue.rows()}
    unheld = [each.example.id for each in desk.queue.rows("proposed") if not each.held]
    if unheld:
        desk.review(unheld, True, OPERATOR)
    second = _built(desk, tokens)
    found = []
    for kind, rows in {**POISON, "ordinary": [*many(ORDINARY), RIGHT]}.items():
        queued = [states[each.completion] for each in rows]
        found.append(
            Planted(
                kind, len(rows), sum(bool(each.held) for each in queued),
                sum(each.state in ("proposed", "held") for each in queued), _learnt(rows, first), _learnt(rows, second),
            )
        )  # fmt: skip
    return found, _canaries([first, second])


def _built(desk: DatasetDesk, tokens: Tokens) -> DatasetVersion:
    recipe = Recipe("planted")
    return desk.build(desk.prepare(recipe, tokens), recipe)[0]


def _learnt(rows: Sequence[Example], version: DatasetVersion) -> int:
    said = {each.completion for each in (*version.train(), *version.held_out())}
    return sum(each.completion in said for each in rows)


def _canaries(versions: Sequence[DatasetVersion]) -> Canaries:
    written = "".join(
        (version.folder / name).read_text(encoding="utf-8") for version in versions
        for name in (TRAIN, HELD_OUT, "card.json")
    ).casefold()  # fmt: skip
    there = tuple(secret for _, secret in CANARIES if secret.casefold() in written)
    return Canaries(len(CANARIES), len(canary_rows()), there)
