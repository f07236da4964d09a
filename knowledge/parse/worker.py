"""The worker process: reads files one after the other, inside memory and processor limits.

It is started as a bare interpreter rather than by `multiprocessing`, whose spawn would import the caller's main module.
"""

import os
import sys
from math import ceil
from typing import BinaryIO

from knowledge.errors import OnlyScans, ParseError
from knowledge.parse.format import RawFile
from knowledge.parse.formats import FileReader
from knowledge.parse.limits import Limits
from knowledge.parse.ocr import Recogniser
from knowledge.parse.wire import exactly, receive_header, send, to_dict


def serve(limits: Limits) -> None:
    """Answer requests on standard input until it closes."""
    # Libraries that print must not write into the answers.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    os.environ["OPENBLAS_NUM_THREADS"] = "1"  # openpyxl loads NumPy, whose threads would each claim memory
    _limit_memory(limits.memory_bytes)
    recogniser = _recogniser() if limits.ocr_pages else None
    reader = FileReader()
    while True:
        try:
            lengths, header = receive_header(sys.stdin.buffer)
            _limit_memory(limits.memory_for(lengths))
            data = exactly(sys.stdin.buffer, lengths)
        except EOFError:
            return
        _limit_processor(limits.seconds_for(len(data)))

        def tell_pages(pages: int, size: int = len(data)) -> None:
            _limit_processor(limits.seconds_for(size, pages))
            send(answers, {"pages": pages})

        file = RawFile(header["name"], data, header["max_unpacked_bytes"], tell_pages, recogniser, limits.ocr_pages)
        _answer(answers, reader, file)


def _recogniser() -> Recogniser | None:
    """None where it cannot be loaded: the file is then read as if it were not installed."""
    from knowledge.parse.ocr import recogniser

    try:
        return recogniser()
    except Exception:  # whatever the libraries of an extra raise
        return None


def _answer(answers: BinaryIO, reader: FileReader, file: RawFile) -> None:
    try:
        parsed = reader.read(file)
        text = parsed.text.encode("utf-8", "replace")
    except ParseError as error:
        send(answers, {"error": str(error), "scans": error.scans if isinstance(error, OnlyScans) else 0})
    else:
        send(answers, to_dict(parsed), text)


def _limit_memory(memory_bytes: int) -> None:
    try:
        import resource
    except ImportError:  # Windows has no such limits; the time limit still holds
        return
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _limit_processor(seconds: float) -> None:
    """So many seconds from now on; the system then ends this process, whether or not its parent lives."""
    try:
        import resource
    except ImportError:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = ceil(used.ru_utime + used.ru_stime + seconds)
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.getrlimit(resource.RLIMIT_CPU)[1]))
