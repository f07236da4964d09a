"""Checkpoints that count only when they are whole: a file that names all others is written last.

A kill or a full disk in the middle of writing leaves one without it, which is never resumed from.
"""

import re
import shutil
from pathlib import Path

from finetune.acceptance.files import read_json
from finetune.errors import AdapterInvalid
from finetune.registry.writing import replace_json, sync_file, sync_folder

WHOLE = "whole.json"
_NAME = re.compile(r"checkpoint-(\d+)")


def step_of(folder: Path) -> int:
    """The step after which a checkpoint was written; -1 for what is no checkpoint."""
    match = _NAME.fullmatch(folder.name)
    return int(match.group(1)) if match else -1


def seal(folder: Path) -> None:
    """Say that a checkpoint is whole. Raises OSError."""
    sizes = {str(each.relative_to(folder)): each.stat().st_size for each in sorted(_files(folder))}
    for each in _files(folder):
        sync_file(each)
    replace_json(folder / WHOLE, sizes)
    sync_folder(folder.parent)


def is_whole(folder: Path) -> bool:
    """Whether every file of a checkpoint is there as it was sealed."""
    try:
        sizes = read_json(folder / WHOLE)
        return all((folder / name).stat().st_size == size for name, size in sizes.items())
    except (AdapterInvalid, OSError):
        return False


def whole(stage: Path) -> list[Path]:
    """The checkpoints of a stage that can be resumed from, oldest first."""
    found = [each for each in stage.iterdir() if step_of(each) >= 0] if stage.is_dir() else []
    return [each for each in sorted(found, key=step_of) if is_whole(each)]


def sweep(stage: Path, keep: set[int] | None = None) -> None:
    """Take away what is not whole, and, when steps to keep are named, the others."""
    if not stage.is_dir():
        return
    good = {each.name for each in whole(stage) if keep is None or step_of(each) in keep}
    for each in [*stage.iterdir()]:
        if step_of(each) >= 0 and each.name not in good:
            shutil.rmtree(each, ignore_errors=True)


def _files(folder: Path) -> list[Path]:
    return [each for each in folder.rglob("*") if each.is_file() and each.name != WHOLE]
