"""Plain text: paragraphs are unwrapped, lists and short lines stay lines."""

import re
from textwrap import dedent

from knowledge.parse.builder import TextBuilder
from knowledge.parse.clean import clean_text
from knowledge.parse.document import ParsedDocument
from knowledge.parse.format import RawFile

_LIST_ITEM = re.compile(r"\s*(?:[-*•–]|\d{1,3}[.)]|[a-zA-Z]\))\s")
_WRAPPED = 45  # a line at least this long may continue on the next one
_BLOCKS = re.compile(r"\n[^\S\n]*(?:\n[^\S\n]*)+")


def parse_text(file: RawFile) -> ParsedDocument:
    """Read text in UTF-8, UTF-16 with a byte order mark, or Windows-1252."""
    builder = TextBuilder()
    add_text(builder, decode(file.data))
    return builder.build("text/plain")


def add_text(builder: TextBuilder, text: str) -> None:
    """Add plain text, paragraph by paragraph, to what `builder` holds."""
    for block in _BLOCKS.split(clean_text(text)):
        builder.block(unwrapped(dedent(block).split("\n")))


def decode(data: bytes) -> str:
    """Text of unknown encoding: by byte order mark, else UTF-8, else Windows-1252 (which reads any byte)."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def unwrapped(lines: list[str]) -> list[str]:
    """Join lines that were only wrapped: the line before is long and ends no sentence, and no list item starts."""
    joined: list[str] = []
    previous = ""
    for line in (line.rstrip() for line in lines):
        if not line:
            continue
        continues = len(previous) >= _WRAPPED and not _LIST_ITEM.match(line) and not line.startswith(("\t", "    "))
        if joined and continues:
            hyphenated = joined[-1].endswith("-") and line[:1].islower() and joined[-1][-2:-1].isalpha()
            joined[-1] = joined[-1][:-1] + line if hyphenated else f"{joined[-1]} {line.lstrip()}"
        else:
            joined.append(line)
        previous = line
    return joined
