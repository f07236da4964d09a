"""Cells of a spreadsheet as text."""

import re
from datetime import date, datetime, time, timedelta
from typing import Any

_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]{0,50}?ref="([A-Z]{1,3}\d{1,7}):([A-Z]{1,3}\d{1,7})"')
_CHUNK = 1_000_000
_MAX_COVERED = 100_000  # cells


def cell_text(cell: Any) -> str:
    """A cell's value: dates in ISO form, whole numbers without a fraction, percentages as they are shown."""
    value = cell.value
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, (int, float)):
        return f"{100 * value:.12g}%" if "%" in cell.number_format else f"{value:.15g}"
    if isinstance(value, datetime):
        return _moment(value)
    return value.isoformat() if isinstance(value, (date, time)) else _plain(value)


def _moment(value: datetime) -> str:
    value = value.replace(microsecond=0)
    return value.date().isoformat() if value.time() == time() else value.isoformat(" ")


def _plain(value: object) -> str:
    return str(timedelta(seconds=round(value.total_seconds()))) if isinstance(value, timedelta) else str(value)


class MergedCells:
    """Gives each cell under a merged one its text; reading row by row, openpyxl leaves all but the first empty."""

    def __init__(self, sheet: Any) -> None:
        self._origins: dict[int, dict[int, tuple[int, int]]] = {}  # row -> column -> the cell that covers it
        self._texts: dict[tuple[int, int], str] = {}
        covered = 0
        for (top, left), (bottom, right) in _ranges(sheet):
            covered += (bottom - top + 1) * (right - left + 1)
            if covered > _MAX_COVERED:
                return
            self._texts[top, left] = ""
            for row in range(top, bottom + 1):
                self._origins.setdefault(row, {}).update(dict.fromkeys(range(left, right + 1), (top, left)))

    def fill(self, number: int, row: list[str]) -> list[str]:
        """The row (numbered from 1) with the text of merged cells in each place they cover."""
        covered = self._origins.get(number)
        if not covered:
            return row
        row = row + [""] * (max(covered) - len(row))
        for column, origin in covered.items():
            if origin == (number, column):
                self._texts[origin] = row[column - 1]
        for column, origin in covered.items():
            row[column - 1] = self._texts[origin]
        return row


def _ranges(sheet: Any) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    from openpyxl.utils.cell import coordinate_to_tuple

    found: dict[tuple[bytes, bytes], None] = {}
    rest = b""
    with sheet._get_source() as source:  # the public way to them loads the whole sheet at once
        while chunk := source.read(_CHUNK):
            rest = rest[-200:] + chunk
            found.update(dict.fromkeys(_MERGED.findall(rest)))
    pairs = [(coordinate_to_tuple(first.decode()), coordinate_to_tuple(last.decode())) for first, last in found]
    return [(first, last) for first, last in pairs if first[0] <= last[0] and first[1] <= last[1]]
