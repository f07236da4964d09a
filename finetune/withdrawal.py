"""What follows when a document, a conversation or a person is deleted: rows go, adapters built on them are named."""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from finetune.datasets import Datasets, DatasetVersion
from finetune.examples import Example
from finetune.lora import CARD
from finetune.queue import Queue


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """How many rows left the queue, how many were marked in which version, and the cards of adapters built on those."""

    queued: int = 0
    marked: Mapping[str, int] = field(default_factory=dict)
    adapters: tuple[Mapping[str, Any], ...] = ()


def of_documents(documents: Collection[str]) -> Callable[[Example], bool]:
    """Rows with any of the documents in them."""
    return lambda each: not set(documents).isdisjoint(each.origin.documents)


def of_conversation(conversation: str) -> Callable[[Example], bool]:
    """Rows of a conversation."""
    return lambda each: each.origin.conversation == conversation


def of_user(user: str) -> Callable[[Example], bool]:
    """Rows of a person."""
    return lambda each: each.origin.user == user


def withdraw(gone: Callable[[Example], bool], queue: Queue, datasets: Datasets, adapters: Path) -> Withdrawn:
    """Take the rows for which `gone` holds out of the queue, and mark them in every version of every dataset.

    Versions that are damaged are passed over: nothing can be trained on them. Raises NotWritten.
    """
    left = [each.example.id for each in queue.rows() if gone(each.example)]
    if left:
        queue.forget(left)
    marked, cards = dict[str, int](), list[Mapping[str, Any]]()
    for version in datasets.all(damaged=False):
        rows = [each.id for each in (*version.train(), *version.held_out()) if gone(each)]
        if rows and (new := version.withdraw(rows)):
            marked[version.name] = len(new)
            cards += affected(version, adapters)
    return Withdrawn(len(left), marked, tuple(cards))


def affected(version: DatasetVersion, adapters: Path) -> list[dict[str, Any]]:
    """The cards of the adapters (`TOPIC/vN/card.json`) that were built on a version of a dataset."""
    return [card for card in _cards(adapters) if _built_on(card, version)]


def _cards(adapters: Path) -> Sequence[dict[str, Any]]:
    found = []
    for file in sorted(adapters.glob(f"*/v*/{CARD}")):
        try:
            card = json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue  # a damaged adapter is not served; its registry says so
        if isinstance(card, dict):
            found.append({"topic": file.parts[-3], "version": file.parts[-2], **card})
    return found


def _built_on(card: Mapping[str, Any], version: DatasetVersion) -> bool:
    """By the hash of its rows; a card without one, by name and version."""
    named = card.get("dataset")
    if not isinstance(named, Mapping):
        return False
    if named.get("sha256"):
        return bool(named["sha256"] == version.sha256)
    return f"{named.get('name')}@{named.get('version')}" == version.name
