"""Reads files in a worker process, so that no file can hurt this one."""

import subprocess
import sys
from pathlib import Path
from threading import Lock, Timer
from typing import Protocol

import knowledge
from knowledge.errors import ParseError, ReaderStopped
from knowledge.parse.document import ParsedDocument
from knowledge.parse.format import RawFile
from knowledge.parse.wire import from_dict, receive, send
from knowledge.settings import KnowledgeSettings

_FILES_PER_WORKER = 500  # then a fresh one: parsers leak


class DocumentReader(Protocol):
    """Whatever turns a file into a parsed document."""

    def read(self, name: str, data: bytes) -> ParsedDocument:
        """Read one file; raises ParseError."""

    def close(self) -> None:
        """Give back what is held; reading again takes it anew."""


class Sandbox:
    """One persistent worker, started when first needed and again after a crash or when its time was up."""

    def __init__(self, settings: KnowledgeSettings) -> None:
        self._settings = settings
        self._process: subprocess.Popen[bytes] | None = None
        self._served = 0
        self._lock = Lock()

    def read(self, name: str, data: bytes) -> ParsedDocument:
        """Read one file; raises ParseError (ReaderStopped when it broke the limits), whatever it does to the worker."""
        if len(data) > self._settings.max_file_bytes:
            raise ParseError(too_large(name, len(data), self._settings.max_file_bytes))
        with self._lock:
            process = self._running()
            expired = False

            def stop() -> None:
                nonlocal expired
                expired = True
                process.kill()

            timer = Timer(self._settings.parse_seconds, stop)
            timer.start()
            try:
                return self._ask(process, RawFile(name, data, self._settings.max_unpacked_bytes))
            except (EOFError, OSError, ValueError, KeyError, TypeError):
                self._stop()
                raise ReaderStopped(self._reason(name, expired)) from None
            finally:
                timer.cancel()

    def close(self) -> None:
        """End the worker, whatever it is reading."""
        process = self._process
        if process is not None:
            process.kill()
        with self._lock:
            self._stop()

    def _ask(self, process: subprocess.Popen[bytes], file: RawFile) -> ParsedDocument:
        assert process.stdin
        assert process.stdout
        send(process.stdin, {"name": file.name, "max_unpacked_bytes": file.max_unpacked_bytes}, file.data)
        header, text = receive(process.stdout)
        self._served += 1
        if "error" in header:
            raise ParseError(str(header["error"]))
        return from_dict(header, text.decode("utf-8"))

    def _running(self) -> subprocess.Popen[bytes]:
        if self._served >= _FILES_PER_WORKER or (self._process and self._process.poll() is not None):
            self._stop()
        if self._process is None:
            package = str(Path(knowledge.__file__).parent.parent)
            limits = f"{self._settings.parse_memory_bytes}, {self._settings.parse_seconds}"
            program = (
                f"import sys; sys.path.insert(0, {package!r}); "
                f"from knowledge.parse.worker import serve; serve({limits})"
            )
            self._process = subprocess.Popen(  # noqa: S603  (our own interpreter and code)
                [sys.executable, "-c", program],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        return self._process

    def _stop(self) -> None:
        process, self._process, self._served = self._process, None, 0
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            try:
                if pipe:
                    pipe.close()
            except OSError:
                pass  # what was still to be written has no reader any more

    def _reason(self, name: str, expired: bool) -> str:
        if expired:
            return (
                f"{name} took longer than {self._settings.parse_seconds:g} seconds to read and was given up. "
                "Split it into smaller documents."
            )
        return f"{name} made the reader stop; it is damaged or needs too much memory. Save it again, or split it."


def too_large(name: str, size: int, limit: int) -> str:
    """The sentence for a file above `max_file_bytes`."""
    return (
        f"{name} is too large: {size / 1e6:.1f} MB where {limit / 1e6:.1f} MB are allowed. "
        "Split it, or raise max_file_bytes in the settings."
    )
