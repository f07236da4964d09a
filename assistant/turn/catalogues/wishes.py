"""Soft wishes in a request, as columns that should be low or high: "quiet", "barata", "for a family of five"."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.storage.folding import folded
from assistant.turn.catalogues.catalogue import Catalogue, Column

_MANY = r"(?:[4-9]|1\d|four|five|six|seven|eight|cuatro|cinco|seis|siete|ocho)"
_FEW = r"(?:one|1|two|2|una|dos)"


@dataclass(frozen=True, slots=True)
class _Direction:
    """Words that wish for much or little of something: of the first column whose name or measure fits."""

    words: str
    names: str
    measures: tuple[str, ...]
    high: bool


_DIRECTIONS = (
    _Direction(
        r"quiet(?:er|est)?|silent|noiseless|low[- ]noise|not (?:too )?(?:loud|noisy)|silencios[oa]s?|poco ruido"
        r"|sin ruido|no haga (?:mucho )?ruido|que no se oiga",
        r"noise|sound|ruido|sonido", ("dB",), False,
    ),
    _Direction(
        r"cheap(?:er|est)?|inexpensive|affordable|economical|low[- ]cost|barat[oa]s?|economic[oa]s?|asequibles?",
        r"price|cost|precio|coste|pvp", ("€", "$", "£"), False,
    ),
    _Direction(
        rf"large(?:r|st)?|big(?:ger|gest)?|spacious|roomy|(?:family|families|household|house) (?:of|with) {_MANY}"
        rf"|{_MANY} (?:people|persons|of us)|grandes?|ampli[oa]s?|familias? (?:de|con) {_MANY}|{_MANY} personas"
        r"|(?:big|large) famil(?:y|ies)|familias? numerosas?|somos muchos|lots? of (?:laundry|space|room)",
        r"capacity|load|volume|capacidad|carga|volumen|seats|plazas", (), True,
    ),
    _Direction(
        rf"(?:single|{_FEW}) (?:person|people|persons|personas?)|couple|pareja|live alone|vivo sol[oa]|somos (?:dos|2)",
        r"capacity|load|volume|capacidad|carga|volumen|seats|plazas", (), False,
    ),
    _Direction(
        r"small(?:er|est)?|compact|slim|narrow(?:er|est)?|tiny|little (?:space|room)|pequen[oa]s?|compact[oa]s?"
        r"|estrech[oa]s?|poco (?:espacio|sitio)",
        r"width|depth|size|height|dimension|ancho|anchura|fondo|profundidad|medida|alto|altura|tamano|capacity|capacidad",
        ("cm",), False,
    ),
    _Direction(
        r"light(?:er|est)?(?:weight)?|easy to carry|portable|liger[oa]s?|portatil(?:es)?|poco peso",
        r"weight|peso", (), False,
    ),
    _Direction(r"powerful|strong(?:er|est)?|potentes?|mucha potencia", r"power|suction|potencia|succion",
               ("W", "pa"), True),
    _Direction(
        r"long[- ](?:battery|lasting|life)|battery life|lasts long|(?:mucha|larga|gran) (?:autonomia|duracion)"
        r"|que dure",
        r"battery|runtime|autonom|duracion|bateria", ("min", "Wh", "mah"), True,
    ),
    _Direction(
        r"efficient|energy[- ]saving|low consumption|saves? (?:energy|power)|eficientes?|bajo consumo|consuma poco"
        r"|ahorr(?:e|o|adora)",
        r"energy|efficien|consumption|clase|energetic|consumo|eficien", (), False,
    ),
    _Direction(r"long warranty|well covered|(?:mucha|larga|buena) garantia", r"warranty|garantia", (), True),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wish:
    """A column that should be high, or low."""

    said: str
    column: Column
    high: bool

    def scores(self, rows: Sequence[int]) -> dict[int, float]:
        """Between 0 and 1 for each of the rows; 0 for one that does not say."""
        found = {row: value for row in rows if (value := self._value(row)) is not None}
        low, high = min(found.values(), default=0.0), max(found.values(), default=0.0)
        if high == low:
            return dict.fromkeys(found, 1.0)
        part = {row: (value - low) / (high - low) for row, value in found.items()}
        return {row: each if self.high else 1 - each for row, each in part.items()}

    def _value(self, row: int) -> float | None:
        if self.column.is_grade:
            cell = self.column.cells[row]
            return ord(cell[0]) - cell.count("+") / 4 if cell else None
        found = self.column.quantities[row]
        return None if found is None else found.amount


def wishes_of(said: str, catalogue: Catalogue) -> tuple[list[Wish], str]:
    """The wishes that a column can tell, and the request without their words."""
    rest, wishes = folded(said), list[Wish]()
    for direction in _DIRECTIONS:
        found = re.search(rf"\b(?:{direction.words})\b", rest)
        column = _column(direction, catalogue) if found else None
        if found and column is not None and column not in [wish.column for wish in wishes]:
            wishes.append(Wish(found.group(), column, direction.high))
            rest = f"{rest[: found.start()]} {rest[found.end() :]}"
    return wishes, rest


def wish_words() -> "re.Pattern[str]":
    """All words that wish for something; they are no part of a thing's name."""
    return re.compile(rf"\b(?:{'|'.join(direction.words for direction in _DIRECTIONS)})\b")


def _column(direction: _Direction, catalogue: Catalogue) -> Column | None:
    able = [column for column in catalogue.columns if column.is_number or column.is_grade]
    for name in direction.names.split("|"):
        for column in able:
            if re.search(rf"\b{name}", column.words):
                return column
    return next((column for column in able if column.measure in direction.measures), None)
