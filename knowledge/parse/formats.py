"""Reads a file of any known format; a new one is a file beside this one and an entry here and in `detect.ENDINGS`."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from knowledge.errors import OnlyScans, ParseError
from knowledge.language import LanguageDetector
from knowledge.parse.detect import Kind, kind_of
from knowledge.parse.document import ParsedDocument
from knowledge.parse.format import Parser, RawFile


def _pdf() -> Parser:
    from knowledge.parse.pdf import parse_pdf

    return parse_pdf


def _docx() -> Parser:
    from knowledge.parse.docx import parse_docx

    return parse_docx


def _html() -> Parser:
    from knowledge.parse.html import parse_html

    return parse_html


def _markdown() -> Parser:
    from knowledge.parse.markdown import parse_markdown

    return parse_markdown


def _text() -> Parser:
    from knowledge.parse.text import parse_text

    return parse_text


def _csv() -> Parser:
    from knowledge.parse.csv import parse_csv

    return parse_csv


def _pptx() -> Parser:
    from knowledge.parse.pptx import parse_pptx

    return parse_pptx


def _xlsx() -> Parser:
    from knowledge.parse.xlsx import parse_xlsx

    return parse_xlsx


def _epub() -> Parser:
    from knowledge.parse.epub import parse_epub

    return parse_epub


def _eml() -> Parser:
    from knowledge.parse.eml import parse_eml

    return parse_eml


def _msg() -> Parser:
    from knowledge.parse.msg import parse_msg

    return parse_msg


def _json() -> Parser:
    from knowledge.parse.json import parse_json

    return parse_json


# Each is imported with its first file: a worker that only sees Markdown never loads a PDF engine.
PARSERS: Mapping[Kind, Callable[[], Parser]] = {
    "pdf": _pdf,
    "docx": _docx,
    "html": _html,
    "markdown": _markdown,
    "text": _text,
    "csv": _csv,
    "pptx": _pptx,
    "xlsx": _xlsx,
    "epub": _epub,
    "eml": _eml,
    "msg": _msg,
    "json": _json,
}


class FileReader:
    """Detects the format, reads the file, checks that there is text, and tells the language."""

    def __init__(self, parsers: Mapping[Kind, Callable[[], Parser]] = PARSERS) -> None:
        self._parsers = parsers
        self._languages = LanguageDetector()

    def read(self, file: RawFile) -> ParsedDocument:
        """The parsed document; raises ParseError and nothing else, whatever the content."""
        kind = kind_of(file.name, file.data)
        try:
            parsed = self._parsers[kind]()(file)
        except ParseError:
            raise
        except MemoryError:
            raise ParseError(
                f"{file.name} needs more memory to read than is allowed. Split it into smaller documents."
            ) from None
        except Exception as error:
            reason = f"{type(error).__name__}: {error}"[:200]
            raise ParseError(
                f"{file.name} could not be read ({reason}). Open it in the program it comes from and save it again."
            ) from error
        if not any(char.isalnum() for char in parsed.text):
            raise _no_text(file, parsed)
        return replace(parsed, language=self._languages.detect(parsed.text))


def _no_text(file: RawFile, parsed: ParsedDocument) -> ParseError:
    if parsed.scans and file.recogniser is None:
        return OnlyScans(
            f"No text found in {file.name}: its pages are scanned images. Install text recognition (OCR) with "
            "`pip install 'pilares[ocr]'` and add it again, or run OCR on it first.",
            parsed.scans,
        )
    advice = "If it shows text, that is drawn: run text recognition (OCR) on it first."
    if parsed.media_type != "application/pdf":
        advice = "Add it again when it has content."
    return ParseError(f"No text found in {file.name}. {advice}")
