"""Tables as lines that can be read, found and cited one by one."""

from collections.abc import Iterable, Sequence

from knowledge.parse.clean import one_line


def table_lines(header: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """One line per row: `Header: value | Header: value`; without rows the header itself is the line."""
    names = [one_line(name) for name in header]
    lines = [row_line(names, row) for row in rows]
    return [line for line in lines if line] or [" | ".join(name for name in names if name)]


def row_line(names: Sequence[str], row: Sequence[str]) -> str:
    """One row under its column names; empty cells are left out, cells past the last name stand alone."""
    cells = []
    for place, value in enumerate(map(one_line, row)):
        name = names[place] if place < len(names) else ""
        if value:
            cells.append(f"{name}: {value}" if name and name != value else value)
    return " | ".join(cells)
