"""Rows of one table side by side: what each column says of the things compared."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assistant.grounding.citations import marked
from assistant.turn.strategies.gap import gap, value_of
from knowledge.lexical.analyzer import Analyzer

MOST_ROWS = 6
LEAST_ROWS = 2
LONGEST_CELL = 160
_PLAIN = re.compile(r"\d+(?:[.,]\d+)*")


@dataclass(frozen=True, slots=True)
class Side:
    """A thing, the line that says of it, and the marker of that line."""

    label: str
    line: str
    marker: int


def cells_of(line: str) -> Mapping[str, str]:
    """The cells of a row that names its columns ("Price: 5 € | Time: 2 days"); nothing for a sentence."""
    pieces = [piece.partition(": ") for piece in line.lstrip("-*• ").split(" | ")]
    if len(pieces) < LEAST_ROWS + 1 or not all(name and value for name, _, value in pieces):
        return {}
    return {name.strip(): value.strip() for name, _, value in pieces}


def table(sides: Sequence[Side], question: str, language: str, analyzer: Analyzer, apart: str = "") -> str | None:
    """A Markdown table of what differs, or of what the question names; None unless it has two rows at least.

    Two things with figures get one more column, named `apart`, with what these differ by.
    """
    rows = [cells_of(side.line) for side in sides]
    if not all(rows):
        return None
    shared = [name for name in rows[0] if all(name in row for row in rows)]
    asked = set(analyzer.query_terms(question, language))
    own = _own([set(_terms(side.label, language, analyzer)) for side in sides])
    differing = [
        name for name in shared
        if len({row[name] for row in rows}) > 1
        and not all(mine & set(_terms(row[name], language, analyzer)) for mine, row in zip(own, rows, strict=True))
    ]  # fmt: skip
    wanted = [name for name in differing if set(_terms(name, language, analyzer)) & asked]
    chosen = (wanted or differing)[:MOST_ROWS]
    if len(chosen) < LEAST_ROWS:
        return None
    gaps = [_gap(*(row[name] for row in rows)) if len(rows) == 2 else "" for name in chosen]
    head = ["", *(marked(_cell(side.label), (side.marker,)) for side in sides), *([apart] if any(gaps) else [])]
    body = [
        [f"**{_cell(name.replace('_', ' '))}**", *(_cell(row[name]) for row in rows), *([each] if any(gaps) else [])]
        for name, each in zip(chosen, gaps, strict=True)
    ]
    lines = [head, ["---"] * len(head), *body]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _gap(one: str, two: str) -> str:
    """By how much two cells differ; empty when that is no figure."""
    if (found := gap(one, two)) is not None:
        return found.amount if found.higher is not None else ""
    if not (_PLAIN.fullmatch(one) and _PLAIN.fullmatch(two)):
        return ""
    mine, theirs = value_of(one), value_of(two)
    if mine is None or theirs is None or mine == theirs:
        return ""
    shown = f"{abs(mine - theirs):f}"
    return shown.replace(".", ",") if re.search(r",\d{1,2}$", one) else shown


def _own(labels: Sequence[set[str]]) -> list[set[str]]:
    """The words of each label that no other has; columns that hold these only name the things."""
    return [label - set().union(*(each for each in labels if each is not label)) for label in labels]


def asked_cells(line: str, question: str, label: str, language: str, analyzer: Analyzer) -> str:
    """Of a row, the cells whose names have a word of the question that is no name of the thing; empty without any."""
    asked = set(analyzer.query_terms(question, language)) - set(analyzer.query_terms(label, language))
    cells = {name: value for name, value in cells_of(line).items() if asked & set(_terms(name, language, analyzer))}
    return ", ".join(f"{name.replace('_', ' ')}: {value}" for name, value in cells.items())


def _terms(text: str, language: str, analyzer: Analyzer) -> list[str]:
    return analyzer.query_terms(text.replace("_", " "), language)


def _cell(text: str) -> str:
    short = text if len(text) <= LONGEST_CELL else text[: LONGEST_CELL - 1].rstrip() + "…"
    return " ".join(short.replace("|", "/").split())
