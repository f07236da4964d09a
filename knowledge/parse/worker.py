"""The worker process: reads files one after the other, inside memory and processor limits.

It is started as a bare interpreter rather than by `multiprocessing`, whose spawn would import the caller's main module.
"""

import os
import sys
from typing import BinaryIO

from knowledge.errors import ParseError
from knowledge.parse.format import RawFile
from knowledge.parse.formats import FileReader
from knowledge.parse.wire import receive, send, to_dict


def serve(memory_bytes: int, seconds: float) -> None:
    """Answer requests on standard input until it closes."""
    # Libraries that print must not write into the answers.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    os.environ["OPENBLAS_NUM_THREADS"] = "1"  # openpyxl loads NumPy, whose threads would each claim memory
    _limit_memory(memory_bytes)
    reader = FileReader()
    while True:
        try:
            header, data = receive(sys.stdin.buffer)
        except EOFError:
            return
        _limit_processor(seconds)
        _answer(answers, reader, RawFile(header["name"], data, header["max_unpacked_bytes"]))


def _answer(answers: BinaryIO, reader: FileReader, file: RawFile) -> None:
    try:
        parsed = reader.read(file)
        text = parsed.text.encode("utf-8", "replace")
    except ParseError as error:
        send(answers, {"error": str(error)})
    else:
        send(answers, to_dict(parsed), text)


def _limit_memory(memory_bytes: int) -> None:
    try:
        import resource
    except ImportError:  # Windows has no such limits; the time limit still holds
        return
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _limit_processor(seconds: float) -> None:
    """So that a file that never ends does not outlive a killed parent for long."""
    try:
        import resource
    except ImportError:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime + 2 * seconds) + 2
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.getrlimit(resource.RLIMIT_CPU)[1]))
