"""What follows when a document, a conversation or a person is deleted: rows go, and so does what models replied to them
at the gate; adapters built on them are named and stay marked."""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from finetune.datasets import Datasets, DatasetVersion
from finetune.examples import Example
from finetune.gate.kept import dataset_mark, forget
from finetune.lora import CARD
from finetune.queue import Queue
from finetune.registry.marks import mark


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """How many rows left the queue, how many were marked in which version, the cards of adapters built on those, and
    how many replies of the gate are gone."""

    queued: int = 0
    marked: Mapping[str, int] = field(default_factory=dict)
    adapters: tuple[Mapping[str, Any], ...] = ()
    replies: int = 0


@dataclass(frozen=True, slots=True)
class Places:
    """The folders of an installation where something of a row may be left: adapters, and replies of the gate."""

    adapters: Path
    replies: Path


def of_documents(documents: Collection[str]) -> Callable[[Example], bool]:
    """Rows with any of the documents in them."""
    return lambda each: not set(documents).isdisjoint(each.origin.documents)


def of_conversations(conversations: Collection[str]) -> Callable[[Example], bool]:
    """Rows of any of the conversations."""
    known = frozenset(conversations) - {""}
    return lambda each: each.origin.conversation in known


def of_user(user: str) -> Callable[[Example], bool]:
    """Rows of a person."""
    return lambda each: each.origin.user == user


def withdraw(gone: Callable[[Example], bool], queue: Queue, datasets: Datasets, places: Places) -> Withdrawn:
    """Take the rows for which `gone` holds out of the queue, and mark them in every version of every dataset.

    Versions that are damaged are passed over: nothing can be trained on them. Raises NotWritten and RegistryUnusable;
    what could not be done then is done by the next call.
    """
    left = [each.example.id for each in queue.rows() if gone(each.example)]
    if left:
        queue.forget(left)
    marked, cards, stained = dict[str, int](), list[Mapping[str, Any]](), dict[str, int]()
    for version in datasets.all(damaged=False):
        rows = [each.id for each in (*version.train(), *version.held_out()) if gone(each)]
        if rows and (new := version.withdraw(rows)):
            marked[version.name] = len(new)
            cards += affected(version, places.adapters)
        if count := len(version.withdrawn()):
            stained |= {f"{each['topic']}@{each['version']}": count for each in affected(version, places.adapters)}
    mark(places.adapters, stained)
    replies = forget_replies(queue, datasets, places.replies)
    return Withdrawn(len(left), marked, tuple(cards), replies)


def forget_replies(queue: Queue, datasets: Datasets, folder: Path) -> int:
    """Delete what models replied to rows that are no longer there, and what adapters trained on such rows replied to
    anything; returns how many. Raises NotWritten."""
    if not folder.is_dir():
        return 0
    living = {each.example.id for each in queue.rows()}
    for version in datasets.all(damaged=False):
        living |= {each.id for each in (*version.train(), *version.held_out())}
        if not version.withdrawn():
            living.add(dataset_mark(version.sha256))
    return forget(folder, living)


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
