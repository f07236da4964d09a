"""Writes that are there whole or not at all, also after a crash or on a full disk."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

from filelock import FileLock, Timeout

from finetune.errors import RegistryUnusable

LOCK_SECONDS = 10.0


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Nobody else writes in `folder` meanwhile; those who want to wait. Raises RegistryUnusable after ten seconds."""
    with clear(folder):
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / ".lock")
    try:
        lock.acquire(timeout=LOCK_SECONDS)
    except Timeout:
        raise RegistryUnusable(
            f"Another process has been writing in {folder} for {LOCK_SECONDS:.0f} seconds. Nothing was changed: try "
            "again."
        ) from None
    except OSError as error:
        raise RegistryUnusable(f"{folder} cannot be locked ({error.strerror}). Nothing was changed.") from error
    try:
        yield
    finally:
        lock.release()


@contextmanager
def clear(folder: Path) -> Iterator[None]:
    """What the file system refuses, as RegistryUnusable."""
    try:
        yield
    except OSError as error:
        raise RegistryUnusable(
            f"{folder} cannot be used ({error.strerror or error}). What is served has not changed: mend that and try "
            "again."
        ) from error


def replace_json(file: Path, content: Any) -> None:
    """Put a JSON file in the place of an older one. Raises OSError, and then leaves the older one."""
    replace_text(file, json.dumps(content, indent=2, ensure_ascii=False, sort_keys=True) + "\n")


def replace_text(file: Path, text: str) -> None:
    """Put a file in the place of an older one, durably. Raises OSError, and then leaves the older one."""
    beside = file.with_name(f".{file.name}.{uuid4().hex[:8]}")
    try:
        with beside.open("x", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(beside, file)
        sync_folder(file.parent)
    except BaseException:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
        raise


def append_line(file: Path, line: str) -> None:
    """Add a line durably; half a line of an earlier crash is ended first. Raises OSError, and then adds nothing."""
    with file.open("ab+") as stream:
        size = stream.seek(0, os.SEEK_END)
        torn = size > 0 and _last_byte(stream, size) != b"\n"
        try:
            stream.write(("\n" if torn else "").encode() + line.encode("utf-8") + b"\n")
            stream.flush()
            os.fsync(stream.fileno())
        except OSError:
            with suppress(OSError):
                os.truncate(file, size)
            raise


def _last_byte(stream: Any, size: int) -> bytes:
    stream.seek(size - 1)
    return bytes(stream.read(1))


def sync_folder(folder: Path) -> None:
    """Make names in a folder durable, where the system can."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def sync_file(file: Path) -> None:
    """Make a written file durable. Raises OSError."""
    handle = os.open(file, os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
