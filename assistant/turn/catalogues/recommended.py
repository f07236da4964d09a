"""The answer of a recommendation: options with the values of their own rows, or what there is and one question."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from assistant.grounding.citations import citation_of, marked, without_markers
from assistant.messages import counted, message
from assistant.turn.answer import Citation, Evidence, Support
from assistant.turn.catalogues.catalogue import Catalogue, Column, Row
from assistant.turn.catalogues.dividing import dividing, span
from assistant.turn.catalogues.limits import Limit
from assistant.turn.catalogues.picking import Option, Picked, Request, unavailable

_NOTE = 12  # words from which on a cell is a note, told as it stands
_VALUES = 6
_KINDS = 4


@dataclass(slots=True)
class Told:
    """An answer with its grounds."""

    text: str = ""
    evidence: list[Evidence] = field(default_factory=list)
    citations: list[Citation] = field(default_factory=list)
    support: list[Support] = field(default_factory=list)

    def cite(self, row: Row) -> int:
        """The marker of a row's line."""
        known = next((each for each in self.evidence if each.passage.chunk_id == row.passage.chunk_id), None)
        if known is None:
            known = Evidence(len(self.evidence) + 1, row.passage, row.sentence, 1.0, (row.sentence,))
            self.evidence.append(known)
        citation = citation_of(known, row.sentence)
        if citation not in self.citations:
            self.citations.append(citation)
        return known.number

    def say(self, sentence: str, rows: Sequence[Row]) -> str:
        """A sentence out of values of rows, with their markers."""
        markers = tuple(dict.fromkeys(self.cite(row) for row in rows))
        self.support.append(Support(sentence, 1.0, True, markers))
        return marked(sentence, markers)


def options_told(picked: Picked, request: Request, catalogue: Catalogue, language: str) -> Told:
    """Up to three options, each with the values that were asked for; or the nearest with what they miss."""
    told = Told()
    total, title = len(catalogue.rows), without_markers(catalogue.passage.title)
    asked = ", ".join(dict.fromkeys(each.said.strip() for each in request.limits.limits))
    if not picked.fitting:
        opening = counted("recommend_none", total, language, title=title, asked=asked)
    elif asked:
        opening = counted("recommend_fitting", picked.fitting, language, total=total, title=title, asked=asked)
    else:
        opening = counted("recommend_found", total, language, title=title)
    lines = [
        f"{number}. {_option(option, picked, request, catalogue, told, language)}"
        for number, option in enumerate(picked.options, start=1)
    ]
    parts = [opening, "\n".join(lines)]
    if request.missing:
        parts.append(message("recommend_missing", language, words=", ".join(request.missing)))
    if request.limits.unknown:
        parts.append(message("recommend_unknown", language, words=", ".join(request.limits.unknown)))
    told.text = "\n\n".join(parts)
    return told


def range_told(catalogue: Catalogue, language: str, ask: Sequence[Column] = ()) -> Told:
    """What there is, and one question: which of `ask` is meant, or where on the column that divides it best."""
    told = Told()
    title, total = without_markers(catalogue.passage.title), len(catalogue.rows)
    facts = [fact for column in catalogue.columns if (fact := _range(column, language))][:_VALUES]
    rows = _extremes(catalogue)
    sentence = counted("recommend_range", total, language, title=title, facts=", ".join(facts))
    told.text = "\n\n".join(filter(None, [told.say(sentence, rows), _question(catalogue, language, ask)]))
    return told


def _question(catalogue: Catalogue, language: str, ask: Sequence[Column]) -> str:
    if ask:
        return message("recommend_which", language, columns=", ".join(dict.fromkeys(each.label for each in ask)))
    column = dividing(catalogue)
    if column is None:
        return ""
    if not column.is_number:
        return message("recommend_ask_kind", language, column=column.label, values=", ".join(column.values))
    low, high = (_with_unit(each, column) for each in span(column))
    key = "recommend_ask_price" if column.is_price else "recommend_ask_amount"
    return message(key, language, column=column.label, low=low, high=high)


