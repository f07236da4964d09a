"""Reads files in worker processes, so that no file can hurt this one."""

from dataclasses import replace
from threading import Lock
from typing import Protocol

from knowledge.errors import OnlyScans, ParseError, ScansWait
from knowledge.parse import ocr
from knowledge.parse.document import ParsedDocument
from knowledge.parse.format import RawFile
from knowledge.parse.limits import Limits
from knowledge.parse.process import WorkerProcess
from knowledge.settings import KnowledgeSettings


class DocumentReader(Protocol):
    """Whatever turns a file into a parsed document. Any number of threads may ask it."""

    @property
    def recognises(self) -> bool:
        """Whether pages that are pictures are read too."""

    def read(self, name: str, data: bytes, *, scans: bool = True) -> ParsedDocument:
        """Read one file; raises ParseError.

        With `scans` False, raises ScansWait for one with pages that text recognition would read, since it takes long.
        """

    def close(self) -> None:
        """Give back what is held; reading again takes it anew."""


class Sandbox:
    """A worker that reads, and a roomier one for files with pages that are pictures, where text recognition is there.

    Apart, since recognition takes more memory than any file may, and the worker that has it is ended with each file.
    """

    def __init__(self, settings: KnowledgeSettings) -> None:
        self._settings = settings
        reads = Limits(settings.parse_seconds, settings.parse_memory_bytes)
        recognises = Limits(
            settings.parse_seconds, settings.ocr_memory_bytes, settings.ocr_pages, settings.ocr_page_seconds
        )
        self._reader = WorkerProcess(reads)
        self._recogniser = WorkerProcess(recognises)
        self._one_reads, self._one_recognises = Lock(), Lock()

    @property
    def worker_id(self) -> int | None:
        """Process id of the worker that reads, for whoever measures it; None while there is none."""
        return self._reader.process.pid if self._reader.process else None

    @property
    def recognises(self) -> bool:
        """Whether text recognition is installed and switched on."""
        return self._settings.ocr == "auto" and ocr.is_available()

    def read(self, name: str, data: bytes, *, scans: bool = True) -> ParsedDocument:
        """Read one file; raises ParseError (ReaderStopped when it broke the limits), whatever it does to the worker.

        The `scans` of what is returned are pages that could be read another time, when text recognition is there.
        """
        if len(data) > self._settings.max_file_bytes:
            raise ParseError(too_large(name, len(data), self._settings.max_file_bytes))
        file = RawFile(name, data, self._settings.max_unpacked_bytes)
        try:
            with self._one_reads:
                parsed = self._reader.read(file)
        except OnlyScans as error:
            self._check(name, error)
            self._may_wait(name, scans)
            return self._recognised(file)
        if parsed.scans == 0 or not self.recognises:
            return parsed
        if parsed.scans <= self._settings.ocr_pages:
            self._may_wait(name, scans)
            try:
                return self._recognised(file)
            except ParseError:
                pass  # its pages of text are worth having without the others
        return replace(parsed, scans=0)

    def close(self) -> None:
        """End the workers, whatever they are reading."""
        self._reader.kill()
        self._recogniser.kill()
        with self._one_reads, self._one_recognises:
            self._reader.stop()
            self._recogniser.stop()

    @staticmethod
    def _may_wait(name: str, scans: bool) -> None:
        if not scans:
            raise ScansWait(f"{name} has scanned pages, which are read after the other documents.")

    def _check(self, name: str, refusal: OnlyScans) -> None:
        """Raise what keeps text recognition from reading a file of nothing but scans."""
        if self._settings.ocr == "off":
            raise OnlyScans(
                f"No text found in {name}: its pages are scanned images, and text recognition is switched off. "
                'Set knowledge.ocr = "auto" and add it again, or run OCR on it first.',
                refusal.scans,
            )
        if not self.recognises:
            raise refusal
        if refusal.scans > self._settings.ocr_pages:
            raise ParseError(
                f"{name} has {refusal.scans} scanned pages; text recognition reads {self._settings.ocr_pages} of a "
                "file at most. Split it, raise knowledge.ocr_pages, or run OCR on it first."
            )

    def _recognised(self, file: RawFile) -> ParsedDocument:
        with self._one_recognises:
            try:
                return self._recogniser.read(file)
            finally:
                self._recogniser.stop()


def too_large(name: str, size: int, limit: int) -> str:
    """The sentence for a file above `max_file_bytes`."""
    return (
        f"{name} is too large: {size / 1e6:.1f} MB where {limit / 1e6:.1f} MB are allowed. "
        "Split it, or raise max_file_bytes in the settings."
    )
