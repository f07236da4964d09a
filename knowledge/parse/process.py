"""A worker process and the clock beside it."""

import signal
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from threading import Timer

import knowledge
from knowledge.errors import OnlyScans, ParseError, ReaderStopped
from knowledge.parse.document import ParsedDocument
from knowledge.parse.format import RawFile
from knowledge.parse.limits import Limits
from knowledge.parse.wire import from_dict, receive, send

_TELLINGS = 4  # of how much there is to read; a worker that tells for ever gets no more time
_FILES = 500  # then a fresh one: parsers leak


class WorkerProcess:
    """One persistent worker, started when first needed and again after a crash or when its time was up."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._served = 0
        self.process: subprocess.Popen[bytes] | None = None

    def read(self, file: RawFile) -> ParsedDocument:
        """Read one file; raises ParseError (ReaderStopped when it broke the limits), whatever it does to the worker."""
        process = self._running()
        clock = _Clock(process)
        clock.start(self._limits.seconds_for(len(file.data)))
        try:
            return self._ask(process, file, clock)
        except (EOFError, OSError, ValueError, KeyError, TypeError):
            self.stop()
            raise ReaderStopped(_reason(file.name, clock)) from None
        finally:
            clock.stop()

    def kill(self) -> None:
        """Let it read nothing more, whoever waits for it; `stop` clears up afterwards."""
        process = self.process
        if process is not None:
            process.kill()

    def stop(self) -> None:
        """End the worker."""
        process, self.process, self._served = self.process, None, 0
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

    def _ask(self, process: subprocess.Popen[bytes], file: RawFile, clock: "_Clock") -> ParsedDocument:
        assert process.stdin
        assert process.stdout
        send(process.stdin, {"name": file.name, "max_unpacked_bytes": file.max_unpacked_bytes}, file.data)
        header, text = receive(process.stdout)
        told = 0
        while "pages" in header and "title" not in header and told < _TELLINGS:
            told += 1
            clock.start(self._limits.seconds_for(len(file.data), int(header["pages"])))
            header, text = receive(process.stdout)
        self._served += 1
        if "error" in header:
            scans = int(header["scans"])
            raise OnlyScans(str(header["error"]), scans) if scans else ParseError(str(header["error"]))
        return from_dict(header, text.decode("utf-8"))

    def _running(self) -> subprocess.Popen[bytes]:
        if self._served >= _FILES or (self.process and self.process.poll() is not None):
            self.stop()
        if self.process is None:
            package = str(Path(knowledge.__file__).parent.parent)
            program = (
                f"import sys; sys.path.insert(0, {package!r}); "
                "from knowledge.parse.limits import Limits; from knowledge.parse.worker import serve; "
                f"serve(Limits(**{asdict(self._limits)!r}))"
            )
            self.process = subprocess.Popen(  # noqa: S603  (our own interpreter and code)
                [sys.executable, "-c", program],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        return self.process


class _Clock:
    """Kills a process when its time is up, should the limit on its processor time not have done so."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self._timer: Timer | None = None
        self.seconds = 0.0
        self._killed = False

    def start(self, seconds: float) -> None:
        """Give it so many seconds from now on, whatever it had before."""
        self.stop()
        self.seconds = seconds
        self._timer = Timer(Limits.wait_for(seconds), self._kill)
        self._timer.start()

    def stop(self) -> None:
        """Let it live."""
        if self._timer is not None:
            self._timer.cancel()

    @property
    def has_run_out(self) -> bool:
        """Whether it was this clock that ended the process, or the system's own of the processor."""
        return self._killed or -(self._process.returncode or 0) == getattr(signal, "SIGXCPU", None)

    def _kill(self) -> None:
        self._killed = True
        self._process.kill()


def _reason(name: str, clock: _Clock) -> str:
    if clock.has_run_out:
        return (
            f"{name} took longer than {clock.seconds:g} seconds to read and was given up. "
            "Split it into smaller documents."
        )
    return f"{name} made the reader stop; it is damaged or needs too much memory. Save it again, or split it."
