"""The way in: files are copied beside, checked there, and become a version by one rename."""

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

from finetune.acceptance.accept import digest
from finetune.acceptance.files import LIMITS, MANIFEST, listed
from finetune.errors import AdapterInvalid, AdapterUnknown
from finetune.lora import CARD
from finetune.registry.archive import unpack
from finetune.registry.version import UNCOUNTED
from finetune.registry.writing import clear, replace_json, sync_file, sync_folder

_INCOMING = ".incoming-"


@contextmanager
def staged(registry: Path, source: Path) -> Iterator[Path]:
    """A copy of an adapter's folder or .zip inside the registry, which goes again unless it was renamed.

    The caller holds the registry's lock, so what lies there besides is of a crash. Raises AdapterUnknown when there is
    nothing, AdapterInvalid for files that are not an adapter's, and RegistryUnusable.
    """
    if not source.exists():
        raise AdapterUnknown(f"There is no {source}. Name a folder as peft saves it, or a .zip of one.")
    stage = registry / f"{_INCOMING}{uuid4().hex[:8]}"
    with clear(registry):
        for left in registry.glob(f"{_INCOMING}*"):
            shutil.rmtree(left, ignore_errors=True)
    try:
        with clear(registry):
            stage.mkdir()
            if source.is_file():
                unpack(source, stage)
            else:
                _copy(source, stage)
        yield stage
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def finish(stage: Path, folder: Path, name: str, card: Mapping[str, Any]) -> None:
    """Write card and manifest, make everything durable and read-only, and rename. Raises OSError."""
    (stage / MANIFEST).unlink(missing_ok=True)
    replace_json(stage / CARD, card)
    files = {
        each: {"bytes": (stage / each).stat().st_size, "sha256": digest(stage / each)}
        for each in sorted(set(listed(stage)) - UNCOUNTED)
    }
    replace_json(stage / MANIFEST, {"name": name, "files": files})
    for each in listed(stage):
        sync_file(stage / each)
        (stage / each).chmod(0o444)
    sync_folder(stage)
    folder.parent.mkdir(exist_ok=True)
    os.rename(stage, folder)
    sync_folder(folder.parent)


def _copy(source: Path, stage: Path) -> None:
    for name in listed(source):
        try:
            handle = os.open(source / name, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
        except OSError as error:
            raise AdapterInvalid(f"{name} cannot be read: {error.strerror}.") from error
        with open(handle, "rb") as stream, (stage / name).open("xb") as copy:
            left = LIMITS[name]
            while piece := stream.read(min(1 << 20, left + 1)):
                left -= len(piece)
                if left < 0:
                    raise AdapterInvalid(f"{name} has more than {LIMITS[name]:,} bytes.")
                copy.write(piece)
