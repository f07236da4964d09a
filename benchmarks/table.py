"""What every benchmark shares: its options, its table, its file."""

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table

from assistant.evaluation.report import check_writable, write_json

Row = Mapping[str, Any]


def options(description: str | None) -> argparse.ArgumentParser:
    """A parser with `--json`."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the rows to a file")
    return parser


def parsed(parser: argparse.ArgumentParser) -> argparse.Namespace:
    """The options, once it is sure that the results can be written."""
    found = parser.parse_args()
    if found.json:
        check_writable(found.json)
    return found


def publish(title: str, rows: Sequence[Row], file: Path | None) -> None:
    """Print rows as a table, one column per key, and write them to `file`."""
    table = Table(title=title)
    columns = list(dict.fromkeys(key for row in rows for key in row))
    for column in columns:
        table.add_column(column, justify="left" if isinstance(rows[0].get(column), str) else "right")
    for row in rows:
        table.add_row(*(_shown(row.get(column)) for column in columns))
    Console().print(table)
    if file:
        write_json(file, {"benchmark": title, "rows": rows})


def ratio(part: float | None, whole: float | None) -> float | None:
    """`part / whole`; None where there is nothing to divide."""
    return part / whole if part is not None and whole else None


def middle(values: Sequence[float]) -> float | None:
    """The median; None of nothing."""
    return median(values) if values else None


def _shown(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
    return str(value)
