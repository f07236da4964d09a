"""Excel workbooks: a heading for each sheet, and each row one line that names its columns."""

import io
import re
import warnings
from collections.abc import Iterator
from typing import Any

from knowledge.errors import ParseError
from knowledge.parse.archive import open_archive
from knowledge.parse.builder import TextBuilder
from knowledge.parse.cells import MergedCells, cell_text
from knowledge.parse.charts import chart_titles
from knowledge.parse.document import ParsedDocument
from knowledge.parse.format import RawFile
from knowledge.parse.tables import add_tables

# What a sheet claims to hold is not believed: Excel's own limit on rows, and as many cells as are soon read.
_MAX_ROWS = 1_048_576
_MAX_CELLS = 1_000_000
_EMPTY_ROW = 0.25  # of the time that a cell takes
_MAX_SHEETS = 200
_PROGRAM_NAME = re.compile(r"(?:sheet|hoja|tabelle|feuille?|feuil|planilha|foglio) ?\d*", re.IGNORECASE)


def parse_xlsx(file: RawFile) -> ParsedDocument:
    """Read a .xlsx by the values that Excel last computed; hidden sheets are left out, charts named."""
    with open_archive(file) as archive:
        charts = list(chart_titles(archive))
    from openpyxl import load_workbook

    builder = TextBuilder()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about parts of the file that hold no text
        book = load_workbook(io.BytesIO(file.data), read_only=True, data_only=True, keep_links=False)
        try:
            _read(file.name, book, builder)
        finally:
            book.close()
    builder.block(charts)
    return builder.build(
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", book.properties.title or ""
    )


def _read(name: str, book: Any, builder: TextBuilder) -> None:
    sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    if len(sheets) > _MAX_SHEETS:
        raise ParseError(f"{name} has {len(sheets)} sheets; at most {_MAX_SHEETS} are read. Split it.")
    cells = 0.0
    for sheet in sheets:
        rows: list[list[str]] = []
        for row in _rows(sheet):
            rows.append(row)
            cells += len(row) or _EMPTY_ROW
            if cells > _MAX_CELLS:
                raise ParseError(
                    f"{name} holds more than {_MAX_CELLS} cells. Save the sheets that matter as files of their own."
                )
        if any(any(row) for row in rows):
            if len(sheets) > 1 or not _PROGRAM_NAME.fullmatch(sheet.title.strip()):
                builder.heading(1, sheet.title)
            add_tables(builder, rows)


def _rows(sheet: Any) -> Iterator[list[str]]:
    sheet.reset_dimensions()
    merged = MergedCells(sheet)
    for number, row in enumerate(sheet.iter_rows(max_row=_MAX_ROWS), start=1):
        texts = [cell_text(cell) for cell in row]
        yield merged.fill(number, texts)
