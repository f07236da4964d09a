"""How long reading one file may take, and how much memory: a base, and more for what is honestly large."""

from dataclasses import dataclass

_PAGES = 100  # so many pages have the base once more
_BYTES = 10_000_000  # so many bytes too
_MOST = 12  # times the base at most, whatever a file claims to be
_WAIT = 3  # times as long on the clock as of the processor: others may be at work
_COPIES = 4  # of a file's bytes that its reader may hold beside the base


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of a worker process: `seconds` of the processor and `memory_bytes` for a file of ordinary size.

    `ocr_pages` is how many pages of a file text recognition reads, each for `ocr_page_seconds` at most; 0 is none.
    """

    seconds: float
    memory_bytes: int
    ocr_pages: int = 0
    ocr_page_seconds: float = 0.0

    def seconds_for(self, size: int, pages: int = 0) -> float:
        """Seconds for a file of so many bytes and, once it is known, pages."""
        read = self.seconds * min(_MOST, 1 + pages / _PAGES + size / _BYTES)
        return read + self.ocr_page_seconds * min(pages, self.ocr_pages)

    @staticmethod
    def wait_for(seconds: float) -> float:
        """How long to wait on the clock for so many seconds of the processor."""
        return _WAIT * seconds

    def memory_for(self, size: int) -> int:
        """Bytes of address space for a file of so many bytes."""
        return self.memory_bytes + _COPIES * size