def _option(option: Option, picked: Picked, request: Request, catalogue: Catalogue, told: Told, language: str) -> str:
    row = catalogue.rows[option.row]
    values = [_value(column, option.row, catalogue) for column in _telling(request, catalogue)]
    name = catalogue.name_column(language).cells[option.row] or next(iter(row.cells.values()))
    sentence = f"**{without_markers(name)}**: {', '.join(filter(None, values))}"
    values += [cell] if (cell := unavailable(catalogue, option.row)) and cell not in " ".join(values) else []
    best = [] if option.missed else _best(option, picked, request, language)
    if best:
        sentence += f" ({', '.join(best)})"
    notes = [cell for column, cell in _notes(catalogue, option.row)]
    sentence += f". {notes[0].rstrip('.')}." if notes else "."
    line = told.say(sentence, [row])
    if option.missed:
        missed = "; ".join(dict.fromkeys(_missed(each, option.row, catalogue, language) for each in option.missed))
        line += f"\n   - {message('recommend_misses', language, missed=missed)}"
    return line


def _telling(request: Request, catalogue: Catalogue) -> list[Column]:
    """The columns that a reason is made of: what was asked for first, what it costs, then what else is short."""
    asked = [*(each.column for each in request.limits.limits), *(each.column for each in request.wishes)]
    measured = [each for each in catalogue.columns if each.measure or each.is_grade]
    listed = list(dict.fromkeys([*catalogue.prices[:2], *asked, *measured]))
    return [each for each in listed if each is not None][:_VALUES]


def _value(column: Column, row: int, catalogue: Catalogue) -> str:
    """A cell as a reason: "8 kg", "energy class A"; with the column's name where the unit does not tell which it is."""
    cell = column.cells[row]
    if not cell:
        return ""
    shown = _with_unit(cell, column)
    same = [each for each in catalogue.columns if each.measure and each.measure == column.measure]
    return shown if column.measure and len(same) == 1 else f"{_small(column.label)} {shown}"


def _with_unit(cell: str, column: Column) -> str:
    return f"{cell} {_sign(column.unit)}" if column.unit and cell[-1:].isdigit() else cell


def _sign(unit: str) -> str:
    return {"eur": "€", "euros": "€", "usd": "$", "gbp": "£"}.get(unit.casefold(), unit)


def _best(option: Option, picked: Picked, request: Request, language: str) -> list[str]:
    """What a row is first in, of those that keep every limit: compared by the columns that were wished for."""
    if picked.fitting < 2:
        return []
    return [
        message("recommend_most" if wish.high else "recommend_least", language, column=_small(wish.column.label))
        for wish in request.wishes
        if not wish.column.is_grade and option.row in _leaders(wish.column, request, high=wish.high)
    ]


def _small(label: str) -> str:
    """A label in the middle of a sentence."""
    return label[:1].lower() + label[1:] if label[1:2].islower() else label


def _leaders(column: Column, request: Request, *, high: bool) -> list[int]:
    rows = range(len(column.cells))
    fitting = [row for row in rows if all(limit.holds(row) for limit in request.limits.limits)]
    known = {row: each.amount for row in fitting if (each := column.quantities[row]) is not None}
    best = (max if high else min)(known.values(), default=None)
    return [row for row, amount in known.items() if amount == best]


def _missed(limit: Limit, row: int, catalogue: Catalogue, language: str) -> str:
    value = _value(limit.column, row, catalogue) or message("recommend_not_said", language, column=limit.column.label)
    return message("recommend_missed", language, asked=limit.said.strip(), value=value)


def _notes(catalogue: Catalogue, row: int) -> list[tuple[Column, str]]:
    """Cells with something to say that is neither number nor kind nor name."""
    names = {"note", "notes", "notas", "observaciones", "description", "descripcion", "comments", "comentarios"}
    return [
        (column, column.cells[row])
        for column in catalogue.columns
        if column.cells[row] and names & set(column.words.split()) and len(column.cells[row].split()) <= 3 * _NOTE
    ]


def _range(column: Column, language: str) -> str:
    """The ends of a column, or its few kinds."""
    if column.is_number and (column.measure or column.is_price):
        low, high = (_with_unit(each, column) for each in span(column))
        return f"{column.label} {low}" if low == high else message(
            "recommend_from_to", language, column=column.label, low=low, high=high)  # fmt: skip
    if 1 < len(column.values) <= _KINDS:
        return f"{column.label} {' / '.join(column.values)}"
    return ""


def _extremes(catalogue: Catalogue) -> list[Row]:
    """The rows that hold the ends of the ranges."""
    rows = list[int]()
    for column in catalogue.columns:
        if column.is_number and (column.measure or column.is_price):
            rows += [column.cells.index(end) for end in span(column)]
    return [catalogue.rows[row] for row in dict.fromkeys(rows)] or [catalogue.rows[0]]
