"""Catalogues among the documents: tables of which every row is a line that names its columns."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from assistant.storage.folding import folded
from assistant.turn.catalogues.quantities import MONEY, Quantity, cell_quantity, unit_of_name, without_unit
from knowledge.passage import Passage, Sentence

MOST_ROWS = 2_000
LEAST_ROWS, LEAST_COLUMNS = 2, 3
# Of the cells of a column, how many have to be numbers for it to be one of numbers.
_NUMBERS = 0.7
_CELL = re.compile(r"(?P<name>[^:|]{1,60}?): (?P<value>.+)")
_PRICE = re.compile(r"\b(?:price|cost|pvp|precio|coste|importe|tarifa|fee|rate)\b")
_GRADE = re.compile(r"[A-G]\+{0,3}")
_NAMES = re.compile(r"\b(?:name|model|product|item|title|nombre|modelo|producto|articulo|pieza|titulo|plan|servicio)\b")
_CODES = re.compile(r"\b(?:sku|id|code|ref|reference|referencia|codigo|ean|part number)\b")
_LONGEST_VALUE = 40


@dataclass(frozen=True, slots=True)
class Row:
    """A row: its cells by column name, and the line of the document that it is."""

    cells: dict[str, str]
    passage: Passage
    sentence: Sentence


@dataclass(frozen=True)
class Column:
    """A column with its cells, one per row, empty where the row has none."""

    name: str
    cells: tuple[str, ...]

    @cached_property
    def label(self) -> str:
        """Its name without its unit."""
        return without_unit(self.name)

    @cached_property
    def words(self) -> str:
        """Its label as it is compared."""
        return folded(self.label)

    @cached_property
    def unit(self) -> str:
        """The unit as its name writes it."""
        return unit_of_name(self.name)[0]

    @cached_property
    def quantities(self) -> tuple[Quantity | None, ...]:
        """What the cells measure, in the unit of the measure; all None in a column that is not one of numbers."""
        read = [cell_quantity(cell) if cell else None for cell in self.cells]
        filled = sum(bool(cell) for cell in self.cells)
        if not filled or sum(each is not None for each in read) < _NUMBERS * filled:
            return (None,) * len(self.cells)
        _, measure, factor = unit_of_name(self.name)
        return tuple(each if each is None or each.measure else Quantity(each.amount * factor, measure) for each in read)

    @cached_property
    def is_number(self) -> bool:
        """Whether it holds numbers."""
        return any(each is not None for each in self.quantities)

    @cached_property
    def measure(self) -> str:
        """What it measures, by most of its cells; empty for plain numbers and for words."""
        found = Counter(each.measure for each in self.quantities if each is not None)
        return found.most_common(1)[0][0] if found else ""

    @cached_property
    def is_price(self) -> bool:
        """Whether it says what something costs."""
        return self.is_number and (self.measure in MONEY or (not self.measure and bool(_PRICE.search(self.words))))

    @cached_property
    def is_grade(self) -> bool:
        """Whether it holds grades, such as energy classes: A is the best."""
        filled = [cell for cell in self.cells if cell]
        return bool(filled) and all(_GRADE.fullmatch(cell) for cell in filled)

    @cached_property
    def values(self) -> tuple[str, ...]:
        """The values of a column that sorts rows into kinds; nothing where nearly every row has its own."""
        if self.is_number:
            return ()
        filled = [cell for cell in self.cells if cell]
        distinct = tuple(dict.fromkeys(filled))
        kinds = self.is_grade or (len(distinct) < len(filled) and len(distinct) <= max(3, 0.6 * len(filled)))
        return distinct if kinds and all(len(each) <= _LONGEST_VALUE for each in distinct) else ()


@dataclass(frozen=True)
class Catalogue:
    """Rows under the same columns, of one document."""

    rows: tuple[Row, ...]

    @property
    def passage(self) -> Passage:
        """The passage of the first row: it has the document's names."""
        return self.rows[0].passage

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """The columns, in the order of the first row that has them all."""
        names = dict.fromkeys(name for row in sorted(self.rows, key=lambda row: -len(row.cells)) for name in row.cells)
        return tuple(Column(name, tuple(row.cells.get(name, "") for row in self.rows)) for name in names)

    @property
    def prices(self) -> tuple[Column, ...]:
        """What things cost; more than one where it differs by place or amount."""
        return tuple(column for column in self.columns if column.is_price)

    @property
    def sells(self) -> bool:
        """Whether its rows are things to choose from: they have a price, or are measured in two ways."""
        return bool(self.prices) or sum(bool(column.measure) for column in self.columns) > 1

    def only(self, rows: Sequence[int]) -> "Catalogue":
        """The same with some of its rows."""
        return Catalogue(tuple(self.rows[place] for place in rows))

    def name_column(self, language: str) -> Column:
        """The column that says what a row is called, in that language where there are several."""
        named = [each for each in self.columns if not each.is_number and _NAMES.search(each.words)]
        of_language = [each for each in named if each.words.split()[-1] == language]
        words = [each for each in self.columns if not each.is_number and not each.values]
        plain = [each for each in words if not _CODES.search(each.words)]
        return next(iter([*of_language, *named, *plain, *words, *self.columns]))


def catalogues_of(passages: Iterable[Passage]) -> list[Catalogue]:
    """The tables in the passages of one document, each with rows that share most of their columns."""
    tables: list[list[Row]] = []
    for passage in passages:
        for sentence in passage.sentences:
            if len(cells := cells_of(sentence.text)) >= LEAST_COLUMNS:
                row = Row(cells, passage, sentence)
                table = next((each for each in reversed(tables) if _same_columns(each[0], row)), None)
                if table is None:
                    tables.append([row])
                elif len(table) < MOST_ROWS:
                    table.append(row)
    return [Catalogue(tuple(each)) for each in tables if len(each) >= LEAST_ROWS]


def cells_of(line: str) -> dict[str, str]:
    """The cells of a row by column name; nothing for a line that is no row."""
    found = [_CELL.fullmatch(part) for part in line.split(" | ")]
    return {each["name"].strip(" -*•"): each["value"].strip() for each in found if each}


def _same_columns(one: Row, other: Row) -> bool:
    shared = one.cells.keys() & other.cells.keys()
    return 2 * len(shared) > max(len(one.cells), len(other.cells))
