"""By how much two statements differ: worked out when both have one figure of the same unit."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

_NUMBER = r"\d+(?:[.,]\d+)*"
_SIGNS = "€$£"
_UNITS = {
    "€": r"€|eur(?:os?)?\b", "$": r"\$|dollars?\b|d[oó]lar(?:es)?\b", "£": r"£|pounds?\b|libras?\b",
    "%": r"%|per ?cent\b|por ciento\b", "day": r"days?\b|d[ií]as?\b", "week": r"weeks?\b|semanas?\b",
    "month": r"months?\b|mes(?:es)?\b", "year": r"years?\b|años?\b", "hour": r"hours?\b|horas?\b|h\b",
    "minute": r"min(?:ute)?s?\b|minutos?\b", "second": r"sec(?:ond)?s?\b|segundos?\b",
    "km": r"km\b|kilomet(?:er|re)s?\b|kil[oó]metros?\b", "kg": r"kg\b|kilos?\b", "point": r"points?\b|puntos?\b",
    "person": r"people\b|persons?\b|personas?\b", "character": r"characters?\b|caracteres\b",
    "page": r"pages?\b|p[aá]ginas?\b", "dB": r"dB\b", "W": r"W\b", "Wh": r"Wh\b",
    "litre": r"lit(?:re|er)s?\b|litros?\b",
}  # fmt: skip
_BETWEEN = r"(?:working|business|calendar|natural)"
_AMOUNTS = re.compile(
    rf"(?P<sign>[{_SIGNS}])\s?(?P<after>{_NUMBER})|(?<![\w.,])(?P<number>{_NUMBER})\s?(?:{_BETWEEN}\s)?(?P<unit>"
    + "|".join(f"(?P<u{index}>{pattern})" for index, pattern in enumerate(_UNITS.values()))
    + ")",
    re.IGNORECASE,
)
_NAMES = tuple(_UNITS)


@dataclass(frozen=True, slots=True)
class Amount:
    """A figure with its unit, and both as they were written."""

    value: Decimal
    unit: str
    written: str


@dataclass(frozen=True, slots=True)
class Gap:
    """The difference of two amounts, in the form of the first; `higher` is 0 or 1, None when they are equal."""

    amount: str
    higher: int | None


def gap(one: str, two: str) -> Gap | None:
    """The difference between the only amounts of one unit in two statements; None when no unit has one in each."""
    for unit in _NAMES:
        mine, theirs = ([each for each in _amounts(text) if each.unit == unit] for text in (one, two))
        if len(mine) == len(theirs) == 1:
            return _gap(mine[0], theirs[0])
    return None


def _gap(mine: Amount, theirs: Amount) -> Gap:
    if mine.value == theirs.value:
        return Gap(mine.written, None)
    apart = abs(mine.value - theirs.value)
    return Gap(_like(mine, apart), 0 if mine.value > theirs.value else 1)


def _amounts(text: str) -> Iterator[Amount]:
    for found in _AMOUNTS.finditer(text):
        number = found["after"] or found["number"]
        value = value_of(number)
        if value is None or _is_range(text, found.start()):
            continue
        unit = found["sign"] or next(_NAMES[i] for i in range(len(_NAMES)) if found[f"u{i}"])
        yield Amount(value, unit, found[0])


def _is_range(text: str, start: int) -> bool:
    """ "2 to 4 days" is no figure; the first number of it has no unit and the second stands behind it."""
    return bool(re.search(rf"{_NUMBER}\s?(?:to|a|-|–|y|and|or|o)\s?$", text[:start]))


def value_of(number: str) -> Decimal | None:
    """A number as people write it in English or Spanish: 1,400 and 1.400 are 1400, 4,95 and 4.95 are 4.95."""
    plain = re.sub(r"[.,](?=\d{3}(?!\d))", "", number).replace(",", ".")
    try:
        return Decimal(plain)
    except InvalidOperation:
        return None


def _like(amount: Amount, value: Decimal) -> str:
    """A value written as an amount was, with its decimal sign."""
    shown = f"{value.normalize():f}"
    places = re.search(r"[.,](\d{1,2})(?!\d)", amount.written)
    if "." in shown:
        places_of = 2 if amount.unit in _SIGNS else len(shown.partition(".")[2])
        shown = f"{value:.{places_of}f}"
        comma = places is not None and "," in places[0]
        shown = shown.replace(".", ",") if comma else shown
    return re.sub(_NUMBER, shown, amount.written, count=1)
