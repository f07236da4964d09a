"""The organisation's own questions: what the adapter's dataset holds out, and what is named beside it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any

from assistant.errors import InvalidRequest
from assistant.finetuning.gate.organisations import rows_as_asked
from assistant.finetuning.gate.wording import picking_row
from assistant.finetuning.search import Searches
from assistant.finetuning.sets import set_rows
from finetune.datasets import Datasets, DatasetVersion
from finetune.errors import DatasetNotFound, FinetuneError
from finetune.gate.asks import Item, digest_of
from finetune.gate.probes import held_out
from finetune.gate.probes.grounding import shortened
from finetune.grounded.evidence import EvidenceRow, answering
from finetune.organisations.organisation import read_organisations

# Lines that are shown with a question of a folder; the rows of a dataset show what they were collected with.
LINES = 6


def dataset_of(card: Mapping[str, Any], datasets: Datasets) -> tuple[DatasetVersion | None, str]:
    """The dataset that a card names, and why there is none."""
    named = card.get("dataset")
    if not isinstance(named, Mapping):
        return None, "the card names no dataset, so no rows are held out of one"
    name = f"{named.get('name', '')}@{named.get('version', '')}".removesuffix("@")
    try:
        found = datasets.get(name)
    except FinetuneError as error:
        return None, f"the dataset {name} of the card cannot be read: {error}"
    if named.get("sha256") not in (None, found.sha256):
        return None, f"the dataset {name} is not the one of the card"
    return found, ""


def items_of(source: str, datasets: Datasets, searches: Callable[[], Searches], most: int | None) -> list[Item]:
    """The items of a dataset, a folder of questions or a folder of organisations: `most` of them, or all.

    Raises InvalidRequest for what is none of these, and FinetuneError for one that cannot be used.
    """
    folder = Path(source).expanduser()
    if not folder.is_dir():
        try:
            return spread(list(held_out.items_of(datasets.get(source).held_out())), most)
        except DatasetNotFound as error:
            raise InvalidRequest(f"{source} is neither a folder nor a dataset. {error}") from None
    return spread(list(_of_folder(folder, searches(), most)), most)


def spread(items: Sequence[Item], most: int | None) -> list[Item]:
    """Up to `most` of the items, the same ones whoever asks: by the hash of what they ask."""
    return sorted(items, key=lambda each: digest_of(each.asks[0]))[:most]


def _of_folder(folder: Path, searches: Searches, most: int | None) -> Iterator[Item]:
    for name, row in _rows(folder, searches, most):
        shown = shortened(row, Random(name), LINES)  # noqa: S311 - draws an order, keeps no secret
        if answering(shown.blocks) or not row.wanted:  # else the search has not found what would answer
            yield held_out.item_of(shown, name, picking_row(shown))


def _rows(folder: Path, searches: Searches, most: int | None) -> Iterator[tuple[str, EvidenceRow]]:
    if (folder / "questions.jsonl").is_file():
        # What is in the other half may have been learnt from.
        found = enumerate(set_rows(folder, searches, "test"))
        yield from ((f"{folder.name}-{number}", row) for number, row in found if row.blocks)
    else:
        yield from rows_as_asked(list(read_organisations(folder)), searches, most)
