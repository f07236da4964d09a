"""Datasets: immutable versions, known by the hash of what they hold.

NAME/vN/train.jsonl      rows to learn from
NAME/vN/held_out.jsonl   rows to measure on
NAME/vN/card.json        what they are, where they come from, what the doctor said
NAME/vN/withdrawn.json   ids of rows whose person or document was deleted since; only ever grows
"""

import json
import os
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import uuid4

from filelock import FileLock, Timeout

from finetune.errors import DatasetInvalid, DatasetNotFound, ExamplesInvalid, NotWritten
from finetune.examples import Example, from_json, lines_of

TRAIN, HELD_OUT, CARD, WITHDRAWN = "train.jsonl", "held_out.jsonl", "card.json", "withdrawn.json"
LOCK_SECONDS = 10
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9_-]{0,38}[a-z0-9])?")
_VERSION = re.compile(r"v([1-9]\d*)")


class DatasetVersion:
    """One version, whose files were found to be those of its card. Raises DatasetInvalid when they are not."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.card: dict[str, Any] = self._json(CARD)
        try:
            self._content = {name: (folder / name).read_bytes() for name in (TRAIN, HELD_OUT)}
        except OSError as error:
            raise self._damaged(str(error)) from error
        if digest_of(*self._content.values()) != self.card.get("sha256"):
            raise self._damaged("its rows are not those of its card")

    @property
    def name(self) -> str:
        """Name and version: "support@v3"."""
        return f"{self.folder.parent.name}@{self.folder.name}"

    @property
    def sha256(self) -> str:
        """The hash of its rows."""
        return str(self.card["sha256"])

    def train(self) -> list[Example]:
        """The rows to learn from, without those that were withdrawn."""
        return self._rows(TRAIN)

    def held_out(self) -> list[Example]:
        """The rows to measure on, without those that were withdrawn."""
        return self._rows(HELD_OUT)

    def withdrawn(self) -> frozenset[str]:
        """Ids of rows that may not be learnt from any more."""
        return frozenset(self._json(WITHDRAWN)["withdrawn"]) if (self.folder / WITHDRAWN).exists() else frozenset()

    def withdraw(self, ids: Iterable[str]) -> frozenset[str]:
        """Mark rows as withdrawn; returns those that were not yet. Raises NotWritten."""
        known = self.withdrawn()
        own = {each.id for name in (TRAIN, HELD_OUT) for each in self._rows(name, withdrawn=known)}
        new = frozenset(ids) & own
        if new:
            write_whole(self.folder / WITHDRAWN, _card({"withdrawn": sorted(known | new)}))
        return new

    def _rows(self, name: str, withdrawn: frozenset[str] | None = None) -> list[Example]:
        gone = self.withdrawn() if withdrawn is None else withdrawn
        try:
            rows = [from_json(json.loads(line)) for line in self._content[name].splitlines()]
        except (ValueError, ExamplesInvalid) as error:
            raise self._damaged(str(error)) from error
        return [each for each in rows if each.id not in gone]

    def _json(self, name: str) -> dict[str, Any]:
        try:
            found = json.loads((self.folder / name).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise self._damaged(str(error)) from error
        if not isinstance(found, dict):
            raise self._damaged(f"{name} is no object")
        return found

    def _damaged(self, why: str) -> DatasetInvalid:
        return DatasetInvalid(f"The dataset in {self.folder} cannot be used: {why}. Build it again.")


class Datasets:
    """All datasets of an installation, in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def names(self) -> list[str]:
        """The datasets that have a version."""
        found = self.folder.iterdir() if self.folder.is_dir() else ()
        return sorted(each.name for each in found if _NAME.fullmatch(each.name) and self.numbers(each.name))

    def numbers(self, name: str) -> list[int]:
        """The versions of a dataset, oldest first."""
        folder = self.folder / name
        found = (_VERSION.fullmatch(each.name) for each in folder.iterdir()) if folder.is_dir() else iter(())
        return sorted(int(each.group(1)) for each in found if each)

    def get(self, name: str) -> DatasetVersion:
        """A version: "support@v2", or the newest of "support". Raises DatasetNotFound and DatasetInvalid."""
        plain, _, version = name.partition("@")
        numbers = self.numbers(plain) if _NAME.fullmatch(plain) else []
        if not numbers or (version and version not in {f"v{number}" for number in numbers}):
            raise DatasetNotFound(f"There is no dataset {name}. `pilares finetune dataset list` shows them.")
        return DatasetVersion(self.folder / plain / (version or f"v{numbers[-1]}"))

    def all(self, *, damaged: bool = True) -> Iterator[DatasetVersion]:
        """Every version of every dataset, oldest first. A damaged one raises DatasetInvalid, or is passed by."""
        for name in self.names():
            for number in self.numbers(name):
                try:
                    yield DatasetVersion(self.folder / name / f"v{number}")
                except DatasetInvalid:
                    if damaged:
                        raise

    def add(
        self, name: str, train: Sequence[Example], held_out: Sequence[Example], card: Mapping[str, Any]
    ) -> tuple[DatasetVersion, bool]:
        """Write a version; returns it, and whether it is new: of the same rows there is one version.

        The whole version appears at once, or nothing does. Raises NotWritten, and ExamplesInvalid for a bad name.
        """
        check_name(name)
        files = {TRAIN: lines_of(train), HELD_OUT: lines_of(held_out)}
        digest = digest_of(*files.values())
        with self._locked(name) as folder:
            numbers = self.numbers(name)
            for number in reversed(numbers):
                if _digest_in(folder / f"v{number}") == digest:
                    return DatasetVersion(folder / f"v{number}"), False
            version = f"v{numbers[-1] + 1 if numbers else 1}"
            parent = f"{name}@v{numbers[-1]}" if numbers else None
            whole = {"name": name, "version": version, "parent": parent, "sha256": digest, **card}
            _write_folder(folder / version, {**files, CARD: _card(whole)})
        return DatasetVersion(folder / version), True

    @contextmanager
    def _locked(self, name: str) -> Iterator[Path]:
        """The folder of a dataset, while nobody else writes to it; what a killed process left there is taken away."""
        folder = self.folder / name
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with FileLock(folder / ".lock", timeout=LOCK_SECONDS):
                for left in folder.glob(".new-*"):
                    shutil.rmtree(left, ignore_errors=True)
                yield folder
        except Timeout:
            raise NotWritten(f"Another process is building {name}. Try again when it has finished.") from None
        except OSError as error:
            raise NotWritten(f"{folder} cannot be written ({error.strerror or error}); nothing has changed.") from error


