"""The rows of a verdict as cells of a table, for a terminal and for documents."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from finetune.gate.verdict import FLOORS, Row

HEADINGS = ("figure", "items", "base", "candidate", "gain (95 %)", "has to be", "")
_WORDS = {"pass": "pass", "fail": "FAIL", "open": "open", "none": "-"}


def cells(row: Row) -> tuple[str, ...]:
    """One row, as texts in the order of HEADINGS."""
    title = f"  {row.part}" if row.part else row.title
    gain = "" if row.gain is None else f"{row.gain:+.3f} ({row.low:+.3f} to {row.high:+.3f})"
    return title, str(row.items), _number(row.base), _number(row.candidate), gain, row.limit, _WORDS[row.status]


def sections(rows: Sequence[Row]) -> Iterator[tuple[str, list[Row]]]:
    """The rows that say something, under the floor that they are about: none first."""
    for beside, found in groupby(filter(worth_showing, rows), key=lambda row: row.beside):
        yield FLOORS[beside] if beside else "", list(found)


def worth_showing(row: Row) -> bool:
    """Whether a row says something: a part of a floor does only where it fell."""
    return not (row.beside and row.part and row.status == "pass")


def markdown(rows: Sequence[Row]) -> str:
    """All rows as a table in Markdown."""
    lines: list[tuple[str, ...]] = [HEADINGS, ("---",) * len(HEADINGS)]
    for heading, found in sections(rows):
        lines += [(f"*{heading}*", *("",) * (len(HEADINGS) - 1))] if heading else []
        lines += [cells(row) for row in found]
    return "\n".join(f"| {' | '.join(each)} |" for each in lines)


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"
