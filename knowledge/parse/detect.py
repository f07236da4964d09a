"""What a file is, by its content and by its ending; where the two disagree it is refused."""

import io
import zipfile
from pathlib import PurePath
from typing import Literal

from knowledge.errors import ParseError

Kind = Literal["markdown", "text", "html", "pdf", "docx", "csv", "pptx", "xlsx", "epub", "eml", "msg", "json"]

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
    ".docm": "docx",
    ".csv": "csv",
    ".tsv": "csv",
    ".pptx": "pptx",
    ".pptm": "pptx",
    ".ppsx": "pptx",
    ".xlsx": "xlsx",
    ".xlsm": "xlsx",
    ".epub": "epub",
    ".eml": "eml",
    ".msg": "msg",
    ".json": "json",
    ".jsonl": "json",
    ".ndjson": "json",
}

# Endings people will try, and what to do instead.
_ADVICE = {
    ".doc": "Open it in Word and save it as .docx.",
    ".odt": "Save it as .docx or PDF.",
    ".rtf": "Save it as .docx or PDF.",
    ".xls": "Open it in Excel and save it as .xlsx.",
    ".xlsb": "Open it in Excel and save it as .xlsx.",
    ".ods": "Save it as .xlsx.",
    ".ppt": "Open it in PowerPoint and save it as .pptx.",
    ".odp": "Save it as .pptx or PDF.",
    ".mbox": "Save the messages as .eml.",
    ".mobi": "Convert it to EPUB.",
    ".azw3": "Convert it to EPUB.",
}

_NAMES: dict[str, str] = {
    "markdown": "Markdown",
    "text": "text",
    "html": "HTML",
    "pdf": "PDF",
    "docx": "Word",
    "csv": "CSV",
    "pptx": "PowerPoint",
    "xlsx": "Excel",
    "epub": "EPUB",
    "eml": "e-mail",
    "msg": "Outlook",
    "json": "JSON",
}
# Text by their content; whether it is of that kind is for their parsers to say.
_WRITTEN_AS_TEXT = ("markdown", "csv", "html", "eml", "json")
# An ending for what is told by content.
_TOLD = ("pdf", "docx", "pptx", "xlsx", "epub", "msg", "html")
_FOLDERS: dict[str, Kind] = {"word/": "docx", "ppt/": "pptx", "xl/": "xlsx"}
_LOCKED = "an Office document with a password"
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
    if found == expected or (found == "text" and expected in _WRITTEN_AS_TEXT):
        return expected
    if found == "html" and expected == "markdown" and not _is_whole_page(data):
        return expected
    is_not = f"{name} is not the {_NAMES[expected]} file that its ending says"
    if found == _LOCKED:
        raise ParseError(f"{name} is protected by a password. Save a copy without the password and add that.")
    if found == "html" and expected not in _WRITTEN_AS_TEXT:
        raise ParseError(
            f"{is_not}: it is HTML, a web page such as a server sends that asks to sign in. Open it in a browser to "
            "see, and get the file again."
        )
    if found in _TOLD:
        raise ParseError(f"{is_not}: it is {_NAMES[found]}. Rename it to .{found} and add it again.")
    raise ParseError(f"{is_not}: it holds {found}. Export it again from the program it comes from.")


def _by_content(data: bytes) -> str:
    """A Kind, or words for something that is none."""
    if data.startswith(b"PK\x03\x04"):
        return _office_kind(data)
    if data.startswith(_OLE):
        return _ole_kind(data)
    if b"%PDF-" in data[:1024]:
        return "pdf"
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
    if "META-INF/container.xml" in names:
        return "epub"
    for folder, kind in _FOLDERS.items():
        if any(name.startswith(folder) for name in names):
            return kind
    return "an archive"


def _ole_kind(data: bytes) -> str:
    """Outlook's messages, documents before 2007, and locked ones share a container; its parts have UTF-16 names."""
    if "__substg1.0_".encode("utf-16-le") in data:
        return "msg"
    if "EncryptedPackage".encode("utf-16-le") in data:
        return _LOCKED
    return "an old or password-protected Office document"


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
