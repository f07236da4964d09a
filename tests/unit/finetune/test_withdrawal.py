"""What came of a deleted document or person goes, and the adapters that learnt from it are named."""

import json
from pathlib import Path

import pytest

from finetune.datasets import TRAIN, Datasets, DatasetVersion
from finetune.queue import Queue
from finetune.testing.examples import many
from finetune.withdrawal import affected, of_conversation, of_documents, of_user, withdraw

ROWS = many(60)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path


def _built(home: Path) -> DatasetVersion:
    return Datasets(home / "datasets").add("support", ROWS[8:], ROWS[:8], {"created": "2026-01-01"})[0]


def _adapter(home: Path, topic: str, version: str, dataset: dict[str, str]) -> None:
    folder = home / "adapters" / topic / version
    folder.mkdir(parents=True)
    (folder / "card.json").write_text(json.dumps({"name": topic, "dataset": dataset}), encoding="utf-8")


def test_adapters_of_a_version_are_known_by_its_hash(home: Path) -> None:
    version = _built(home)
    _adapter(home, "support", "v1", {"name": "support", "version": "v1", "sha256": version.sha256})
    _adapter(home, "renamed", "v2", {"name": "other", "version": "v7", "sha256": version.sha256})
    _adapter(home, "support", "v2", {"name": "support", "version": "v1", "sha256": "of a version that was built anew"})
    _adapter(home, "old", "v1", {"name": "support", "version": "v1"})
    (home / "adapters" / "old" / "v2").mkdir()
    (home / "adapters" / "old" / "v2" / "card.json").write_text("{")
    found = affected(version, home / "adapters")
    assert [(card["topic"], card["version"]) for card in found] == [("old", "v1"), ("renamed", "v2"), ("support", "v1")]


def test_a_document_takes_its_rows_with_it(home: Path) -> None:
    version, queue, datasets = _built(home), Queue(home / "examples.db"), Datasets(home / "datasets")
    queue.add(ROWS, "accepted")
    _adapter(home, "support", "v1", {"sha256": version.sha256})
    before = (version.folder / TRAIN).read_bytes()
    found = withdraw(of_documents(["doc-locker"]), queue, datasets, home / "adapters")
    gone = [each for each in ROWS if "doc-locker" in each.origin.documents]
    assert (found.queued, dict(found.marked)) == (4, {"support@v1": 4})
    assert [card["topic"] for card in found.adapters] == ["support"]
    assert not {each.id for each in gone} & {row.example.id for row in queue.rows()}
    now = datasets.get("support")
    assert not set(gone) & {*now.train(), *now.held_out()}
    assert (version.folder / TRAIN).read_bytes() == before
    again = withdraw(of_documents(["doc-locker"]), queue, datasets, home / "adapters")
    assert (again.queued, dict(again.marked), again.adapters) == (0, {}, ())


def test_a_damaged_version_does_not_keep_the_others_from_being_marked(home: Path) -> None:
    _built(home)
    datasets = Datasets(home / "datasets")
    datasets.add("damaged", ROWS[8:], ROWS[:8], {})
    (home / "datasets" / "damaged" / "v1" / TRAIN).write_bytes(b"{}")
    found = withdraw(of_conversation("c9"), Queue(home / "examples.db"), datasets, home / "adapters")
    assert dict(found.marked) == {"support@v1": 1}


def test_rows_of_people_and_conversations() -> None:
    assert of_user("")(ROWS[0])
    assert not of_user("ana")(ROWS[0])
    assert of_conversation("c3")(ROWS[3])
