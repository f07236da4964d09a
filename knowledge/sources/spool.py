"""Contents that a listing has read already, kept on disk until they are fetched."""

import tempfile
from collections.abc import Callable, Iterable
from typing import IO

from knowledge.errors import SourceError


class Spool:
    """An unnamed temporary file with one content per name. For sources whose listing reads everything anyway."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._places: dict[str, tuple[int, int]] = {}
        self._file: IO[bytes] | None = None
        self._end = 0

    def __contains__(self, name: str) -> bool:
        return name in self._places

    def put(self, name: str, content: bytes) -> None:
        """Keep one content; raises SourceError when the source has grown past the bound."""
        if self._end + len(content) > self._max_bytes:
            raise SourceError(
                f"The source holds more than {self._max_bytes:,} bytes of text. Divide it into several sources."
            )
        if self._file is None:
            self._file = tempfile.TemporaryFile()  # noqa: SIM115  closed by clear()
        try:
            self._file.seek(self._end)
            self._file.write(content)
        except OSError as error:
            raise SourceError(
                f"There is no room for temporary files ({error.strerror}). Free some disk space."
            ) from error
        self._places[name] = (self._end, len(content))
        self._end += len(content)

    def get(self, name: str) -> bytes | None:
        """The content, or None when there is none of this name."""
        if name not in self._places or self._file is None:
            return None
        start, length = self._places[name]
        self._file.seek(start)
        return self._file.read(length)

    def fetch(self, name: str, listing: Callable[[], Iterable[object]], gone: str) -> bytes:
        """The content, after another `listing` if it is not there; raises SourceError saying `gone` if it never is."""
        if name not in self:
            for _ in listing():
                pass
        content = self.get(name)
        if content is None:
            raise SourceError(gone)
        return content

    def clear(self) -> None:
        """Forget everything and give the space back."""
        if self._file is not None:
            self._file.close()
        self._file, self._end = None, 0
        self._places.clear()
