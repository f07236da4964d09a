"""Finds the files of an ingest without ever leaving the folders that were named."""

import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from knowledge.errors import SourceError
from knowledge.ingest.report import Failure
from knowledge.parse.clean import clean_text, one_line
from knowledge.parse.detect import is_readable


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file to be read, with the name and source its document gets."""

    path: Path
    name: str
    source: str
    root: str | None


@dataclass(slots=True)
class Discovery:
    """What was found: files to read; names passed over; links and folders that were refused; whole folders seen.

    `folders` maps each folder that was walked to its source; `closed` are the parts of them that could not be listed.
    """

    files: list[FoundFile] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    failed: list[Failure] = field(default_factory=list)
    folders: dict[str, str] = field(default_factory=dict)
    closed: list[str] = field(default_factory=list)


def discover(paths: Sequence[Path], source: str | None, known_roots: Mapping[str, str]) -> Discovery:
    """Look into files and folders, in a stable order.

    A folder is a source by itself unless `source` names one. A single file inside a folder that was ingested before
    belongs to that folder's source. Raises SourceError when one of `paths` cannot be read.
    """
    found = Discovery()
    for path in paths:
        resolved = _resolved(path)
        if resolved.is_dir():
            _check_listable(resolved)
            found.folders[str(resolved)] = source or str(resolved)
            _walk(resolved, source or str(resolved), found)
        else:
            found.files.append(_single(resolved, source, known_roots))
    return found


def _resolved(path: Path) -> Path:
    try:
        resolved = path.expanduser().resolve(strict=True)
        mode = resolved.stat().st_mode
    except (OSError, RuntimeError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "the path cannot be followed"
        raise SourceError(f"{path} cannot be read ({reason}). Check the path and its permissions.") from error
    if not (stat.S_ISDIR(mode) or stat.S_ISREG(mode)):
        raise SourceError(f"{path} is neither a file nor a folder. Name a document or a folder of documents.")
    return resolved


def _check_listable(folder: Path) -> None:
    try:
        with os.scandir(folder):
            pass
    except OSError as error:
        raise SourceError(
            f"The folder {folder} cannot be listed ({error.strerror}). Give this user the right to read it."
        ) from error


def _single(path: Path, source: str | None, known_roots: Mapping[str, str]) -> FoundFile:
    if source is None:
        for root in sorted(known_roots, key=len, reverse=True):
            if path.is_relative_to(root):
                return FoundFile(path, _name(path.relative_to(root)), known_roots[root], root)
    return FoundFile(path, _name(Path(path.name)), source or str(path.parent), None)


def _walk(root: Path, source: str, found: Discovery) -> None:
    for entry in _entries(root, root, found):
        name = _name(Path(entry).relative_to(root))
        if is_readable(name):
            found.files.append(FoundFile(Path(entry), name, source, str(root)))
        else:
            found.skipped.append(name)


def _entries(folder: Path, root: Path, found: Discovery) -> Iterator[str]:
    """Regular files below `folder`, depth first by name; links that leave `root` and closed folders are reported."""
    try:
        with os.scandir(folder) as listing:
            entries = sorted(listing, key=lambda entry: entry.name)
    except OSError as error:
        name = _name(folder.relative_to(root))
        found.closed.append(name)
        found.failed.append(Failure(name, f"The folder {name} cannot be listed ({error.strerror})."))
        return
    for entry in entries:
        if entry.name.startswith((".", "~$")):
            continue
        if entry.is_symlink() and not _stays_inside(entry, root):
            name = _name(Path(entry.path).relative_to(root))
            found.failed.append(Failure(name, f"{name} is a link that leaves the folder; it was not followed."))
        elif entry.is_dir(follow_symlinks=False):
            yield from _entries(Path(entry.path), root, found)
        elif entry.is_file():
            yield entry.path


def _stays_inside(entry: os.DirEntry[str], root: Path) -> bool:
    try:
        return Path(entry.path).resolve(strict=True).is_relative_to(root)
    except (OSError, RuntimeError):
        return False


def _name(relative: Path) -> str:
    """The path as text: undecodable bytes and characters that no reader sees are replaced or left out."""
    return one_line(clean_text(relative.as_posix().encode("utf-8", "surrogateescape").decode("utf-8", "replace")))
