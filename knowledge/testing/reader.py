"""A `DocumentReader` for tests that reads in this process: fast, and without the sandbox's protection."""

from knowledge.parse.document import ParsedDocument
from knowledge.parse.format import RawFile
from knowledge.parse.formats import FileReader


class InlineReader:
    """Reads with the real parsers and remembers the names it was asked for."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self._reader = FileReader()

    def read(self, name: str, data: bytes) -> ParsedDocument:
        """Read one file."""
        self.names.append(name)
        return self._reader.read(RawFile(name, data))

    def close(self) -> None:
        """Nothing is held."""
