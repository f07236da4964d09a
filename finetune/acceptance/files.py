"""Which files may lie in an adapter's folder, and how large they may be."""

import json
import os
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from finetune.errors import AdapterInvalid
from finetune.lora import CARD, CONFIGURATION, GGUF, WEIGHTS

MANIFEST, GATE, GATE_PLOT = "manifest.json", "gate.json", "gate.svg"
_MIB = 1024 * 1024
LIMITS = {
    WEIGHTS: 512 * _MIB,
    GGUF: 512 * _MIB,
    CONFIGURATION: 64 * 1024,
    CARD: 4 * _MIB,
    MANIFEST: 64 * 1024,
    GATE: 4 * _MIB,
    GATE_PLOT: _MIB,
    "README.md": _MIB,
    "LICENSE": _MIB,
    "gate.png": 4 * _MIB,
    "curves.png": 4 * _MIB,
}
"""Every file that is known, with its largest size in bytes."""
_PICKLES = {".bin", ".pt", ".pth", ".pkl", ".pickle", ".ckpt", ".joblib", ".npy", ".npz", ".msgpack"}
MOST_FILES = 64


def check_name(name: str) -> None:
    """Raises AdapterInvalid for a file that is not known, with a word of its own for pickles."""
    if name in LIMITS:
        return
    if Path(name).suffix.lower() in _PICKLES:
        raise AdapterInvalid(
            f"{name} may be a pickle, which can run any program when read: only {WEIGHTS} is taken. Remove {name}."
        )
    raise AdapterInvalid(f"{name} is no file of an adapter. Remove it; known are {', '.join(sorted(LIMITS))}.")


def check_size(name: str, size: int) -> None:
    """Raises AdapterInvalid for a file that is too large, or empty."""
    if size > LIMITS[name]:
        raise AdapterInvalid(f"{name} has {size:,} bytes, and at most {LIMITS[name]:,} are taken.")
    if size == 0:
        raise AdapterInvalid(f"{name} is empty.")


def listed(folder: Path) -> dict[str, int]:
    """The names and sizes of a folder's files. Raises AdapterInvalid for links, folders and unknown files."""
    found = dict[str, int]()
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        raise AdapterInvalid(f"{folder} cannot be read as a folder: {error.strerror}.") from error
    if len(entries) > MOST_FILES:
        raise AdapterInvalid(f"{folder} holds {len(entries)} files. Name the folder of one adapter.")
    for entry in entries:
        about = entry.stat(follow_symlinks=False)
        if not stat.S_ISREG(about.st_mode):
            kind = "a link" if stat.S_ISLNK(about.st_mode) else "not a plain file"
            raise AdapterInvalid(f"{entry.name} is {kind}, and only plain files are taken. Remove it.")
        check_name(entry.name)
        check_size(entry.name, about.st_size)
        found[entry.name] = about.st_size
    return found


def require(names: Iterable[str], needed: Iterable[str]) -> None:
    """Raises AdapterInvalid naming the file that is missing."""
    if missing := [name for name in needed if name not in set(names)]:
        raise AdapterInvalid(f"{missing[0]} is missing: an adapter has {', '.join(needed)}.")


def read_json(file: Path) -> dict[str, Any]:
    """A JSON object. Raises AdapterInvalid."""
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise AdapterInvalid(f"{file.name} cannot be read as JSON: {error}.") from error
    if not isinstance(found, dict):
        raise AdapterInvalid(f"{file.name} is not a JSON object.")
    return found
