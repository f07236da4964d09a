"""A folder of files, looked through without ever leaving it."""

import os
import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

from knowledge.errors import SourceError
from knowledge.ingest.discover import discover
from knowledge.sources.limits import SourceLimits
from knowledge.sources.names import distinct_names
from knowledge.sources.options import EVERYONE, Secrets, SourceOptions
from knowledge.sources.patterns import is_wanted
from knowledge.sources.source import Entry, Gap


class FolderOptions(SourceOptions):
    """Where it is, and which files of it."""

    path: Path
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()

    def audience(self) -> tuple[str, ...]:
        """Whoever sets up a folder has chosen what lies in it."""
        return EVERYONE


class FolderSource:
    """The readable files below a folder; hidden ones, lock files and links out of it are left out."""

    def __init__(self, name: str, options: FolderOptions, secrets: Secrets, limits: SourceLimits) -> None:
        self._name, self._options, self._limits = name, options, limits
        self._root = options.path.expanduser()
        self._paths: dict[str, Path] = {}

    def entries(self) -> Iterator[Entry | Gap]:
        """Every file that is there; a subfolder that cannot be listed is a gap."""
        found = discover([self._folder()], None, {})
        reasons = {failure.document: failure.reason for failure in found.failed}
        wanted = [file for file in found.files if is_wanted(file.name, self._options.include, self._options.exclude)]
        raw = {os.path.relpath(file.path, self._root.resolve()): file.path for file in wanted}
        names = distinct_names(raw)
        self._paths = {names[path]: raw[path] for path in names}
        for closed in found.closed:
            yield Gap(closed, reasons.get(closed, f"The folder {closed} cannot be listed."))
        for name, path in sorted(self._paths.items()):
            try:
                status = path.stat()
            except OSError:
                continue  # gone since it was listed
            moment = datetime.fromtimestamp(status.st_mtime, UTC)
            yield Entry(name, _version(status), moment, status.st_size)

    def fetch(self, entry: Entry) -> bytes:
        """The file's bytes; raises SourceError when it is gone, outside by now, or changes under the reader."""
        path = self._path(entry.name)
        try:
            if not path.resolve(strict=True).is_relative_to(self._root.resolve(strict=True)):
                raise SourceError(f"{entry.name} has become a link that leaves the folder; it was not followed.")
            # A pipe would block for ever; what it is, is looked at before anything is read.
            descriptor = os.open(
                path.resolve(), os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0)
            )
            with open(descriptor, "rb") as stream:
                return self._content(entry.name, stream.fileno())
        except (OSError, RuntimeError) as error:
            reason = getattr(error, "strerror", None) or "the path cannot be followed"
            raise SourceError(f"{entry.name} cannot be read ({reason}). It is tried again at the next look.") from error

    def changes(self, stop: Event) -> Iterator[None]:
        """One None after each burst of changes below the folder, until `stop` is set."""
        from watchfiles import watch

        root = self._folder()
        for batch in watch(root, stop_event=stop, debounce=1000, step=200, rust_timeout=500, raise_interrupt=False):
            if any(not _is_hidden(os.path.relpath(path, root)) for _, path in batch):
                yield None

    def close(self) -> None:
        """Nothing is held."""

    def _folder(self) -> Path:
        try:
            root = self._root.resolve(strict=True)
        except (OSError, RuntimeError) as error:
            reason = getattr(error, "strerror", None) or "the path cannot be followed"
            raise SourceError(f"The folder {self._root} cannot be read ({reason}). Check the option 'path'.") from error
        if not root.is_dir():
            raise SourceError(f"{self._root} is not a folder. Check the option 'path'.")
        return root

    def _path(self, name: str) -> Path:
        if name not in self._paths:
            for _ in self.entries():
                pass
        if name not in self._paths:
            raise SourceError(f"{name} is no longer there.")
        return self._paths[name]

    def _content(self, name: str, descriptor: int) -> bytes:
        before = os.fstat(descriptor)
        if not stat.S_ISREG(before.st_mode):
            raise SourceError(f"{name} is not a file any more.")
        if before.st_size > self._limits.max_file_bytes:
            raise SourceError(f"{name} has {before.st_size:,} bytes; {self._limits.max_file_bytes:,} are allowed.")
        data = bytearray()
        while len(data) <= before.st_size and (block := os.read(descriptor, 1 << 20)):
            data += block
        if _version(os.fstat(descriptor)) != _version(before) or len(data) != before.st_size:
            raise SourceError(f"{name} was changed while it was read. It is read again at the next look.")
        return bytes(data)


def _version(status: os.stat_result) -> str:
    return f"{status.st_size}-{status.st_mtime_ns}"


def _is_hidden(relative: str) -> bool:
    return any(part.startswith((".", "~$")) for part in Path(relative).parts)
