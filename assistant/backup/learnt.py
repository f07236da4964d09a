"""What a backup takes along of `finetune`: datasets, adapters, the review queue and what learning has done.

Not the checkpoints of trainings, nor what the adapters' gates have cached: both can be had again.
"""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

QUEUE = "finetune/examples.db"
JOURNAL = "finetune/learn.jsonl"
FOLDERS = ("finetune/datasets", "finetune/adapters")
_NAME = r"[a-z0-9][a-z0-9_-]{0,63}"
_MEMBERS = re.compile(
    rf"{re.escape(QUEUE)}|{re.escape(JOURNAL)}"
    rf"|finetune/datasets/{_NAME}/v[1-9]\d{{0,8}}/(?:train\.jsonl|held_out\.jsonl|card\.json|withdrawn\.json)"
    r"|finetune/adapters/(?:aliases\.json|canaries\.json|history\.jsonl)"
    rf"|finetune/adapters/{_NAME}/v[1-9]\d{{0,8}}/[A-Za-z0-9][A-Za-z0-9._-]{{0,99}}"
)


def belongs(name: str) -> bool:
    """Whether a member of a backup may have this name."""
    return _MEMBERS.fullmatch(name) is not None


def members_of(home: Path) -> list[str]:
    """What there is to save, by its place in the backup; aliases before their history, which may say more than they."""
    files = [home / QUEUE, home / JOURNAL]
    files += [each for folder in FOLDERS for each in sorted((home / folder).rglob("*"))]
    names = (each.relative_to(home).as_posix() for each in files if each.is_file() and not each.is_symlink())
    return [name for name in names if belongs(name)]


def former(home: Path) -> list[Path]:
    """What has to make room for a backup."""
    found = [*(home / "finetune").glob(f"{Path(QUEUE).name}*"), home / JOURNAL, *(home / each for each in FOLDERS)]
    return [each for each in found if each.exists()]


def check_queue(path: Path) -> None:
    """Whether a review queue can be read. Raises sqlite3.Error."""
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
        (result,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        if result != "ok":
            raise sqlite3.DatabaseError(result)
        connection.execute("SELECT count(*) FROM rows").fetchone()
