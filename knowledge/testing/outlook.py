"""Writes Outlook messages for tests: the container they come in ([MS-CFB], version 3) is written by no library."""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Union

Tree = Mapping[str, Union[bytes, "Tree"]]

_SECTOR, _MINI_SECTOR, _CUTOFF = 512, 64, 4096
_END, _FREE, _TABLE, _NONE = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD, 0xFFFFFFFF
_STORAGE, _STREAM, _ROOT = 1, 2, 5
_INTEGER, _CODE_PAGE = 0x0003, 0x3FDE
_TEXT, _BINARY, _HTML, _RICH, _FILE_NAME = 0x001F, 0x0102, 0x1013, 0x1009, 0x3707


@dataclass(slots=True)
class _Entry:
    name: str
    kind: int
    data: bytes = b""
    child: int = _NONE
    sibling: int = _NONE
    start: int = _END


def outlook_message(
    strings: Mapping[int, str], *attachments: str, html: bytes = b"", code_page: int = 0, rich: bytes = b""
) -> bytes:
    """A message with text properties by their number ([MS-OXPROPS]), attached files, HTML in a code page."""
    values = {(number, _TEXT): text.encode("utf-16-le") for number, text in strings.items()}
    values.update({(number, _BINARY): data for number, data in ((_HTML, html), (_RICH, rich)) if data})
    header = struct.pack("<8x4I8x", 0, 0, 0, len(attachments))
    if code_page:
        header += struct.pack("<HHIQ", _INTEGER, _CODE_PAGE, 6, code_page)
    root = _properties(values, header)
    for number, name in enumerate(attachments):
        root[f"__attach_version1.0_#{number:08X}"] = _properties(
            {(_FILE_NAME, _TEXT): name.encode("utf-16-le")}, bytes(8)
        )
    return compound_file(root)


def compound_file(root: Tree) -> bytes:
    """The container: header, allocation table, directory, and the streams, small ones in sectors of their own."""
    entries: list[_Entry] = []
    _add(entries, "Root Entry", root, _ROOT)
    small, small_table = _small_streams(entries)
    entries[0].data = small
    directory_size = -(-len(entries) // 4) * _SECTOR
    large = [entry for entry in entries if entry.kind == _STREAM and len(entry.data) >= _CUTOFF]
    parts = [bytes(directory_size), small_table, small, *(entry.data for entry in large)]
    counts = [-(-len(part) // _SECTOR) for part in parts]
    table_sectors = next(count for count in range(1, 110) if 128 * count >= count + sum(counts))
    table, starts = [_TABLE] * table_sectors, []
    for count in counts:
        starts.append(len(table) if count else _END)
        table += _chain(len(table), count)
    table += [_FREE] * (128 * table_sectors - len(table))
    for entry, start in zip([entries[0], *large], starts[2:], strict=True):
        entry.start = start
    parts[0] = b"".join(map(_packed, entries))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + struct.pack("<16x5H6x", 0x3E, 3, 0xFFFE, 9, 6)
    header += struct.pack("<9I", 0, table_sectors, starts[0], 0, _CUTOFF, starts[1], counts[1], _END, 0)
    header += struct.pack("<109I", *range(table_sectors), *([_FREE] * (109 - table_sectors)))
    return header + struct.pack(f"<{len(table)}I", *table) + b"".join(_padded(part, _SECTOR) for part in parts)


def _properties(values: Mapping[tuple[int, int], bytes], header: bytes) -> dict[str, bytes | Tree]:
    streams: dict[str, bytes | Tree] = {}
    for (number, kind), data in values.items():
        header += struct.pack("<HHIQ", kind, number, 6, len(data))
        streams[f"__substg1.0_{number:04X}{kind:04X}"] = data
    return {"__properties_version1.0": header, **streams}


def _add(entries: list[_Entry], name: str, content: bytes | Tree, kind: int) -> int:
    """Append an entry and all below it; siblings hang one on the other. Returns its place."""
    place = len(entries)
    entry = _Entry(name, kind)
    entries.append(entry)
    if isinstance(content, bytes):
        entry.data = content
        return place
    before = None
    for child, below in content.items():
        added = _add(entries, child, below, _STREAM if isinstance(below, bytes) else _STORAGE)
        if before is None:
            entry.child = added
        else:
            entries[before].sibling = added
        before = added
    return place


def _small_streams(entries: list[_Entry]) -> tuple[bytes, bytes]:
    """The streams below the cutoff one after the other, and the table of their sectors."""
    streams, table = b"", list[int]()
    for entry in entries:
        if entry.kind == _STREAM and 0 < len(entry.data) < _CUTOFF:
            entry.start = len(table)
            padded = _padded(entry.data, _MINI_SECTOR)
            table += _chain(len(table), len(padded) // _MINI_SECTOR)
            streams += padded
    return streams, struct.pack(f"<{len(table)}I", *table)


def _packed(entry: _Entry) -> bytes:
    name = (entry.name + "\0").encode("utf-16-le")
    links = struct.pack("<HBBIII36x", len(name), entry.kind, 1, _NONE, entry.sibling, entry.child)
    return _padded(name, 64) + links + struct.pack("<IQ", entry.start, len(entry.data))


def _chain(first: int, count: int) -> list[int]:
    """Each sector names the next; the last ends it."""
    return [*range(first + 1, first + count), _END] if count else []


def _padded(data: bytes, size: int) -> bytes:
    return data + bytes(-len(data) % size)
