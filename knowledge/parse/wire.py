"""How documents travel between this process and the worker: JSON, since a parser fed hostile files is not trusted."""

import json
from collections.abc import Iterable, Sequence
from typing import IO, Any

from knowledge.parse.document import Boxed, Heading, PageBox, PageStart, ParsedDocument

_LENGTH_BYTES = 8


def send(stream: IO[bytes], header: dict[str, Any], payload: bytes = b"") -> None:
    """Write one message: a header and raw bytes."""
    head = json.dumps(header).encode("ascii")
    stream.write(len(head).to_bytes(_LENGTH_BYTES, "big") + len(payload).to_bytes(_LENGTH_BYTES, "big"))
    stream.write(head)
    stream.write(payload)
    stream.flush()


def receive(stream: IO[bytes]) -> tuple[dict[str, Any], bytes]:
    """Read one message; raises EOFError when the other side is gone."""
    length, header = receive_header(stream)
    return header, exactly(stream, length)


def receive_header(stream: IO[bytes]) -> tuple[int, dict[str, Any]]:
    """Read a message up to its raw bytes; returns how many these are, and the header."""
    lengths = exactly(stream, 2 * _LENGTH_BYTES)
    head = exactly(stream, int.from_bytes(lengths[:_LENGTH_BYTES], "big"))
    header: dict[str, Any] = json.loads(head)
    return int.from_bytes(lengths[_LENGTH_BYTES:], "big"), header


def to_dict(document: ParsedDocument) -> dict[str, Any]:
    """A parsed document without its text, which travels as bytes."""
    return {
        "title": document.title,
        "media_type": document.media_type,
        "language": document.language,
        "headings": [[heading.start, heading.level, heading.text] for heading in document.headings],
        "pages": [[page.start, page.number] for page in document.pages],
        "boxes": box_rows(document.boxes),
        "scans": document.scans,
    }


def from_dict(header: dict[str, Any], text: str) -> ParsedDocument:
    """The reverse of `to_dict`."""
    return ParsedDocument(
        title=str(header["title"]),
        text=text,
        media_type=str(header["media_type"]),
        language=header["language"],
        headings=tuple(Heading(int(start), int(level), str(name)) for start, level, name in header["headings"]),
        pages=tuple(PageStart(int(start), int(number)) for start, number in header["pages"]),
        boxes=boxes_from(header["boxes"]),
        scans=int(header["scans"]),
    )


def box_rows(boxes: Iterable[Boxed]) -> list[list[int]]:
    """Boxes as lists of seven numbers, the form they travel and are stored in."""
    return [
        [each.start, each.end, each.box.page, each.box.left, each.box.top, each.box.right, each.box.bottom]
        for each in boxes
    ]


def boxes_from(rows: Iterable[Sequence[int]]) -> tuple[Boxed, ...]:
    """The reverse of `box_rows`."""
    return tuple(Boxed(int(start), int(end), PageBox(*map(int, box))) for start, end, *box in rows)


def exactly(stream: IO[bytes], count: int) -> bytes:
    """So many bytes; raises EOFError when there are fewer."""
    data = stream.read(count)
    if len(data) < count:
        raise EOFError
    return data
