"""What is filled into the form fields of a PDF page, and what people wrote on it as notes."""

import ctypes
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from knowledge.parse.builder import Placed
from knowledge.parse.clean import clean_text, one_line
from knowledge.parse.pdf_lines import PageFrame
from knowledge.parse.pdf_words import Word

_MOST = 500  # annotations of one page
_LONGEST = 20_000  # bytes of one text
_UNSEEN = raw.FPDF_ANNOT_FLAG_HIDDEN | raw.FPDF_ANNOT_FLAG_NOVIEW | raw.FPDF_ANNOT_FLAG_INVISIBLE
_PASSWORD = 1 << 13  # flag of a text field (ISO 32000-1, table 228)
_NOTES = (
    raw.FPDF_ANNOT_TEXT,
    raw.FPDF_ANNOT_FREETEXT,
    raw.FPDF_ANNOT_HIGHLIGHT,
    raw.FPDF_ANNOT_UNDERLINE,
    raw.FPDF_ANNOT_STRIKEOUT,
    raw.FPDF_ANNOT_SQUARE,
    raw.FPDF_ANNOT_CIRCLE,
    raw.FPDF_ANNOT_STAMP,
)
_WRITTEN = (raw.FPDF_FORMFIELD_TEXTFIELD, raw.FPDF_FORMFIELD_COMBOBOX, raw.FPDF_FORMFIELD_LISTBOX)
_TICKED = (raw.FPDF_FORMFIELD_CHECKBOX, raw.FPDF_FORMFIELD_RADIOBUTTON)


def notes_of(document: pdfium.PdfDocument, page: pdfium.PdfPage, frame: PageFrame) -> list[Placed]:
    """`field: value` for each field that is filled in, and the text of each note, with their places; no scripts run."""
    found: dict[str, Placed] = {}
    for index in range(min(_MOST, raw.FPDFPage_GetAnnotCount(page))):
        with _annotation(page, index) as annotation:
            if not annotation or raw.FPDFAnnot_GetFlags(annotation) & _UNSEEN:
                continue
            text = _text(document, annotation)
            if text:
                found.setdefault(text, [(text, frame.box([_place(annotation)]))])
    return list(found.values())


@contextmanager
def _annotation(page: pdfium.PdfPage, index: int) -> Iterator[Any]:
    annotation = raw.FPDFPage_GetAnnot(page, index)
    try:
        yield annotation
    finally:
        if annotation:
            raw.FPDFPage_CloseAnnot(annotation)


def _text(document: pdfium.PdfDocument, annotation: Any) -> str:
    kind = raw.FPDFAnnot_GetSubtype(annotation)
    if kind == raw.FPDF_ANNOT_WIDGET and document.formenv:
        return _field(document.formenv.raw, annotation)
    if kind in _NOTES:
        return _string(lambda buffer, size: raw.FPDFAnnot_GetStringValue(annotation, b"Contents", buffer, size))
    return ""


def _field(form: Any, annotation: Any) -> str:
    kind = raw.FPDFAnnot_GetFormFieldType(form, annotation)
    if kind in _TICKED:
        if not raw.FPDFAnnot_IsChecked(form, annotation):
            return ""
        value = _string(lambda buffer, size: raw.FPDFAnnot_GetFormFieldExportValue(form, annotation, buffer, size))
    elif kind in _WRITTEN and not raw.FPDFAnnot_GetFormFieldFlags(form, annotation) & _PASSWORD:
        value = _string(lambda buffer, size: raw.FPDFAnnot_GetFormFieldValue(form, annotation, buffer, size))
    else:
        return ""
    name = _string(lambda buffer, size: raw.FPDFAnnot_GetFormFieldAlternateName(form, annotation, buffer, size))
    name = name or _string(lambda buffer, size: raw.FPDFAnnot_GetFormFieldName(form, annotation, buffer, size))
    return f"{name.rstrip(':')}: {value}" if name and value else value


def _string(read: Callable[[Any, int], int]) -> str:
    """A string by the library's way of asking for its length first."""
    length = min(int(read(None, 0)), _LONGEST)
    buffer = ctypes.create_string_buffer(length + 2)
    read(ctypes.cast(buffer, ctypes.POINTER(raw.FPDF_WCHAR)), length)
    text = buffer.raw[: length - length % 2].decode("utf-16-le", "replace")
    return one_line(clean_text(text.partition("\x00")[0]))


def _place(annotation: Any) -> Word:
    area = raw.FS_RECTF()
    raw.FPDFAnnot_GetRect(annotation, ctypes.byref(area))
    left, right = sorted((area.left, area.right))
    bottom, top = sorted((area.bottom, area.top))
    return Word("", left, right, bottom, top, 0)
