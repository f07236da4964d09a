"""Is a model on disk and whole? Hashing 1.6 GB at every start is too slow, so a verified file gets a stamp.

`stamp.json` beside the files remembers size, modification time and SHA-256 of what was verified. A file that still has
both is trusted; one with another size is damaged; one with another time is hashed again.
"""

import contextlib
import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from assistant.errors import ModelCorrupt
from assistant.models.catalogue import Model, ModelFile

STAMPS = "stamp.json"


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def installed(model: Model, models_folder: Path) -> bool:
    """Whether every file is there and whole; quick. Raises ModelCorrupt when one is there and damaged."""
    folder = model.folder(models_folder)
    if not all((folder / file.name).is_file() for file in model.files):
        return False
    for file in model.files:
        check_file(model, file, folder)
    return model.assembled is None or _assembled_is_whole(model, folder / model.assembled)


def verify(model: Model, models_folder: Path) -> None:
    """Hash every file again, whatever the stamps say. Raises ModelCorrupt at the first that is missing or wrong."""
    folder = model.folder(models_folder)
    for file in model.files:
        if not (folder / file.name).is_file():
            raise ModelCorrupt(f"{folder / file.name} is missing. {repair(model)}")
        _check_size(model, file, folder / file.name)
        _check_hash(model, file, folder)


def check_file(model: Model, file: ModelFile, folder: Path) -> None:
    """Check one file that exists: by its stamp if it has one, else by hashing it. Raises ModelCorrupt."""
    path = folder / file.name
    _check_size(model, file, path)
    if read_stamps(folder).get(file.name) != _stamp(path, file.sha256):
        _check_hash(model, file, folder)


def stamp_file(folder: Path, name: str, sha256: str) -> None:
    """Remember that the file was verified. A folder that cannot be written is hashed at each start instead."""
    stamps = read_stamps(folder) | {name: _stamp(folder / name, sha256)}
    fresh = folder / f"{STAMPS}.{os.getpid()}.new"
    with contextlib.suppress(OSError):
        fresh.write_text(json.dumps(stamps, indent=1), encoding="utf-8")
        fresh.replace(folder / STAMPS)


def stamp_assembled(folder: Path, assembled: str) -> None:
    """Remember the sizes of what was assembled; it is derived, so its identity is its own hash."""
    for path in _files(folder / assembled):
        stamp_file(folder, path.relative_to(folder).as_posix(), sha256_of(path))


def read_stamps(folder: Path) -> dict[str, Any]:
    """The stamps of a model folder; none when there are none or they cannot be read."""
    try:
        stamps = json.loads((folder / STAMPS).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamps if isinstance(stamps, dict) else {}


def repair(model: Model) -> str:
    """What to do about a damaged model."""
    return f"Run `pilares models pull {model.name}` to fetch it again."


def _stamp(path: Path, sha256: str) -> dict[str, Any]:
    state = path.stat()
    return {"bytes": state.st_size, "mtime_ns": state.st_mtime_ns, "sha256": sha256}


def _check_size(model: Model, file: ModelFile, path: Path) -> None:
    size = path.stat().st_size
    if size != file.bytes:
        raise ModelCorrupt(
            f"{path} has {size:,} bytes instead of {file.bytes:,}: it was cut short or changed. {repair(model)}"
        )


def _check_hash(model: Model, file: ModelFile, folder: Path) -> None:
    found = sha256_of(folder / file.name)
    if found != file.sha256:
        raise ModelCorrupt(
            f"{folder / file.name} is not the publisher's file: its SHA-256 is {found}, expected {file.sha256}. "
            f"{repair(model)}"
        )
    stamp_file(folder, file.name, file.sha256)


def _assembled_is_whole(model: Model, assembled: Path) -> bool:
    stamps = {
        name: stamp for name, stamp in read_stamps(assembled.parent).items() if name.startswith(f"{assembled.name}/")
    }
    if not stamps or not assembled.is_dir():
        return False
    for name, stamp in stamps.items():
        path = assembled.parent / name
        if not path.is_file() or path.stat().st_size != stamp["bytes"]:
            raise ModelCorrupt(f"{path} was cut short or removed. {repair(model)}")
    return True


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file())
