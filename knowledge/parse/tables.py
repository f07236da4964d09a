"""Tables on a sheet: where each begins, what names its columns, and which lines only stand beside it."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise, zip_longest

from knowledge.parse.builder import TextBuilder
from knowledge.parse.document import PageBox
from knowledge.parse.rows import row_line, table_lines

_VALUE = re.compile(r"[-+]?[\d.,]+\s*[%€$]?|\d{4}-\d\d-\d\d.*|\d\d?:\d\d.*|TRUE|FALSE")
_YEAR = re.compile(r"(?:19|20)\d\d")


def add_tables(builder: TextBuilder, rows: Sequence[Sequence[str]]) -> None:
    """Add the rows of a sheet as blocks; an empty row ends one, and the next goes on under the same column names."""
    names: list[str] = []
    for block in _blocks(rows):
        if all(map(_is_single, block)):
            builder.block(map(_single, block))
            continue
        while len(block) > 1 and _is_single(block[0]) and not _is_single(block[1]):
            builder.block([_single(block.pop(0))])
        names, body = _named(names, block)
        builder.block([_line(names, row) for row in body] or table_lines(names, []))


def add_table(
    builder: TextBuilder, rows: Sequence[Sequence[str]], names: list[str], boxes: Sequence[PageBox | None]
) -> list[str]:
    """Add one table as a block, under these names or else those of its first row; returns the names.

    `boxes` are where its rows stand.
    """
    titles = title_rows(rows)
    builder.block([(_single(row), box)] for row, box in zip(rows[:titles], boxes[:titles], strict=True))
    body = [list(row) for row in rows[titles:]]
    if not names:
        names, body = _named([], body)
    elif body[0] == names:
        body = body[1:]
    places = boxes[len(boxes) - len(body) :]
    builder.block([(_line(names, row), box)] for row, box in zip(body, places, strict=True))
    return names


def add_pairs(builder: TextBuilder, rows: Sequence[Sequence[str]], boxes: Sequence[PageBox | None]) -> None:
    """Add a table of names and values as a block of `name: value` lines; `boxes` are where its rows stand."""
    titles = title_rows(rows)
    lines = [_single(row) for row in rows[:titles]]
    lines += [f"{row[0].rstrip(' :')}: {row[1]}" for row in rows[titles:]]
    builder.block([(line, box)] for line, box in zip(lines, boxes, strict=True))


def title_rows(rows: Sequence[Sequence[str]]) -> int:
    """How many rows above the names are one text merged over all columns."""
    return next((place for place, row in enumerate(rows[:-1]) if not (_is_single(row) and all(row))), 0)


def _blocks(rows: Sequence[Sequence[str]]) -> Iterator[list[list[str]]]:
    left = min((place for row in rows for place, cell in enumerate(row) if cell.strip()), default=0)
    block: list[list[str]] = []
    for row in rows:
        cells = [cell.strip() for cell in row[left:]]
        if any(cells):
            block.append(cells)
        elif block:
            yield block
            block = []
    if block:
        yield block


def _line(names: Sequence[str], row: Sequence[str]) -> str:
    return _single(row) if _is_single(row) and len(_filled(names)) > 2 else row_line(names, row)


def _is_single(row: Sequence[str]) -> bool:
    """One text alone in its row, or merged over all of it: a title, a section or a note."""
    return len(set(filter(None, row))) == 1 and bool(row[0])


def _single(row: Sequence[str]) -> str:
    return next(cell for cell in row if cell)


def _named(before: list[str], block: list[list[str]]) -> tuple[list[str], list[list[str]]]:
    """The names of the columns, and the rows below them; `before` are those of the block above."""
    first, rest = block[0], block[1:]
    goes_on = _filled(before) >= set().union(*map(_filled, block))
    if not rest or not is_header(first, rest):
        return (before if goes_on else []), block
    if goes_on and not any(_VALUE.fullmatch(cell) for row in rest for cell in row):
        return before, block
    if len(rest) > 1 and _has_groups(first) and is_header(rest[0], rest[1:]):
        return [_joined(*pair) for pair in zip_longest(first, rest[0], fillvalue="")], rest[1:]
    return first, rest


def _filled(row: Sequence[str]) -> set[int]:
    return {place for place, cell in enumerate(row) if cell}


def is_header(row: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """No values in it, except years over something else."""
    values = [place for place, cell in enumerate(row) if _VALUE.fullmatch(cell)]
    return all(
        _YEAR.fullmatch(row[place])
        and not all(_YEAR.fullmatch(other[place]) for other in below if place < len(other) and other[place])
        for place in values
    )


def _has_groups(row: Sequence[str]) -> bool:
    """A name merged over several columns, whose own names are in the next row."""
    return any(one and one == other for one, other in pairwise(row))


def _joined(group: str, name: str) -> str:
    return group if name in ("", group) else f"{group} {name}".strip()
