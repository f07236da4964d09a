"""A `DocumentReader` for tests that reads in this process: fast, and without the sandbox's protection."""

from knowledge.errors import OnlyScans, ScansWait
from knowledge.parse.document import ParsedDocument
from knowledge.parse.format import RawFile
from knowledge.parse.formats import FileReader
from knowledge.parse.ocr import Recogniser


class InlineReader:
    """Reads with the real parsers and remembers the names it was asked for; `recogniser` reads pages of pictures."""

    def __init__(self, recogniser: Recogniser | None = None) -> None:
        self.names: list[str] = []
        self.recogniser = recogniser
        self._reader = FileReader()

    @property
    def recognises(self) -> bool:
        """Whether pages that are pictures are read too."""
        return self.recogniser is not None

    def read(self, name: str, data: bytes, *, scans: bool = True) -> ParsedDocument:
        """Read one file."""
        self.names.append(name)
        try:
            parsed = self._reader.read(RawFile(name, data))
        except OnlyScans:
            if not self.recognises:
                raise
        else:
            if not (parsed.scans and self.recognises):
                return parsed
        if not scans:
            raise ScansWait(f"{name} has scanned pages.")
        return self._reader.read(RawFile(name, data, recogniser=self.recogniser, recognised_pages=50))

    def close(self) -> None:
        """Nothing is held."""
