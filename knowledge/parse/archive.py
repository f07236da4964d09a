"""Zip archives, which most office formats are, looked at before anything is unpacked."""

import io
import zipfile

from knowledge.errors import ParseError
from knowledge.parse.format import RawFile

_MAX_ENTRIES = 10_000
_MAX_RATIO = 200  # XML compresses 10 to 30 times
_PAGE = 20_000  # bytes, unpacked, that take as long to read as a printed page
_ENCRYPTED = 0x1


def open_archive(file: RawFile) -> zipfile.ZipFile:
    """The archive; raises ParseError when it is damaged, locked, or would unpack to more than is allowed.

    Nothing is written to disk, so a name in it that leads elsewhere leads nowhere. Reading a part stops at the size
    that its entry claims, so the sizes checked here hold.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(file.data))
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError) as error:
        raise ParseError(
            f"{file.name} is damaged ({error}). Open it in the program it comes from and save it again."
        ) from error
    entries = archive.infolist()
    unpacked = sum(entry.file_size for entry in entries)
    too_dense = unpacked > 1_000_000 and unpacked > _MAX_RATIO * max(1, len(file.data))
    if len(entries) > _MAX_ENTRIES or unpacked > file.max_unpacked_bytes or too_dense:
        raise ParseError(
            f"{file.name} would unpack to {unpacked // 1_000_000} MB in {len(entries)} parts: refused as unsafe. "
            "If the document is genuine, split it or save it without its images."
        )
    if any(entry.flag_bits & _ENCRYPTED for entry in entries):
        raise ParseError(f"{file.name} is protected by a password. Save a copy without the password and add that.")
    file.tell_pages(unpacked // _PAGE)
    return archive


def refuse_bomb(file: RawFile) -> None:
    """Raise ParseError where `open_archive` does; for libraries that open the file themselves."""
    open_archive(file).close()
