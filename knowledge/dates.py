"""The day a document says it is of: "Effective 1 January 2026", "Última actualización: 3 de marzo de 2026"."""

import re
from datetime import UTC, date, datetime

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            ("january", "enero"), ("february", "febrero"), ("march", "marzo"), ("april", "abril"), ("may", "mayo"),
            ("june", "junio"), ("july", "julio"), ("august", "agosto"), ("september", "septiembre"),
            ("october", "octubre"), ("november", "noviembre"), ("december", "diciembre"),
        ),
        start=1,
    )
    for name in names
}  # fmt: skip
_MONTH = "|".join(_MONTHS)
_DAY = (
    r"(?P<year>(?:19|20)\d\d)-(?P<month>\d\d)-(?P<day>\d\d)"
    rf"|(?P<day2>\d\d?)(?:st|nd|rd|th)?(?: de| of)? (?P<name2>{_MONTH})(?: de| del)?,? (?P<year2>(?:19|20)\d\d)"
    rf"|(?P<name3>{_MONTH}) (?P<day3>\d\d?)(?:st|nd|rd|th)?,? (?P<year3>(?:19|20)\d\d)"
    rf"|(?P<name4>{_MONTH})(?: de| del)? (?P<year4>(?:19|20)\d\d)"
)
# What says that the date after it is the document's own, rather than one that it speaks of.
_SAYS = (
    r"(?:last (?:updated|revised|reviewed|modified)|updated(?: on)?|effective(?: date| from| as of)?|"
    r"in force (?:from|since)|valid (?:from|as of)|version of|edition of|(?:issued|published|written|adopted)(?: on)?|"
    r"approved(?: on)?|dated?|"
    r"última (?:actualización|revisión|modificación)|actualizad[oa](?: el| en)?|revisad[oa](?: el| en)?|"
    r"(?:en vigor|vigente|válid[oa])(?: desde| a partir de)?(?: el)?|versión de|edición de|"
    r"(?:publicad|escrit|redactad|aprobad)[oa](?: el| en)?|fecha)"
)
_STATED = re.compile(rf"\b{_SAYS}\b\W{{0,4}}(?:el |on |from |del? )?(?:{_DAY})\b", re.IGNORECASE)
_IN_NAME = re.compile(r"(?<![0-9])((?:19|20)\d\d)[-_.](\d\d)[-_.](\d\d)(?![0-9])")
_BEGINNING, _END = 3_000, 600  # characters that are looked through


def stated_day(name: str, text: str) -> float | None:
    """The day as seconds since 1970 (UTC), by the text's own words or else by a date in the name; None without one.

    A month without a day is its first; of several stated days the latest counts (issued, then revised).
    """
    looked_at = text if len(text) <= _BEGINNING + _END else f"{text[:_BEGINNING]}\n{text[-_END:]}"
    days = [day for found in _STATED.finditer(looked_at) if (day := _day(found.groupdict()))]
    if not days and (found_in_name := _IN_NAME.search(name)):
        days = [day for day in [_valid(*map(int, found_in_name.groups()))] if day]
    return datetime(*max(days).timetuple()[:3], tzinfo=UTC).timestamp() if days else None


def _day(parts: dict[str, str | None]) -> date | None:
    if parts["year"]:
        return _valid(int(parts["year"]), int(parts["month"] or 0), int(parts["day"] or 0))
    for form in "234":
        if (year := parts[f"year{form}"]) and (month := parts[f"name{form}"]):
            return _valid(int(year), _MONTHS[month.casefold()], int(parts.get(f"day{form}") or 1))
    return None


def _valid(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
