"""Datasets, adapters and the review queue go along in a backup, and come back as they were."""

import sqlite3
import tarfile
from pathlib import Path

import pytest

from assistant.backup import restore as restoring
from assistant.backup.learnt import belongs, members_of
from assistant.backup.restore import restore
from assistant.backup.write import write
from assistant.errors import StorageError
from assistant.finetuning.datasets import DatasetDesk
from finetune.building import Recipe
from finetune.testing.examples import WordTokens, many


@pytest.fixture
def learnt(home: Path) -> Path:
    """A home with a dataset, an adapter, an alias, a journal, and what a backup leaves out."""
    desk, recipe = DatasetDesk(home), Recipe("support")
    desk.take(many(60), trusted=True)
    desk.build(desk.prepare(recipe, WordTokens()), recipe)
    adapter = home / "finetune" / "adapters" / "support" / "v1"
    adapter.mkdir(parents=True)
    (adapter / "adapter_model.safetensors").write_bytes(b"weights")
    (adapter.parents[1] / "aliases.json").write_text('{"reader": "support@v1"}')
    (adapter.parents[1] / ".lock").touch()
    (home / "finetune" / "learn.jsonl").write_text("{}\n")
    checkpoint = home / "finetune" / "runs" / "r1" / "checkpoint.bin"
    checkpoint.parent.mkdir(parents=True)
    checkpoint.write_bytes(b"large")
    return home


def _contents(home: Path) -> dict[str, bytes]:
    return {name: (home / name).read_bytes() for name in members_of(home) if not name.endswith(".db")}


def test_what_was_learnt_comes_back_and_checkpoints_stay_out(learnt: Path, tmp_path: Path) -> None:
    manifest = write(learnt, tmp_path / "backup.tar.gz")
    assert manifest.format == 2
    assert not any("runs" in name or ".lock" in name for name in manifest.members)
    other = tmp_path / "other"
    restore(tmp_path / "backup.tar.gz", other)
    assert _contents(other) == _contents(learnt)
    assert len(DatasetDesk(other).queue.rows("accepted")) == 60
    assert DatasetDesk(other).datasets.get("support@v1").sha256 == DatasetDesk(learnt).datasets.get("support").sha256


def test_a_home_without_any_makes_a_backup_that_older_versions_read(home: Path, tmp_path: Path) -> None:
    assert write(home, tmp_path / "backup.tar.gz").format == 1


def test_what_was_there_is_moved_aside_whole(learnt: Path, tmp_path: Path) -> None:
    write(learnt, tmp_path / "backup.tar.gz")
    (learnt / "finetune" / "adapters" / "aliases.json").write_text('{"reader": "support@v2"}')
    (learnt / "finetune" / "datasets" / "support" / "v2").mkdir()
    done = restore(tmp_path / "backup.tar.gz", learnt, force=True)
    assert done.aside is not None
    assert "support@v2" in (done.aside / "finetune" / "adapters" / "aliases.json").read_text()
    assert "support@v1" in (learnt / "finetune" / "adapters" / "aliases.json").read_text()
    assert DatasetDesk(learnt).datasets.numbers("support") == [1]
    assert (learnt / "finetune" / "runs" / "r1" / "checkpoint.bin").exists()


def test_a_restore_that_fails_puts_everything_back(
    learnt: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(learnt, tmp_path / "backup.tar.gz")
    (learnt / "finetune" / "adapters" / "aliases.json").write_text('{"reader": "support@v2"}')
    before = _contents(learnt)

    def fails(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(restoring, "Restored", fails)
    with pytest.raises(StorageError, match=r"is full\. Nothing was changed"):
        restore(tmp_path / "backup.tar.gz", learnt, force=True)
    assert _contents(learnt) == before


@pytest.mark.parametrize(
    "name",
    [
        "finetune/adapters/../../x", "finetune/adapters/a/v1/../../../x", "finetune/adapters/a/v1/b/c", "finetune/x",
        "finetune/datasets/a/v1/other.jsonl", "finetune/adapters/a/v1/.hidden", "finetune/runs/r/checkpoint.bin",
        "finetune/adapters/a/v0/card.json", "finetune/adapters/A B/v1/card.json",
    ],
)  # fmt: skip
def test_nothing_else_belongs_in_a_backup(name: str) -> None:
    assert not belongs(name)


def test_a_damaged_queue_is_refused(learnt: Path, tmp_path: Path) -> None:
    target = tmp_path / "backup.tar.gz"
    write(learnt, target)
    folder = tmp_path / "unpacked"
    with tarfile.open(target) as tar:
        tar.extractall(folder, filter="data")
    with sqlite3.connect(folder / "finetune" / "examples.db") as connection:
        connection.execute("DROP TABLE rows")
    connection.close()
    from assistant.backup.learnt import check_queue

    with pytest.raises(sqlite3.Error):
        check_queue(folder / "finetune" / "examples.db")
