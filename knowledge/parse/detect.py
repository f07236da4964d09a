"""What a file is, by its content and by its ending; where the two disagree it is refused."""

import io
import zipfile
from pathlib import PurePath
from typing import Literal

from knowledge.errors import ParseError

Kind = Literal["markdown", "text", "html", "pdf", "docx", "csv"]

ENDINGS: dict[str, Kind] = {
    ".md": "markdown",
    ".markdown": "markdown",
    ".txt": "text",
    ".text": "text",
    ".log": "text",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".pdf": "pdf",
    ".docx": "docx",
    ".csv": "csv",
    ".tsv": "csv",
}

# Endings people will try, and what to do instead.
_ADVICE = {
    ".doc": "Open it in Word and save it as .docx.",
    ".odt": "Save it as .docx or PDF.",
    ".rtf": "Save it as .docx or PDF.",
    ".xlsx": "Save the sheet as CSV.",
    ".xls": "Save the sheet as CSV.",
    ".ods": "Save the sheet as CSV.",
    ".pptx": "Save it as PDF.",
    ".ppt": "Save it as PDF.",
    ".msg": "Save the message as text or PDF.",
    ".eml": "Save the message as text or PDF.",
}

_NAMES: dict[str, str] = {
    "markdown": "Markdown",
    "text": "text",
    "html": "HTML",
    "pdf": "PDF",
    "docx": "Word",
    "csv": "CSV",
}
_IMAGES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\x00", b"MM\x00*", b"RIFF")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_TEXT_BOMS = (b"\xff\xfe", b"\xfe\xff")


def is_readable(name: str) -> bool:
    """Whether files with this ending are read at all."""
    return PurePath(name).suffix.lower() in ENDINGS


def kind_of(name: str, data: bytes) -> Kind:
    """The format to read the file as; raises ParseError when it is empty, of no known kind, or not what it says."""
    if not data.strip():
        raise ParseError(f"{name} is empty. Add it again when it has content.")
    ending = PurePath(name).suffix.lower()
    found = _by_content(data)
    if ending not in ENDINGS and ending:
        advice = _ADVICE.get(ending, f"Pilares reads {', '.join(ENDINGS)}.")
        raise ParseError(f"{name}: files ending in {ending} are not read. {advice}")
    expected = ENDINGS.get(ending, "text")
    if found == expected or (found == "text" and expected in ("markdown", "csv", "html")):
        return expected
    if found == "html" and expected == "markdown" and not _is_whole_page(data):
        return expected
    is_not = f"{name} is not the {_NAMES[expected]} file that its ending says"
    if found in ("pdf", "docx", "html"):
        raise ParseError(f"{is_not}: it is {_NAMES[found]}. Rename it to .{found} and add it again.")
    raise ParseError(f"{is_not}: it holds {found}. Export it again from the program it comes from.")


def _by_content(data: bytes) -> str:
    """A Kind, or words for something that is none."""
    if b"%PDF-" in data[:1024]:
        return "pdf"
    if data.startswith(b"PK\x03\x04"):
        return _office_kind(data)
    if data.startswith(_OLE):
        return "an old or password-protected Office document"
    if data.startswith(_IMAGES):
        return "an image"
    if _is_binary(data):
        return "binary data"
    return "html" if _is_whole_page(data) else "text"


def _office_kind(data: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist()[:20_000])
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError):
        return "a damaged archive"
    if "word/document.xml" in names or any(name.startswith("word/") for name in names):
        return "docx"
    return "an archive, a spreadsheet or a presentation"


def _is_whole_page(data: bytes) -> bool:
    start = data[:2048].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return start.startswith((b"<!doctype html", b"<html")) or (
        start.startswith((b"<?xml", b"<!--")) and b"<html" in start
    )


def _is_binary(data: bytes) -> bool:
    """Text holds no NUL bytes (unless UTF-16) and next to no control characters."""
    if data.startswith(_TEXT_BOMS):
        return False
    sample = data[:65_536]
    if b"\x00" in sample.replace(b"\x00", b"", 2):  # two strays are forgiven and removed
        return True
    control = sum(sample.count(byte) for byte in (*range(1, 9), *range(14, 27), *range(28, 32)))
    return control > max(8, len(sample) // 100)
