"""Numbers with units, as people and tables write them: "1.299,00 €", "8 kg", "price_eur", "Noise (dB)"."""

import re
from dataclasses import dataclass

# What a unit measures, and how many of that measure's own unit it is.
_UNITS: dict[str, tuple[str, float]] = {
    **dict.fromkeys(("€", "eur", "euro", "euros"), ("€", 1.0)),
    **dict.fromkeys(("$", "usd", "dollar", "dollars", "dólares"), ("$", 1.0)),
    **dict.fromkeys(("£", "gbp", "pound", "pounds", "libras"), ("£", 1.0)),
    **dict.fromkeys(("kg", "kgs", "kilo", "kilos", "kilogram", "kilograms", "kilogramos"), ("kg", 1.0)),
    **dict.fromkeys(("g", "gr", "gram", "grams", "gramos"), ("kg", 0.001)),
    **dict.fromkeys(("cm", "centimetres", "centimeters", "centímetros"), ("cm", 1.0)),
    **dict.fromkeys(("mm", "millimetres", "millimeters", "milímetros"), ("cm", 0.1)),
    **dict.fromkeys(("m", "metre", "metres", "meter", "meters", "metro", "metros"), ("cm", 100.0)),
    **dict.fromkeys(("inch", "inches", "in", "pulgada", "pulgadas", '"', "″"), ("cm", 2.54)),
    **dict.fromkeys(("km", "kilometres", "kilometers", "kilómetros"), ("km", 1.0)),
    **dict.fromkeys(("l", "litre", "litres", "liter", "liters", "litro", "litros"), ("l", 1.0)),
    **dict.fromkeys(("ml", "millilitres", "milliliters", "mililitros"), ("l", 0.001)),
    **dict.fromkeys(("w", "watt", "watts", "vatio", "vatios"), ("W", 1.0)),
    **dict.fromkeys(("kw", "kilowatts", "kilovatios"), ("W", 1000.0)),
    **dict.fromkeys(("wh",), ("Wh", 1.0)),
    **dict.fromkeys(("kwh",), ("Wh", 1000.0)),
    **dict.fromkeys(("db", "dba", "db(a)", "decibel", "decibels", "decibelio", "decibelios"), ("dB", 1.0)),
    **dict.fromkeys(("min", "mins", "minute", "minutes", "minuto", "minutos"), ("min", 1.0)),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours", "hora", "horas"), ("min", 60.0)),
    **dict.fromkeys(("month", "months", "mes", "meses"), ("months", 1.0)),
    **dict.fromkeys(("year", "years", "año", "años"), ("months", 12.0)),
    **dict.fromkeys(("gb",), ("GB", 1.0)),
    **dict.fromkeys(("tb",), ("GB", 1000.0)),
    **dict.fromkeys(("m2", "m²", "sqm"), ("m²", 1.0)),
    **{unit: (unit, 1.0) for unit in ("mah", "pa", "bar", "rpm", "hz", "v", "mbps", "nm", "%", "km/h", "°c", "mah")},
}
MONEY = frozenset("€$£")
NUMBER = r"\d+(?:[.,]\d+)*"
_WORDS = "|".join(re.escape(unit) for unit in sorted(_UNITS, key=len, reverse=True))
UNIT = rf"(?:{_WORDS})(?![^\W_])"
_VALUE = re.compile(rf"(?P<before>[€$£])?\s?(?P<number>[-+]?{NUMBER})\s?(?P<unit>{UNIT})?", re.IGNORECASE)
_IN_NAME = re.compile(rf"[(\[]\s*(?P<unit>{UNIT})[^)\]]*[)\]]|[_ ](?P<last>{UNIT})$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number in its measure's own unit ("600 €", "8 kg", 1.5 h as 90 min); `measure` is empty without a unit."""

    amount: float
    measure: str


def number_of(text: str) -> float:
    """The number that is written: "1.299,00" and "1,299.00" are 1299, "5.200" is 5200, "6,40" is 6.4."""
    sign = -1.0 if text.startswith("-") else 1.0
    bare = text.lstrip("+-")
    last = max(bare.rfind("."), bare.rfind(","))
    if last < 0:
        return sign * float(bare)
    whole, rest = bare[:last], bare[last + 1 :]
    kinds = {mark for mark in ".," if mark in bare}
    thousands = len(rest) == 3 and len(kinds) == 1 and (whole.strip("0.,") or bare.count(bare[last]) > 1)
    digits = re.sub(r"[.,]", "", whole)
    return sign * float(f"{digits}{rest}" if thousands else f"{digits or '0'}.{rest}")


def quantity(number: str, unit: str, before: str = "") -> Quantity:
    """A written number and its unit, or the currency sign in front of it."""
    measure, factor = _UNITS.get((unit or before).casefold(), ("", 1.0))
    return Quantity(number_of(number) * factor, measure)


def cell_quantity(cell: str) -> Quantity | None:
    """The quantity that a cell of a table is, and nothing besides."""
    found = _VALUE.fullmatch(cell.strip())
    return quantity(found["number"], found["unit"] or "", found["before"] or "") if found else None


def unit_of_name(name: str) -> tuple[str, str, float]:
    """The unit in the name of a column as it is written, its measure and factor; empty and 1 without one."""
    found = _IN_NAME.search(name.strip())
    unit = (found["unit"] or found["last"]) if found else ""
    measure, factor = _UNITS.get(unit.casefold(), ("", 1.0))
    return unit, measure, factor


def without_unit(name: str) -> str:
    """The name of a column as people would say it: "price_spain_eur" is "price spain"."""
    return " ".join(_IN_NAME.sub("", name.strip()).replace("_", " ").split())
