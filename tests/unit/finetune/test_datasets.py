"""Versions are immutable and known by their hash; a full disk, a kill or two at once leave nothing half-written."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

import finetune.datasets as module
from finetune.datasets import CARD, HELD_OUT, TRAIN, WITHDRAWN, Datasets, DatasetVersion, check_name, digest_of
from finetune.errors import DatasetInvalid, DatasetNotFound, ExamplesInvalid, NotWritten
from finetune.testing.examples import many

ROWS = many(40)


@pytest.fixture
def datasets(tmp_path: Path) -> Datasets:
    return Datasets(tmp_path / "datasets")


def _add(datasets: Datasets, count: int = 30, name: str = "support") -> tuple[DatasetVersion, bool]:
    return datasets.add(name, ROWS[5:count], ROWS[:5], {"created": "2026-01-01"})


def test_a_version_and_the_next(datasets: Datasets) -> None:
    first, new = _add(datasets)
    assert new
    assert (first.name, first.card["parent"]) == ("support@v1", None)
    assert (first.train(), first.held_out()) == (ROWS[5:30], ROWS[:5])
    files = [(first.folder / name).read_bytes() for name in (TRAIN, HELD_OUT)]
    assert first.sha256 == digest_of(*files)
    second, new = _add(datasets, 31)
    assert (new, second.name, second.card["parent"]) == (True, "support@v2", "support@v1")
    assert datasets.get("support").name == "support@v2"
    assert datasets.get("support@v1").train() == first.train()
    assert datasets.names() == ["support"]
    assert [each.name for each in datasets.all()] == ["support@v1", "support@v2"]


def test_the_same_rows_are_no_new_version(datasets: Datasets) -> None:
    first, _ = _add(datasets)
    _add(datasets, 31)
    again, new = _add(datasets)
    assert (again.name, new) == (first.name, False)
    assert datasets.numbers("support") == [1, 2]
    assert _add(datasets, name="other")[1]


def test_what_was_changed_is_not_read(datasets: Datasets) -> None:
    folder = _add(datasets)[0].folder
    whole = (folder / TRAIN).read_bytes()
    (folder / TRAIN).write_bytes(whole.replace(b"portal", b"evil"))
    with pytest.raises(DatasetInvalid, match="not those of its card"):
        datasets.get("support")
    (folder / TRAIN).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DatasetInvalid, match="not those of its card"):
        datasets.get("support")
    (folder / TRAIN).unlink()
    with pytest.raises(DatasetInvalid, match="Build it again"):
        datasets.get("support")
    (folder / CARD).write_text("[]")
    with pytest.raises(DatasetInvalid, match="is no object"):
        datasets.get("support")


@pytest.mark.parametrize("name", ["support@v9", "support@latest", "nothing", "../etc", "", "support@v0"])
def test_what_is_not_there_is_said(datasets: Datasets, name: str) -> None:
    _add(datasets)
    with pytest.raises(DatasetNotFound, match="dataset list"):
        datasets.get(name)


@pytest.mark.parametrize("name", ["../x", "Big", "", "a b", "a" * 41, "-a", ".."])
def test_names(name: str) -> None:
    with pytest.raises(ExamplesInvalid, match="cannot be the name"):
        check_name(name)


@pytest.mark.parametrize("fails_at", [0, 1, 2])
def test_a_full_disk_leaves_nothing(datasets: Datasets, monkeypatch: pytest.MonkeyPatch, fails_at: int) -> None:
    _add(datasets)
    count, real = 0, module._write

    def write(file: Path, content: bytes) -> None:
        nonlocal count
        count += 1
        if count == fails_at + 1:
            file.write_bytes(content[: len(content) // 2])
            raise OSError(28, "No space left on device")
        real(file, content)

    monkeypatch.setattr(module, "_write", write)
    with pytest.raises(NotWritten, match="No space left on device\\); nothing has changed"):
        _add(datasets, 31)
    assert sorted(each.name for each in (datasets.folder / "support").iterdir()) == [".lock", "v1"]
    monkeypatch.setattr(module, "_write", real)
    assert _add(datasets, 31)[0].name == "support@v2"


def test_what_a_killed_build_left_is_taken_away(datasets: Datasets) -> None:
    _add(datasets)
    left = datasets.folder / "support" / ".new-killed"
    left.mkdir()
    (left / TRAIN).write_bytes(b"half")
    assert datasets.numbers("support") == [1]
    _add(datasets, 31)
    assert not left.exists()


def test_two_at_once_are_refused(datasets: Datasets, monkeypatch: pytest.MonkeyPatch) -> None:
    _add(datasets)
    monkeypatch.setattr(module, "LOCK_SECONDS", 0.1)
    with (
        FileLock(datasets.folder / "support" / ".lock"),
        pytest.raises(NotWritten, match="Another process is building"),
    ):
        _add(datasets, 31)


def test_withdrawn_rows_are_marked_and_not_read(datasets: Datasets, monkeypatch: pytest.MonkeyPatch) -> None:
    version, _ = _add(datasets)
    gone = version.withdraw([ROWS[0].id, ROWS[7].id, "of another dataset"])
    assert gone == {ROWS[0].id, ROWS[7].id}
    again = datasets.get("support")  # its hash is as it was
    assert ROWS[7] not in again.train()
    assert ROWS[0] not in again.held_out()
    assert again.withdraw([ROWS[7].id, ROWS[8].id]) == {ROWS[8].id}
    assert again.withdrawn() == {ROWS[0].id, ROWS[7].id, ROWS[8].id}
    before = (again.folder / WITHDRAWN).read_bytes()

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(NotWritten, match="nothing has changed"):
        again.withdraw([ROWS[9].id])
    assert (again.folder / WITHDRAWN).read_bytes() == before
    assert json.loads(before)["withdrawn"] == sorted(again.withdrawn())
