"""Days as people say them, in English and Spanish: "next Tuesday", "pasado mañana", "el 3 de junio", "in two weeks".

Texts come folded (lower case, no accents) and without their time of day (`clock.py`). Dates that a calendar would print
are read by dateparser; what depends on today is worked out here, since it knows little of it in Spanish.
"""

import re
from datetime import date, datetime, timedelta

_WEEKDAYS = {
    "monday": 0, "tuesday": 1, "wednesday": 2, "thursday": 3, "friday": 4, "saturday": 5, "sunday": 6,
    "mon": 0, "tue": 1, "tues": 1, "wed": 2, "thu": 3, "thurs": 3, "fri": 4, "sat": 5, "sun": 6,
    "lunes": 0, "martes": 1, "miercoles": 2, "jueves": 3, "viernes": 4, "sabado": 5, "domingo": 6,
}  # fmt: skip
_MONTHS = (
    "january|february|march|april|may|june|july|august|september|october|november|december|"
    "jan|feb|mar|apr|jun|jul|aug|sept|sep|oct|nov|dec|"
    "enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|setiembre|octubre|noviembre|diciembre"
)
_NUMBERS = {
    "a": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "un": 1, "una": 1, "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "seis": 6, "siete": 7, "ocho": 8,
    "nueve": 9, "diez": 10, "quince": 15, "primero": 1, "veinte": 20,
}  # fmt: skip
_PART_OF_DAY = re.compile(
    r"\b(?:(?:por|de|en|a) la (?:manana|tarde|noche)|(?:in the|this) (?:morning|afternoon|evening))\b"
)
_ISO = re.compile(r"\b(\d{4})-(\d{1,2})-(\d{1,2})\b")
_SLASHED = re.compile(r"\b(\d{1,2})[/.-](\d{1,2})(?:[/.-](\d{4}|\d{2}))?\b")
_DAY_MONTH = re.compile(
    rf"\b(\d{{1,2}}|primero)(?:st|nd|rd|th)?\s+(?:de\s+|of\s+)?({_MONTHS})\b(?:,?\s+(?:de(?:l)?\s+|of\s+)?(\d{{4}}))?"
)
_MONTH_DAY = re.compile(rf"\b({_MONTHS})\s+(?:the\s+)?(\d{{1,2}})(?:st|nd|rd|th)?\b(?:,?\s+(\d{{4}}))?")
_NEAR = (
    (re.compile(r"\b(?:the )?day after tomorrow\b|\bpasado manana\b"), 2),
    (re.compile(r"\btomorrow\b|\bmanana\b"), 1),
    (re.compile(r"\b(?:today|tonight|hoy|esta (?:manana|tarde|noche)|this (?:morning|afternoon|evening))\b"), 0),
)
_IN = re.compile(
    rf"\b(?:in|within|dentro de|en)\s+(\d{{1,3}}|{'|'.join(sorted(_NUMBERS, key=len, reverse=True))})\s+"
    r"(days?|weeks?|dias?|semanas?)\b"
)
_WEEKDAY = re.compile(
    rf"\b(?:(?P<before>next|this|coming|los|every|cada|todos los|proximo|este)\s+)?(?P<day>{'|'.join(_WEEKDAYS)})\b"
    r"(?:\s+(?P<after>next week|of next week|de la (?:semana que viene|proxima semana|semana proxima)|que viene|"
    r"proximo))?"
)
_WEEK_AHEAD = re.compile(r"\b(?:next week|la semana que viene|la proxima semana|la semana proxima)\b")
_DAY_ALONE = re.compile(r"\b(?:on\s+)?(?:the\s+(\d{1,2})(?:st|nd|rd|th)\b|the\s+(\d{1,2})\b|(\d{1,2})(?:st|nd|rd|th)\b"
                        r"|(?:d?el|dia)\s+(?:dia\s+)?(\d{1,2})\b)")  # fmt: skip
_RECURRING = {"los", "every", "cada", "todos los"}


def read_day(text: str, today: date) -> date | None:
    """The day that a folded text names, or None. Without a year, or with less, it is the next such day.

    "3/6" is the third of June. "Next Tuesday" is that of the next calendar week, "el próximo martes" the coming one;
    whoever asks repeats the date in full before it counts.
    """
    for read in (_printed, _near, _ahead, _weekday, _day_of_month):
        found = read(text, today)
        if found is not None:
            return found
    return None


def _printed(text: str, today: date) -> date | None:
    if found := _ISO.search(text):
        return _date(int(found[1]), int(found[2]), int(found[3]))
    if found := _SLASHED.search(text):
        day, month = int(found[1]), int(found[2])
        if month > 12 >= day:
            day, month = month, day
        year = found[3]
        if year:
            return _date(int(year) + (2000 if len(year) == 2 else 0), month, day)
        return _next_on(today, day, month)
    found = _DAY_MONTH.search(text)
    spelled = (found[1], found[2], found[3]) if found else None
    if spelled is None and (found := _MONTH_DAY.search(text)):
        spelled = (found[2], found[1], found[3])
    return _by_library(*spelled, today) if spelled else None


def _by_library(day: str, month: str, year: str | None, today: date) -> date | None:
    import dateparser

    written = f"{_NUMBERS.get(day, day)} {month} {year or ''}".strip()
    base = datetime.combine(today - timedelta(days=1), datetime.min.time())  # so that today is still to come
    found = dateparser.parse(
        written, languages=["en", "es"],
        settings={"PREFER_DATES_FROM": "future", "RELATIVE_BASE": base, "DATE_ORDER": "DMY"},
    )  # fmt: skip
    return found.date() if found is not None else None


def _near(text: str, today: date) -> date | None:
    whole = _PART_OF_DAY.sub(" ", text)  # "mañana por la mañana"
    for pattern, days in _NEAR:
        if pattern.search(whole if days else text):
            return today + timedelta(days=days)
    return None


def _ahead(text: str, today: date) -> date | None:
    found = _IN.search(text)
    if found is None:
        return None
    number = int(found[1]) if found[1].isdigit() else _NUMBERS[found[1]]
    return today + timedelta(days=number * (7 if found[2].startswith(("week", "semana")) else 1))


def _weekday(text: str, today: date) -> date | None:
    found = _WEEKDAY.search(text)
    if found is None or found["before"] in _RECURRING:
        return None
    ahead = (_WEEKDAYS[found["day"]] - today.weekday()) % 7 or 7
    if found["before"] == "this" and ahead == 7:
        ahead = 0
    next_week = found["before"] == "next" or (found["after"] or "").startswith(("next", "of", "de la"))
    if next_week or (found["after"] is None and _WEEK_AHEAD.search(text)):
        ahead = 7 - today.weekday() + _WEEKDAYS[found["day"]]
    return today + timedelta(days=ahead)


def _day_of_month(text: str, today: date) -> date | None:
    found = _DAY_ALONE.search(text)
    if found is None:
        return None
    day = int(next(group for group in found.groups() if group))
    for months in range(13):
        year, month = divmod(today.month - 1 + months, 12)
        candidate = _date(today.year + year, month + 1, day)
        if candidate is not None and candidate >= today:
            return candidate
    return None


def _next_on(today: date, day: int, month: int) -> date | None:
    for year in range(today.year, today.year + 9):  # the 29th of February waits for up to eight years
        candidate = _date(year, month, day)
        if candidate is not None and candidate >= today:
            return candidate
    return None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