def check_name(name: str) -> None:
    """Raises ExamplesInvalid for what cannot be the name of a dataset."""
    if not _NAME.fullmatch(name):
        raise ExamplesInvalid(f"{name!r} cannot be the name of a dataset: use small letters, figures, - and _.")


def digest_of(train: bytes, held_out: bytes) -> str:
    """The SHA-256 of both files, in this order, each behind its name."""
    return sha256(TRAIN.encode() + b"\0" + train + HELD_OUT.encode() + b"\0" + held_out).hexdigest()


def write_whole(file: Path, content: bytes) -> None:
    """Write a file so that it is the old one or the whole new one at any moment. Raises NotWritten."""
    scratch = file.with_name(f".new-{uuid4().hex}")
    try:
        _write(scratch, content)
        os.replace(scratch, file)
    except OSError as error:
        scratch.unlink(missing_ok=True)
        raise NotWritten(f"{file} cannot be written ({error.strerror or error}); nothing has changed.") from error


def _write_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    scratch = folder.with_name(f".new-{uuid4().hex}")
    try:
        scratch.mkdir()
        for name, content in files.items():
            _write(scratch / name, content)
        os.replace(scratch, folder)
    except BaseException:
        shutil.rmtree(scratch, ignore_errors=True)
        raise


def _write(file: Path, content: bytes) -> None:
    with file.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def _digest_in(folder: Path) -> str:
    try:
        return str(json.loads((folder / CARD).read_text(encoding="utf-8")).get("sha256", ""))
    except (OSError, ValueError, AttributeError):
        return ""


def _card(found: Mapping[str, Any]) -> bytes:
    return (json.dumps(found, indent=2, ensure_ascii=False) + "\n").encode()
