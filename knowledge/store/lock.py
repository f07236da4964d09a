"""One process owns a knowledge folder: two writers damage a Chroma index without a word."""

import os
from pathlib import Path

from filelock import FileLock, Timeout

from knowledge.errors import StoreError, StoreLocked


class FolderLock:
    """Holds `folder/lock` until released or until the process ends, however it ends."""

    def __init__(self, folder: Path) -> None:
        """Create the folder if need be and take the lock.

        Raises StoreLocked, naming the holder, when it is taken; StoreError when the folder cannot be written.
        """
        self._holder = folder / "lock.pid"
        self._lock = FileLock(folder / "lock")
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._lock.acquire(timeout=0)
            self._holder.write_text(str(os.getpid()), encoding="ascii")
        except Timeout:
            raise StoreLocked(
                f"The knowledge folder {folder} is in use by {self._holder_name()}. "
                "Stop that process first, or give this one another PILARES_HOME."
            ) from None
        except OSError as error:
            self._lock.release()
            raise StoreError(f"The knowledge folder {folder} cannot be written ({error.strerror}).") from error

    def release(self) -> None:
        """Let the next process in; a second call does nothing."""
        if self._lock.is_locked:
            self._holder.unlink(missing_ok=True)
            self._lock.release()

    def _holder_name(self) -> str:
        try:
            return f"process {self._holder.read_text(encoding='ascii')}"
        except OSError:
            return "another process"
