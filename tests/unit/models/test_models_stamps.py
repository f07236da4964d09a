"""Stamps: a start must be quick, and a damaged file must still be noticed."""

import hashlib
import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.errors import ModelCorrupt
from assistant.models import stamps
from assistant.models.catalogue import Model, ModelFile, Role
from assistant.models.stamps import STAMPS, installed, stamp_assembled, verify

CONTENT = b"weights" * 1_000


@pytest.fixture
def model(tmp_path: Path) -> Model:
    """A model whose file is already in place, not yet stamped."""
    file = ModelFile("w.bin", len(CONTENT), hashlib.sha256(CONTENT).hexdigest())
    model = Model("tiny", Role.TEST, "tiny", "MIT", (file,))
    model.folder(tmp_path).mkdir()
    model.weights(tmp_path).write_bytes(CONTENT)
    return model


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The files that were hashed, in order."""
    seen: list[Path] = []
    real = stamps.sha256_of
    monkeypatch.setattr(stamps, "sha256_of", lambda path: (seen.append(path), real(path))[1])
    return seen


def test_a_file_is_hashed_once(model: Model, tmp_path: Path, hashed: list[Path]) -> None:
    assert installed(model, tmp_path)
    assert installed(model, tmp_path)
    assert len(hashed) == 1


def test_a_touched_file_is_hashed_again(model: Model, tmp_path: Path, hashed: list[Path]) -> None:
    installed(model, tmp_path)
    os.utime(model.weights(tmp_path), (1, 1))
    assert installed(model, tmp_path)
    assert len(hashed) == 2


def test_a_file_cut_short_is_noticed_without_hashing(model: Model, tmp_path: Path, hashed: list[Path]) -> None:
    installed(model, tmp_path)
    hashed.clear()
    model.weights(tmp_path).write_bytes(CONTENT[:-1])
    with pytest.raises(ModelCorrupt, match=r"has 6,999 bytes instead of 7,000.*`pilares models pull tiny`"):
        installed(model, tmp_path)
    assert hashed == []


def test_a_changed_byte_is_noticed(model: Model, tmp_path: Path) -> None:
    installed(model, tmp_path)
    model.weights(tmp_path).write_bytes(b"X" + CONTENT[1:])
    os.utime(model.weights(tmp_path), (2, 2))
    with pytest.raises(ModelCorrupt, match="not the publisher's file"):
        installed(model, tmp_path)


def test_a_forged_stamp_of_another_hash_is_not_believed(model: Model, tmp_path: Path) -> None:
    installed(model, tmp_path)
    other = replace(model, files=(replace(model.files[0], sha256="0" * 64),))
    with pytest.raises(ModelCorrupt):
        installed(other, tmp_path)


def test_verify_trusts_no_stamp(model: Model, tmp_path: Path) -> None:
    installed(model, tmp_path)
    before = model.weights(tmp_path).stat()
    model.weights(tmp_path).write_bytes(b"X" + CONTENT[1:])
    os.utime(model.weights(tmp_path), ns=(before.st_atime_ns, before.st_mtime_ns))
    assert installed(model, tmp_path)
    with pytest.raises(ModelCorrupt):
        verify(model, tmp_path)


def test_verify_tells_a_missing_file(model: Model, tmp_path: Path) -> None:
    model.weights(tmp_path).unlink()
    assert not installed(model, tmp_path)
    with pytest.raises(ModelCorrupt, match="is missing"):
        verify(model, tmp_path)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"w.bin": 3}'])
def test_unreadable_stamps_only_cost_time(model: Model, tmp_path: Path, content: str, hashed: list[Path]) -> None:
    (model.folder(tmp_path) / STAMPS).write_text(content)
    assert installed(model, tmp_path)
    assert len(hashed) == 1


def test_a_folder_that_cannot_be_written_is_still_usable(
    model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "write_text", refuse)
    assert installed(model, tmp_path)


class TestAssembled:
    @pytest.fixture
    def assembled(self, model: Model, tmp_path: Path) -> Model:
        """The model with a folder made from its file."""
        folder = model.folder(tmp_path) / "made"
        folder.mkdir()
        (folder / "model.bin").write_bytes(b"made of it")
        stamp_assembled(model.folder(tmp_path), "made")
        return replace(model, assembled="made")

    def test_it_counts_as_installed(self, assembled: Model, tmp_path: Path) -> None:
        assert installed(assembled, tmp_path)

    def test_without_it_the_model_is_missing(self, model: Model, tmp_path: Path) -> None:
        assert not installed(replace(model, assembled="made"), tmp_path)

    def test_a_part_cut_short_is_corrupt(self, assembled: Model, tmp_path: Path) -> None:
        (assembled.folder(tmp_path) / "made" / "model.bin").write_bytes(b"made")
        with pytest.raises(ModelCorrupt, match="cut short or removed"):
            installed(assembled, tmp_path)

    def test_the_stamps_are_readable_json(self, assembled: Model, tmp_path: Path) -> None:
        found = json.loads((assembled.folder(tmp_path) / STAMPS).read_text())
        assert found["made/model.bin"]["bytes"] == len(b"made of it")
