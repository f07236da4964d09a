"""What a web server's answer is called as a document."""

from pathlib import PurePosixPath

from knowledge.errors import SourceError
from knowledge.parse.detect import ENDINGS

_OFFICE = "application/vnd.openxmlformats-officedocument."
_ENDINGS = {
    "text/html": ".html",
    "application/xhtml+xml": ".xhtml",
    "application/pdf": ".pdf",
    "text/plain": ".txt",
    "text/markdown": ".md",
    "text/csv": ".csv",
    "text/tab-separated-values": ".tsv",
    "application/json": ".json",
    "application/x-ndjson": ".jsonl",
    "application/epub+zip": ".epub",
    "message/rfc822": ".eml",
    "application/vnd.ms-outlook": ".msg",
    f"{_OFFICE}wordprocessingml.document": ".docx",
    f"{_OFFICE}presentationml.presentation": ".pptx",
    f"{_OFFICE}spreadsheetml.sheet": ".xlsx",
}
HTML = ("text/html", "application/xhtml+xml")
_UNSAID = ("", "application/octet-stream", "binary/octet-stream", "application/x-download", "text/plain")


def ending_for(content_type: str, path: str) -> str | None:
    """The ending of the document's name, or None when it is of no kind that is read.

    The path's own ending counts where it is a file's, even against the type: `check_page` refuses such an answer, and
    its entry says why.
    """
    own = PurePosixPath(path).suffix.lower()
    if own in ENDINGS and (ENDINGS[own] != "text" or content_type in _UNSAID):
        return own
    return _ENDINGS.get(content_type)


def check_page(name: str, content_type: str) -> None:
    """Raises SourceError when a web page came instead of the file: an error page, or one to sign in."""
    kind = ENDINGS.get(PurePosixPath(name).suffix.lower())
    if content_type in HTML and kind != "html":
        raise SourceError(
            f"{name}: the server sent a web page instead of the file. Open the address in a browser; it may ask to "
            "sign in, or say that the file has moved."
        )
