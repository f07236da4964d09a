"""Reads sets of labelled texts: train.jsonl and test.jsonl {text, label, optional lang}, perhaps validation.jsonl.

A folder without train.jsonl that holds a file per language (en.jsonl, es.jsonl) is divided by the SHA-256 of the text.
Rows whose label is null are left out and counted. The label `oos` is none of the others.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from assistant.errors import InvalidRequest
from assistant.evaluation.halves import half_of
from assistant.evaluation.jsonl import read_rows
from assistant.routing.examples import OUT_OF_SCOPE

_LANGUAGE_FILE = re.compile(r"[a-z]{2}\.jsonl")
_EXPECTED = "train.jsonl and test.jsonl {text, label}, or a file per language (en.jsonl, es.jsonl)"


@dataclass(frozen=True, slots=True)
class Labelled:
    """A text with its label; `language` is empty where the set does not say."""

    text: str
    label: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class LabelledSet:
    """Texts to learn from, to set the threshold on (perhaps none), and to report. `unlabelled` rows were left out."""

    train: tuple[Labelled, ...]
    validation: tuple[Labelled, ...]
    test: tuple[Labelled, ...]
    unlabelled: int = 0


def read_labelled(folder: Path) -> LabelledSet:
    """Read a folder. Raises InvalidRequest naming the file and line that is wrong."""
    if not folder.is_dir():
        raise InvalidRequest(f"{folder} is no folder. Name a folder that holds {_EXPECTED}.")
    if (folder / "train.jsonl").is_file() and (folder / "test.jsonl").is_file():
        parts = {name: _read(folder / f"{name}.jsonl") for name in ("train", "validation", "test")}
    elif languages := sorted(file for file in folder.iterdir() if _LANGUAGE_FILE.fullmatch(file.name)):
        rows = [row for file in languages for row in _read(file, file.stem)]
        parts = {
            "train": [row for row in rows if half_of(row.text) == "tune"],
            "validation": [],
            "test": [row for row in rows if half_of(row.text) == "test"],
        }
    else:
        raise InvalidRequest(f"{folder} holds no labelled texts. Put {_EXPECTED} into it.")
    known = {name: tuple(row for row in rows if row.label) for name, rows in parts.items()}
    found = LabelledSet(
        known["train"],
        known["validation"],
        known["test"],
        sum(map(len, parts.values())) - sum(map(len, known.values())),
    )
    _check(found, folder)
    return found


def _read(file: Path, language: str = "") -> list[Labelled]:
    return list(_rows(file, language)) if file.is_file() else []


def _rows(file: Path, language: str) -> Iterator[Labelled]:
    for row in read_rows(file):
        text = row.text("text")
        if not text.strip():
            raise row.refused("`text` is empty", "Write what was said.")
        yield Labelled(text, row.text("label", "").strip(), row.text("lang", language).strip().lower())


def _check(found: LabelledSet, folder: Path) -> None:
    labels = {row.label for row in found.train} - {OUT_OF_SCOPE}
    if len(labels) < 2:
        raise InvalidRequest(f"{folder} trains on {len(labels)} label(s). At least two are needed beside `oos`.")
    if not any(row.label != OUT_OF_SCOPE for row in found.test):
        raise InvalidRequest(f"{folder} has no test rows with a label other than `oos`. Add some.")
